import assert from "node:assert/strict";
import fc from "fast-check";
import { UnreadAnswer } from "../../../src/gateways/router-cgi";
import { readSmsList } from "../../../src/gateways/router-cgi/sms-list";
import { CgiRouterSimulator } from "../../../src/simulators";
import { assertFailure, assertKeeps, failureIn, failureOf } from "../../support/failure";
import { CgiRouter } from "../../../src/gateways/router-cgi";
import { body, LIST, login, routerWith } from "./scripted-router";

const CTIME = "Sat Oct 26 19:04:11 2024";

async function listed(
  xml: string | Buffer,
): Promise<readonly (readonly [number | null, string, string | null, string])[]> {
  const { router } = await routerWith({ [LIST]: body(Buffer.from(xml as string)) });
  return (await router.listSms()).map(({ id, from, date, text }) => [id, from, date, text]);
}

const sms = `<index>0</index><date>${CTIME}</date><sender>988</sender><text>OFF</text><status>read</status>`;
const read = [0, "988", CTIME, "OFF"] as const;

describe("The list of a CGI router, as XML", () => {
  const shapes: readonly (readonly [what: string, xml: string])[] = [
    ["elements named like the labels", `<messages><sms>${sms}</sms></messages>`],
    [
      "a declaration and line breaks before it",
      `\r\n<?xml version="1.0" encoding="UTF-8"?>\n<a>\n<b>${sms}</b>\n</a>\n`,
    ],
    [
      "names with capitals",
      `<A><B>${sms.replaceAll(/<(\/?)(\w)/g, (_all, slash: string, letter: string) => `<${slash}${letter.toUpperCase()}`)}</B></A>`,
    ],
    ["names with a prefix", `<r:a xmlns:r="urn:x"><r:b>${sms.replaceAll(/<(\/?)/g, "<$1r:")}</r:b></r:a>`],
    ["one SMS as the whole document", `<sms>${sms}</sms>`],
    ["more levels", `<response><list><group><item>${sms}</item></group></list></response>`],
    ["other elements beside", `<a><count>1</count><b><slot>x</slot>${sms}</b><end/></a>`],
    ["attributes in place of elements", `<a><b index="0" date="${CTIME}" sender="988" text="OFF"/></a>`],
    ["an index as attribute", `<a><b INDEX="0"><date>${CTIME}</date><sender>988</sender><text>OFF</text></b></a>`],
    ["CDATA", `<a><b>${sms.replace("OFF", "<![CDATA[OFF]]>")}</b></a>`],
    ["spaces around all but the text", `<a><b>${sms.replace(">0<", ">\n 0 <").replace(">988<", "> 988\n<")}</b></a>`],
    ["comments", `<!-- x --><a><b>${sms.replace("OFF", "O<!-- y -->FF")}</b></a>`],
    ["<pre> around it", `<pre>\n<a><b>${sms}</b></a>\n</pre>`],
  ];
  for (const [what, xml] of shapes) {
    it(`may have ${what}`, async () => {
      assert.deepEqual(await listed(xml), [read]);
    });
  }

  it("gives each SMS, in the order of the document", async () => {
    const other =
      "<sms><index>3</index><sender>Tarifinfo</sender><text> a &lt;b&gt; &amp; &#8364;\n&#x1F44D; </text></sms>";
    assert.deepEqual(await listed(`<messages><sms>${sms}</sms>${other}</messages>`), [
      read,
      [3, "Tarifinfo", null, " a <b> & €\n👍 "],
    ]);
  });

  it("keeps null for an index that lacks or is no number, and an empty sender", async () => {
    const list = "<a><b><sender/><text>x</text></b><b><index>one</index><text/></b></a>";
    assert.deepEqual(await listed(list), [
      [null, "", null, "x"],
      [null, "", null, ""],
    ]);
  });

  it("is Latin-1 where it is no UTF-8", async () => {
    const xml = `<?xml version="1.0" encoding="ISO-8859-1"?><a><b>${sms.replace("OFF", "Tür")}</b></a>`;
    assert.deepEqual(await listed(Buffer.from(xml, "latin1")), [[0, "988", CTIME, "Tür"]]);
  });

  for (const xml of [
    "<messages/>",
    '<?xml version="1.0"?>\n<messages>\n</messages>\n',
    "<messages>NO MESSAGES</messages>",
    "<sms_list></sms_list>",
  ]) {
    it(`is an empty store as ${JSON.stringify(xml)}`, async () => {
      assert.deepEqual(await listed(xml), []);
    });
  }

  it("is what its simulator prints", async () => {
    const device = await new CgiRouterSimulator({ dialect: { form: "xml" } }).start();
    const router = new CgiRouter({ url: device.url, ...login, username: "smsuser", password: "simulated-password" });
    const texts = ["OFF", "a < b && c > d\n ]]> ", "👍 €\r\n"];
    for (const text of texts) device.receive({ from: "+447700900102", text });
    assert.deepEqual(
      (await router.listSms()).map(({ id, from, text }) => [id, from, text]),
      texts.map((text, index) => [index, "+447700900102", text]),
    );
    await router.close();
    await device.stop();
  });

  const bomb = `<!DOCTYPE a [<!ENTITY b "door">${'<!ENTITY c "&b;&b;">'.repeat(20)}]><a><b>${sms.replace("OFF", "&c;")}</b></a>`;
  const unreadable: readonly (readonly [what: string, xml: string])[] = [
    ["has a document type", `<!DOCTYPE messages><messages><sms>${sms}</sms></messages>`],
    ["has entities of its own", bomb],
    ["has a document type that names a file", `<!DOCTYPE a SYSTEM "file:///etc/passwd"><a><b>${sms}</b></a>`],
    ["has an entity that is not known", `<a><b>${sms.replace("OFF", "&door;")}</b></a>`],
    ["is cut off", `<messages><sms>${sms}</sms><sms><index>1</in`],
    ["is cut off behind an SMS", `<messages><sms>${sms}</sms>`],
    ["has tags that do not match", `<messages><sms>${sms}</messages></sms>`],
    ["has something behind it", `<messages><sms>${sms}</sms></messages>door`],
    ["has two roots", `<sms>${sms}</sms><sms>${sms}</sms>`],
    ["has other names", "<messages><sms><body>the door code is 47114711</body></sms></messages>"],
    ["has a text alone", "<messages><text>the door code is 47114711</text></messages>"],
    ["is an error without words", "<error/>"],
    ["has more SMS than any store can", `<a>${`<b>${sms}</b>`.repeat(10_001)}</a>`],
    ["has words in place of SMS", "<messages>door</messages>"],
    ["has too many levels", `${"<a>".repeat(100_000)}${sms}`],
    [
      "has too many attributes",
      `<a ${Array.from({ length: 100 }, (_, number) => `a${number}=""`).join(" ")}><b>${sms}</b></a>`,
    ],
    ["has control characters", `<a><b>${sms.replace("OFF", "O\u0001FF")}</b></a>`],
  ];
  for (const [what, xml] of unreadable) {
    it(`is BAD_RESPONSE with the beginning of the answer if it ${what}`, async () => {
      const { router } = await routerWith({ [LIST]: body(Buffer.from(xml)) });
      const error = await failureOf(router.listSms());
      assertFailure(error, "BAD_RESPONSE", "not-sent");
      assert.ok(error.cause instanceof UnreadAnswer);
      assert.ok(xml.startsWith(error.cause.raw) && error.cause.raw.length > 0);
      assertKeeps(error, ["door", "47114711", ">988<"]);
    });
  }

  it("is read or BAD_RESPONSE, wherever it is changed", function () {
    this.timeout(60_000);
    const good = Buffer.from(`<?xml version="1.0"?><messages><sms>${sms}</sms><sms>${sms}</sms></messages>`);
    const put = fc.oneof(
      fc.string({ maxLength: 5 }),
      fc.constantFrom(
        "<",
        ">",
        "&",
        "<a>",
        "</a>",
        "<!DOCTYPE x>",
        "<![CDATA[",
        "]]>",
        "<!--",
        "&#0;",
        "&#xD800;",
        "<a>".repeat(500),
      ),
    );
    const context = { label: "router", asked: "list", segments: 0, secrets: [] } as const;
    fc.assert(
      fc.property(fc.nat(good.length), fc.nat(20), put, (at, removed, added) => {
        const changed = Buffer.concat([good.subarray(0, at), Buffer.from(added), good.subarray(at + removed)]);
        const list = (): unknown => readSmsList({ status: 200, headers: {}, body: changed }, context);
        let entries: unknown;
        try {
          entries = list();
        } catch {
          assertFailure(failureIn(list), "BAD_RESPONSE", "not-sent");
          return;
        }
        assert.notDeepEqual(entries, [], "an empty list");
      }),
      { numRuns: 5000 },
    );
  });
});
