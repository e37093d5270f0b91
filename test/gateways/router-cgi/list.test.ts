import assert from "node:assert/strict";
import type { CellularErrorCode } from "../../../src/errors/cellular-error";
import { UnreadAnswer } from "../../../src/gateways/router-cgi";
import { assertFailure, assertKeeps, failureOf } from "../../support/failure";
import { answer, bytes, inTurn, reset, silence, truncated, webPage } from "../../support/raw-replies";
import { body, DASHES, LIST, printed, routerWith, says, type PrintedSms } from "./scripted-router";

/** What the driver reads of an answer of HTTP 200. */
async function listed(text: string | Buffer): Promise<readonly (readonly [number | null, string, string])[]> {
  const { router } = await routerWith({ [LIST]: body(Buffer.from(text as string)) });
  return (await router.listSms()).map(({ id, from, text: read }) => [id, from, read]);
}

describe("The list of a CGI router, as text", () => {
  it("gives each record by itself, in the router's order, index 0 too", async () => {
    const { router } = await routerWith({
      [LIST]: answer(
        200,
        printed({ index: 7, sender: "Tarifinfo", text: "first line\nsecond line", status: "unread" }) +
          printed({ index: 0, date: "2024-10-26 19:04:11", sender: "988", text: "OFF" }),
      ),
    });
    const localTime = new Date(2024, 9, 26, 19, 4, 11).getTime() / 1000;
    const common = { timestamp: null, localTime };
    assert.deepEqual(await router.readMailbox({}), {
      sim: {},
      entries: [
        {
          id: 7,
          from: "Tarifinfo",
          text: "first line\nsecond line",
          date: "Sat Oct 26 19:04:11 2024",
          ...common,
          raw: {
            index: "7",
            date: "Sat Oct 26 19:04:11 2024",
            sender: "Tarifinfo",
            text: "first line\nsecond line",
            status: "unread",
          },
        },
        {
          id: 0,
          from: "988",
          text: "OFF",
          date: "2024-10-26 19:04:11",
          ...common,
          raw: { index: "0", date: "2024-10-26 19:04:11", sender: "988", text: "OFF", status: "read" },
        },
      ],
    });
  });

  const texts: readonly (readonly [what: string, text: string])[] = [
    ["nothing", ""],
    ["one space", " "],
    ["spaces on both sides", "  x  "],
    ["empty lines", "a\n\n\nb"],
    ["an empty line first and last", "\na\n"],
    ["a single line break", "\n"],
    ["lines that look like labels", "Index: 3\nDate: today\nSender: me\nText: you\nStatus: fine"],
    ["a line of dashes", `a\n${DASHES}\nb`],
    ["the end of a record", `a\nStatus: read\n${DASHES}\nb`],
    ["the end of a record as its own end", `a\nStatus: read\n${DASHES}`],
    ["the end of a record, many times", `\nStatus: read\n${DASHES}`.repeat(5)],
    ["the beginning of a record", "Index: 4\nDate: Sat Oct 26 19:04:11 2024\nSender: 1\nText: b"],
    ["half of a boundary", `a\nStatus: read\n${DASHES}\nIndex: 4\nDate: Sat Oct 26 19:04:11 2024\nSender: 1`],
    ["a boundary with another date", `a\nStatus: read\n${DASHES}\nIndex: 4\nDate: soon\nSender: 1\nText: b`],
    ["a boundary without dashes", "a\nStatus: read\nIndex: 4\nDate: 2024-10-26 19:04:11\nSender: 1\nText: b"],
    ["tags", "<pre>a</pre>\n</pre>"],
    ["a carriage return", "a\r\nb\rc\r"],
    ["NUL and other control characters", "a\u0000b\u0007"],
    ["a no-break space", "\u00a0a\u00a0"],
    ["emoji and other scripts", "👍🏽 漢字 €äß\u2028x"],
    ["words of the router", "ERROR\nOK\nNO MESSAGES"],
  ];
  for (const [what, text] of texts) {
    it(`keeps a text with ${what}`, async () => {
      const answerText = printed({ index: 1, text }) + printed({ index: 2, text: "y" }) + printed({ index: 3, text });
      assert.deepEqual(
        (await listed(answerText)).map(([id, , read]) => [id, read]),
        [
          [1, text],
          [2, "y"],
          [3, text],
        ],
      );
    });
  }

  for (const sender of ["+447700900102", "988", "Tarifinfo", "My Shop 24", "", " ", "Größe", "Text: x"]) {
    it(`keeps the sender "${sender}"`, async () => {
      const list = printed({ index: 1, sender }) + printed({ index: 2, sender });
      assert.deepEqual(
        (await listed(list)).map(([, from]) => from),
        [sender, sender],
      );
    });
  }

  it("takes an empty value with and without the space behind its label", async () => {
    assert.deepEqual(await listed(`Index:1\nDate:\nSender:\nText:\nStatus:\n${DASHES}\n`), [[1, "", ""]]);
  });

  for (const [what, change] of [
    ["with line ends of CR and LF", (text: string) => text.replaceAll("\n", "\r\n")],
    ["in <pre>", (text: string) => `<pre>\n${text}</pre>\n`],
    ["in <PRE> with an attribute and without its end", (text: string) => `<PRE class="x">${text}`],
    ["in <pre> with line ends of CR and LF", (text: string) => `<pre>\r\n${text.replaceAll("\n", "\r\n")}</pre>\r\n`],
    ["with empty lines before, between and behind", (text: string) => `\n${text.replaceAll("-\n", "-\n\n")}\n\n`],
    ["without a line end at its end", (text: string) => text.slice(0, -1)],
    ["behind a byte order mark", (text: string) => `\ufeff${text}`],
  ] as const) {
    it(`is read ${what}`, async () => {
      const text = "first\n\nlast";
      const list = change(printed({ index: 1, text }) + printed({ index: 2, text }));
      assert.deepEqual(
        (await listed(list)).map(([id, , read]) => [id, read]),
        [
          [1, text],
          [2, text],
        ],
      );
    });
  }

  it("is UTF-8, and else Latin-1, for each SMS by itself", async () => {
    const latin1 = Buffer.from(printed({ index: 1, sender: "Größe", text: "Tür auf £5" }), "latin1");
    const utf8 = Buffer.from(printed({ index: 2, sender: "Größe", text: "Tür auf €5 👍" }));
    assert.deepEqual(await listed(Buffer.concat([latin1, utf8])), [
      [1, "Größe", "Tür auf £5"],
      [2, "Größe", "Tür auf €5 👍"],
    ]);
  });

  it("is of the one store that there is, whichever connection is named", async () => {
    const { server, router } = await routerWith({ [LIST]: answer(200, printed({ index: 1 })) });
    assert.deepEqual(await router.mailboxes(), [{}]);
    assert.equal((await router.listSms({ connId: 5 })).length, 1);
    assert.deepEqual([...new URLSearchParams(server.requests[0]?.body).keys()], ["username", "password"]);
  });

  it("may be as large as 8 MiB, and no larger", async () => {
    const text = "x".repeat(7 * 1024 * 1024);
    const { router } = await routerWith({
      [LIST]: inTurn(answer(200, printed({ index: 1, text })), answer(200, " ".repeat(8 * 1024 * 1024 + 1))),
    });
    assert.equal((await router.listSms())[0]?.text.length, text.length);
    assertFailure(await failureOf(router.listSms()), "RESPONSE_TOO_LARGE", "not-sent");
  });
});

describe("What a CGI router says of one SMS", () => {
  it("is that a part lacks, where it prints so", async () => {
    const missing = printed({ index: 1, text: "first <part_missing> third" });
    const { router } = await routerWith({ [LIST]: answer(200, missing + printed({ index: 2 })) });
    const [first, second] = await router.listSms();
    assert.equal(first?.complete, false);
    assert.equal(first.text, "first <part_missing> third");
    assert.equal(Object.hasOwn(second!, "complete"), false);
  });

  const dates: readonly (readonly [date: string, local: readonly [number, number, number, number, number, number]])[] =
    [
      ["Sat Oct 26 19:04:11 2024", [2024, 9, 26, 19, 4, 11]],
      ["Fri Nov  1 00:00:00 2024", [2024, 10, 1, 0, 0, 0]],
      ["Fri Nov 1 00:00:00 2024", [2024, 10, 1, 0, 0, 0]],
      ["Thu Feb 29 23:59:59 2024", [2024, 1, 29, 23, 59, 59]],
      ["2024-10-26 19:04:11", [2024, 9, 26, 19, 4, 11]],
      ["1970-01-01 00:00:00", [1970, 0, 1, 0, 0, 0]],
    ];
  for (const [date, local] of dates) {
    it(`is its date ${date} in this computer's own zone`, async () => {
      const { router } = await routerWith({ [LIST]: answer(200, printed({ index: 1, date })) });
      const [entry] = await router.listSms();
      assert.deepEqual([entry?.timestamp, entry?.date], [null, date]);
      assert.equal(entry?.localTime, new Date(...local).getTime() / 1000);
    });
  }

  for (const date of [
    "Fri Feb 30 00:00:00 2024",
    "2024-13-01 00:00:00",
    "2024-10-26 24:00:00",
    "26.10.24, 19:04",
    "",
  ]) {
    it(`is no local time where its date is "${date}"`, async () => {
      const { router } = await routerWith({
        [LIST]: answer(200, printed({ index: 1, date }) + printed({ index: 2, date })),
      });
      const entries = await router.listSms();
      assert.deepEqual(
        entries.map(({ id, date: kept, localTime }) => [id, kept, localTime]),
        [1, 2].map((id) => [id, date === "" ? null : date, undefined]),
      );
    });
  }

  it("is no id where its index is longer than a number can be", async () => {
    assert.deepEqual(await listed(printed({ index: "9".repeat(30) })), [[null, "+447700900102", "x"]]);
  });
});

describe("An empty store of a CGI router", () => {
  for (const text of [
    "",
    "\r\n",
    "NO MESSAGES",
    "NO MESSAGES\n",
    "NO MESSAGE\n",
    "<pre></pre>",
    "<pre>\nNO MESSAGES\n</pre>",
  ]) {
    it(`may be ${JSON.stringify(text)}`, async () => {
      assert.deepEqual(await listed(text), []);
    });
  }
});

describe("A list of a CGI router that is none", () => {
  const good: PrintedSms = { index: 1, sender: "+447700900103", text: "the door code is 47114711" };
  const list = printed(good) + printed({ ...good, index: 2 });
  const unreadable: readonly (readonly [what: string, text: string])[] = [
    ["is cut off in a text", list.slice(0, -60)],
    ["is cut off behind a label", list.slice(0, list.lastIndexOf("Status:") + 7)],
    ["is cut off before its last line", list.slice(0, list.lastIndexOf(DASHES))],
    ["is cut off at the beginning", list.slice(3)],
    ["has something before it", `Welcome\n${list}`],
    ["has something behind it", `${list}Total: 2\n`],
    ["has no index", list.replaceAll(/Index: \d\n/g, "")],
    ["has an index that is no number", list.replaceAll(/Index: \d/g, "Index: one")],
    ["has no dashes", list.replaceAll(DASHES, "")],
    ["is JSON", JSON.stringify({ sms: [{ index: 1, text: good.text }] })],
    ["is a word that is not known", `Busy ${good.text}`],
    ["says OK", `OK ${good.text}`],
  ];
  for (const [what, text] of unreadable) {
    it(`since it ${what}, is BAD_RESPONSE with the beginning of the answer, which shows nowhere by itself`, async () => {
      const { router } = await routerWith({ [LIST]: answer(200, text) });
      const error = await failureOf(router.listSms());
      assertFailure(error, "BAD_RESPONSE", "not-sent");
      assert.ok(error.cause instanceof UnreadAnswer);
      assert.equal(error.cause.raw, text);
      assertKeeps(error, ["door", "47114711", "7700900103"]);
    });
  }

  it("since it has more SMS than any store can, is BAD_RESPONSE", async () => {
    const { router } = await routerWith({
      [LIST]: inTurn(answer(200, list.repeat(5000)), answer(200, list.repeat(5001))),
    });
    assert.equal((await router.listSms()).length, 10_000);
    assertFailure(await failureOf(router.listSms()), "BAD_RESPONSE", "not-sent");
  });

  it("is kept up to 4 KiB, without the password", async () => {
    const { router } = await routerWith(
      { [LIST]: answer(200, `Welcome secret&word ${"x".repeat(5000)}`) },
      { password: "secret&word" },
    );
    const { cause } = await failureOf(router.listSms());
    assert.ok(cause instanceof UnreadAnswer);
    assert.match(cause.raw, /^Welcome … x+$/);
    assert.ok(cause.raw.length <= 4096);
  });

  it("is kept without the beginning of a password that was cut off with it", async () => {
    const { router } = await routerWith({ [LIST]: answer(200, "Welcome, secret-wo") }, { password: "secret-word" });
    const { cause } = await failureOf(router.listSms());
    assert.ok(cause instanceof UnreadAnswer);
    assert.equal(cause.raw, "Welcome, …");
  });

  it("but a refused login is told in all of the router's words", async () => {
    const { router } = await routerWith({ [LIST]: says("Bad username or password\nand more") });
    assert.match((await failureOf(router.listSms())).message, /says: Bad username or password$/);
  });

  const failures: readonly (readonly [what: string, Parameters<typeof routerWith>[0], CellularErrorCode])[] = [
    ["a web page", { [LIST]: webPage }, "BAD_RESPONSE"],
    ["ERROR", { [LIST]: says("ERROR") }, "REFUSED"],
    ["TIMEOUT", { [LIST]: says("TIMEOUT") }, "TIMEOUT"],
    ["Disabled", { [LIST]: says("Disabled") }, "GATEWAY_DISABLED"],
    ["HTTP 401", { [LIST]: answer(401, "Bad username or password") }, "AUTH_FAILED"],
    ["a bad login as HTTP 200", { [LIST]: says("Bad username or password") }, "AUTH_FAILED"],
    ["HTTP 403", { [LIST]: answer(403) }, "FORBIDDEN"],
    ["HTTP 404", { [LIST]: answer(404) }, "NOT_FOUND"],
    ["a list as HTTP 500", { [LIST]: answer(500, list) }, "BAD_RESPONSE"],
    ["a list as HTTP 404", { [LIST]: answer(404, list) }, "NOT_FOUND"],
    ["HTTP 503 with Retry-After", { [LIST]: answer(503, "", { "Retry-After": "5" }) }, "GATEWAY_BUSY"],
    ["a word and then a list", { [LIST]: answer(200, `ERROR ${list}`) }, "REFUSED"],
    ["a truncated list", { [LIST]: truncated(list) }, "CONNECTION_LOST"],
    ["a reset", { [LIST]: reset }, "CONNECTION_LOST"],
    ["silence", { [LIST]: silence }, "TIMEOUT"],
    ["garbage", { [LIST]: bytes("garbage\r\n\r\n") }, "BAD_RESPONSE"],
  ];
  for (const [what, replies, code] of failures) {
    it(`but ${what} is ${code} and never an empty list`, async () => {
      const { server, router } = await routerWith(replies);
      const timeout = replies?.[LIST] === silence ? 100 : 5000;
      const error = await failureOf(router.listSms({}, { timeout }));
      assertFailure(error, code, "not-sent");
      assertKeeps(error, ["door", "47114711", "7700900103"]);
      assert.equal(server.requests.length, 1);
    });
  }
});
