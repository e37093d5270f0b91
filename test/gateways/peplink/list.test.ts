import assert from "node:assert/strict";
import { assertFailure, failureOf } from "../../support/failure";
import { answer, inTurn, json, reset, webPage } from "../../support/raw-replies";
import type { Reply } from "../../support/raw-server";
import { byClient, fail, LIST, LOGIN, routerWith, STATUS } from "./scripted-router";

function listed(response: unknown): Reply {
  return json({ stat: "ok", response });
}

function oneEntry(entry: object, head: object = {}): Reply {
  return listed({ connId: 6, simId: 1, sms: [{ sender: "+447700900102", message: [entry] }], ...head });
}

describe("The SMS store of a Peplink router", () => {
  it("is asked for by connection", async () => {
    const { server, router } = await routerWith();
    await router.listSms({ connId: 6 });
    const list = server.requests.find(({ path }) => path === LIST);
    assert.deepEqual([list?.method, list?.query.toString(), list?.body], ["GET", "connId=6", ""]);
  });

  it("gives each stored entry by itself, in the router's order, parts of a long SMS too", async () => {
    const { router } = await routerWith({
      [LIST]: listed({
        connId: 6,
        simId: 1,
        sms: [
          {
            sender: "988",
            message: [{ id: 1, date: "Feb 17 13:55", timestamp: 1581774925, length: "11", message: "line 1\nline" }],
          },
          {
            sender: "+447700900102",
            message: [
              { id: 2, date: "Feb 05 01:55", timestamp: 1580867113, length: "6", message: "part 1" },
              { id: 6, date: "Feb 05 01:55", timestamp: 1580867113, length: "6", message: "part 2" },
            ],
          },
        ],
      }),
    });
    const entries = await router.listSms({ connId: 6 });
    assert.deepEqual(
      entries.map(({ id, from, text, timestamp, date, connId, simId }) => [
        id,
        from,
        text,
        timestamp,
        date,
        connId,
        simId,
      ]),
      [
        [1, "988", "line 1\nline", 1581774925, "Feb 17 13:55", 6, 1],
        [2, "+447700900102", "part 1", 1580867113, "Feb 05 01:55", 6, 1],
        [6, "+447700900102", "part 2", 1580867113, "Feb 05 01:55", 6, 1],
      ],
    );
  });

  const texts: readonly (readonly [what: string, entry: object, text: string])[] = [
    ["content, as the vendor's table says", { content: "a" }, "a"],
    ["message, as the vendor's example says", { message: "b" }, "b"],
    ["content where both are there", { content: "a", message: "b" }, "a"],
    ["message where content is null", { content: null, message: "b" }, "b"],
    ["neither: an empty SMS", {}, ""],
    ["an empty text", { content: "" }, ""],
    ["a number", { content: 1234 }, "1234"],
  ];
  for (const [what, entry, text] of texts) {
    it(`has the text in ${what}`, async () => {
      const { router } = await routerWith({ [LIST]: oneEntry({ id: 1, timestamp: 1, ...entry }) });
      assert.deepEqual(
        (await router.listSms({ connId: 6 })).map((one) => one.text),
        [text],
      );
    });
  }

  const numbers: readonly (readonly [given: unknown, read: number | null])[] = [
    [7, 7],
    ["7", 7],
    [" 7 ", 7],
    [0, 0],
    [null, null],
    [undefined, null],
    ["", null],
    ["seven", null],
    [1.5, null],
    [{}, null],
    [true, null],
  ];
  for (const [given, read] of numbers) {
    it(`has id and timestamp ${JSON.stringify(given)} read as ${JSON.stringify(read)}`, async () => {
      const entry = { id: given, timestamp: given, length: given, content: "x" };
      const { router } = await routerWith({ [LIST]: oneEntry(entry) });
      assert.deepEqual(
        (await router.listSms({ connId: 6 })).map(({ id, timestamp }) => [id, timestamp]),
        [[read, read]],
      );
    });
  }

  for (const length of [5, "5", undefined]) {
    it(`does not mind a length of ${JSON.stringify(length)}`, async () => {
      const { router } = await routerWith({ [LIST]: oneEntry({ id: 1, length, content: "hello" }) });
      const [entry] = await router.listSms({ connId: 6 });
      assert.deepEqual([entry?.text, entry?.raw.length], ["hello", length]);
    });
  }

  it("names the SIM as far as the router does, with ICCIDs of any length", async () => {
    const sim = { connId: "6", simId: "2", imsi: "001010123456789", iccid: "85200000000", mtn: "12025550100" };
    const { router } = await routerWith({ [LIST]: inTurn(oneEntry({ content: "x" }, sim), listed({ sms: [] })) });
    const full = await router.readMailbox({ connId: 6 });
    assert.deepEqual(full.sim, { ...sim, connId: 6, simId: 2 });
    assert.equal(full.entries[0]?.iccid, "85200000000");
    const old = await router.readMailbox({ connId: 6 });
    assert.deepEqual(old, { sim: { connId: 6 }, entries: [] });
  });

  const empty: readonly (readonly [what: string, response: unknown])[] = [
    ["no sms", { connId: 6 }],
    ["sms null", { connId: 6, sms: null }],
    ["sms []", { connId: 6, sms: [] }],
    ["sms {}", { connId: 6, sms: {} }],
    ["a sender without messages", { connId: 6, sms: [{ sender: "988", message: [] }] }],
    ["a sender whose messages are missing", { connId: 6, sms: [{ sender: "988" }] }],
  ];
  for (const [what, response] of empty) {
    it(`is empty with ${what}`, async () => {
      const { router } = await routerWith({ [LIST]: listed(response) });
      assert.deepEqual(await router.listSms({ connId: 6 }), []);
    });
  }

  it("may come as objects with numbers for keys", async () => {
    const entry = { id: 1, content: "x" };
    const { router } = await routerWith({
      [LIST]: listed({ connId: 6, sms: { 1: { sender: "988", message: { 1: entry } } } }),
    });
    assert.deepEqual(
      (await router.listSms({ connId: 6 })).map(({ id, from, text }) => [id, from, text]),
      [[1, "988", "x"]],
    );
  });

  it("keeps what this package does not know in raw", async () => {
    const { router } = await routerWith({ [LIST]: oneEntry({ id: 1, content: "x", status: "unread" }) });
    const [entry] = await router.listSms({ connId: 6 });
    assert.deepEqual([entry?.raw.status, entry?.raw.sender], ["unread", "+447700900102"]);
  });

  it("keeps what the router wrote as it was in raw, also what could not be read, and adds nothing", async () => {
    const written = { id: "1", message: "x", timestamp: "Feb 17 13:55", length: "1" };
    const { router } = await routerWith({ [LIST]: oneEntry(written) });
    const [entry] = await router.listSms({ connId: 6 });
    assert.deepEqual([entry?.id, entry?.timestamp], [1, null]);
    assert.deepEqual(entry?.raw, { sender: "+447700900102", ...written });
  });

  const unreadable: readonly (readonly [what: string, Reply])[] = [
    ["no response", json({ stat: "ok" })],
    ["a text as response", listed("none")],
    ["a text as sms", listed({ sms: "none" })],
    ["a number among the senders", listed({ sms: [5] })],
    ["a text as an entry", listed({ sms: [{ sender: "988", message: ["secret words"] }] })],
    ["a web page", webPage],
    ["nothing", answer(200)],
  ];
  for (const [what, reply] of unreadable) {
    it(`that cannot be read (${what}) is BAD_RESPONSE, never an empty list`, async () => {
      const { router } = await routerWith({ [LIST]: reply });
      const error = await failureOf(router.listSms({ connId: 6 }));
      assertFailure(error, "BAD_RESPONSE", "not-sent");
      assert.doesNotMatch(error.message, /secret words/);
    });
  }

  it("may be as large as 8 MiB, and no larger", async () => {
    const large = oneEntry({ id: 1, content: "x".repeat(7 * 1024 * 1024) });
    const { router } = await routerWith({ [LIST]: inTurn(large, answer(200, " ".repeat(8 * 1024 * 1024 + 1))) });
    assert.equal((await router.listSms({ connId: 6 }))[0]?.text.length, 7 * 1024 * 1024);
    assertFailure(await failureOf(router.listSms({ connId: 6 })), "RESPONSE_TOO_LARGE", "not-sent");
  });

  it("that breaks off is not-sent: reading does nothing that could happen twice", async () => {
    const { router } = await routerWith({ [LIST]: reset });
    const error = await failureOf(router.listSms({ connId: 6 }));
    assertFailure(error, "CONNECTION_LOST", "not-sent");
    assert.equal(error.retryable, true);
  });

  it("of every cellular connection is read if none is named", async () => {
    const { server, router } = await routerWith(
      {
        [STATUS]: listed({
          order: [3, 2, 1],
          1: { type: "ethernet" },
          2: { type: "cellular" },
          3: { type: "cellular" },
        }),
        [LIST]: (wire, request) => {
          const connId = Number(request.query.get("connId"));
          listed({ connId, sms: [{ sender: "988", message: [{ id: 1, content: `of ${connId}` }] }] })(wire, request);
        },
      },
      byClient,
    );
    assert.deepEqual(
      (await router.listSms()).map(({ connId, text }) => [connId, text]),
      [
        [3, "of 3"],
        [2, "of 2"],
      ],
    );
    assert.equal(server.count(LIST), 2);
  });

  for (const connId of [-1, 1.5, NaN]) {
    it(`of connection ${connId} is OPTION_INVALID before any request`, async () => {
      const { server, router } = await routerWith();
      assertFailure(await failureOf(router.listSms({ connId })), "OPTION_INVALID", "not-sent");
      assert.equal(server.connections, 0);
    });
  }

  it("is UNSUPPORTED where the firmware lacks it", async () => {
    const { server, router } = await routerWith({ [LIST]: fail(999, "Unknown function") });
    assertFailure(await failureOf(router.listSms({ connId: 6 })), "UNSUPPORTED", "not-sent");
    assert.equal(server.count(LOGIN), 1);
  });
});
