import assert from "node:assert/strict";
import fc from "fast-check";
import { BrevisOneGateway } from "../../../src/gateways/brevis-one";
import type { OutgoingSms } from "../../../src/gateways/gateway";
import { gatewayWith, login, PASSWORD, sms, TO } from "./scripted-gateway";

const FORM = "application/x-www-form-urlencoded";
/** The login of the vendor's curl lines. The number there is a real one: ours is of the range for fiction. */
const vendor = { username: "apiuser", password: "secret" };
const HEX = "48616c6c6f2064696573206973742065696e65205465737420534d53";

const curlLines: readonly (readonly [what: string, sms: OutgoingSms, parameters: string])[] = [
  [
    "Example SMS",
    { to: TO, text: "Test", mode: "number" },
    `text=Test&to=${TO}&username=apiuser&password=secret&mode=number`,
  ],
  [
    "Example Telegram",
    { to: TO, text: "Test", mode: "telnumber", telauto: false },
    `text=Test&to=${TO}&username=apiuser&password=secret&mode=telnumber&telauto=false`,
  ],
  [
    "Example Hexmode",
    { to: TO, text: "Hallo dies ist eine Test SMS", encoding: "hex" },
    `text=${HEX}&to=${TO}&username=apiuser&password=secret&hexmode=true`,
  ],
];

describe("A request to a brevis.one gateway is, byte for byte, that of the vendor's curl line", () => {
  for (const [what, asked, parameters] of curlLines) {
    it(`${what}, GET`, async () => {
      const { server, gateway } = await gatewayWith(undefined, { ...vendor, method: "GET" });
      await gateway.sendSms(asked);
      const [{ method, target, body, headers } = assert.fail()] = server.requests;
      assert.deepEqual([method, target, body], ["GET", `/api.php?${parameters}`, ""]);
      assert.equal(headers["content-type"], undefined);
    });

    it(`${what}, POST`, async () => {
      const { server, gateway } = await gatewayWith(undefined, vendor);
      await gateway.sendSms(asked);
      const [{ method, target, body, headers } = assert.fail()] = server.requests;
      assert.deepEqual([method, target, body], ["POST", "/api.php", parameters]);
      assert.equal(headers["content-type"], FORM);
    });
  }

  it("/check.php, without a login", async () => {
    const { server, gateway } = await gatewayWith();
    await gateway.probe().catch(() => undefined);
    const [{ method, target, body, headers } = assert.fail()] = server.requests;
    assert.deepEqual([method, target, body, headers.authorization], ["GET", "/check.php", "", undefined]);
  });
});

describe("The parameters of a request", () => {
  async function parametersOf(asked: OutgoingSms): Promise<string> {
    const { server, gateway } = await gatewayWith(undefined, vendor);
    await gateway.sendSms(asked);
    return server.requests[0]?.body.slice(`text=Test&to=${TO}&username=apiuser&password=secret`.length) ?? "";
  }
  const plain = { to: TO, text: "Test" };

  for (const [what, options, added] of [
    ["nothing is asked for", {}, ""],
    ["the options have the values that the gateway has by itself", { telauto: true, flash: false, ring: false }, ""],
    ["the text goes as it is", { encoding: "text", hexCharset: "latin1" }, ""],
    ["no list is asked for", { list: "", regex: "" }, ""],
    ["a flash SMS is asked for", { flash: true }, "&flash=true"],
    ["a call is asked for", { ring: true }, "&ring=true"],
    [
      "a white list is asked for",
      { list: "white", regex: "^0044(77|79)\\d+$" },
      "&list=white&regex=%5E0044%2877%7C79%29%5Cd%2B%24",
    ],
    ["a black list is asked for", { list: "black", regex: "(a+)+$" }, "&list=black&regex=%28a%2B%29%2B%24"],
    ["a pattern is none in JavaScript", { list: "white", regex: "(?i)^00" }, "&list=white&regex=%28%3Fi%29%5E00"],
  ] as const satisfies readonly (readonly [string, Partial<OutgoingSms>, string])[]) {
    it(`are the four and ${added === "" ? "no more" : added} where ${what}`, async () => {
      assert.equal(await parametersOf({ ...plain, ...options }), added);
    });
  }

  for (const mode of ["number", "user", "group", "telnumber", "teluser", "telgroup"] as const) {
    it(`name the mode ${mode}`, async () => {
      assert.equal(await parametersOf({ ...plain, mode }), `&mode=${mode}`);
    });
  }

  for (const [hexCharset, text, hex] of [
    [undefined, "é€👍🏽", "c3a9e282acf09f918df09f8fbd"],
    ["utf-8", "\u0000\n", "000a"],
    ["latin1", "Grüße\u0000ÿ", "4772fcdf6500ff"],
  ] as const) {
    it(`hold the bytes of ${JSON.stringify(text)} as ${hexCharset ?? "utf-8 by default"}`, async () => {
      const { server, gateway } = await gatewayWith(undefined, vendor);
      await gateway.sendSms({ to: TO, text, encoding: "hex", hexCharset });
      assert.match(server.requests[0]?.body ?? "", new RegExp(`^text=${hex}&.*&hexmode=true$`));
    });
  }

  it("have a space as %20, which is one for every reader", async () => {
    const { server, gateway } = await gatewayWith(undefined, vendor);
    await gateway.sendSms({ to: TO, text: "a b+c" });
    assert.match(server.requests[0]?.body ?? "", /^text=a%20b%2Bc&/);
  });

  const recipients: readonly (readonly [given: string, mode: OutgoingSms["mode"], onWire: string])[] = [
    ["00447700900101", undefined, "00447700900101"],
    ["07700900101", undefined, "07700900101"],
    ["+447700900101", undefined, "+447700900101"],
    [" +44 (7700) 900-101 ", "number", "+447700900101"],
    ["0044.7700\u2011900\u200e101", "telnumber", "00447700900101"],
    ["12345", undefined, "12345"],
    [" Night shift; hall 3, (A) ", "group", "Night shift; hall 3, (A)"],
    ["7", "user", "7"],
    ["漢&=%+", "telgroup", "漢&=%+"],
  ];
  for (const [given, mode, onWire] of recipients) {
    it(`name the recipient ${JSON.stringify(given)}${mode === undefined ? "" : ` of mode ${mode}`} as ${onWire}`, async () => {
      const { server, gateway } = await gatewayWith();
      const receipt = await gateway.sendSms({ to: given, text: "x", mode });
      assert.equal(new URLSearchParams(server.requests[0]?.body).get("to"), onWire);
      assert.equal(receipt.to, onWire);
      assert.equal(gateway.checkAddress(given, mode), onWire);
    });
  }

  it("go below the path of the base URL", async () => {
    const { server } = await gatewayWith();
    const below = new BrevisOneGateway({ url: `${server.url}/proxy/`, ...login });
    await below.sendSms(sms);
    await below.close();
    assert.equal(server.requests[0]?.target, "/proxy/api.php");
  });
});

describe("Every value arrives byte for byte", () => {
  const odd = 'a&b=c+d %n %25 "€äß漢👍🏽" \u0000\r\n\t~!*()\'';
  for (const method of ["GET", "POST"] as const) {
    it(`by ${method}, in each field`, async () => {
      const { server, gateway } = await gatewayWith(undefined, { method, username: odd, password: odd });
      const name = "a&b=c+d %n '漢👍🏽'";
      await gateway.sendSms({ to: name, mode: "user", text: odd, list: "white", regex: odd });
      const [{ query, body } = assert.fail()] = server.requests;
      const fields = Object.fromEntries(method === "GET" ? query : new URLSearchParams(body));
      assert.deepEqual(fields, {
        text: odd,
        to: name,
        username: odd,
        password: odd,
        mode: "user",
        list: "white",
        regex: odd,
      });
    });

    it(`by ${method}, whatever it is`, async () => {
      const { server, gateway } = await gatewayWith(undefined, { method });
      await fc.assert(
        fc.asyncProperty(
          fc.string({ unit: "binary", minLength: 1, maxLength: 60 }),
          fc.string({ unit: "binary", minLength: 1, maxLength: 60 }),
          fc.boolean(),
          async (text, regex, hex) => {
            server.requests.length = 0;
            await gateway.sendSms({ to: TO, text, list: "black", regex, encoding: hex ? "hex" : "text" });
            const [{ query, body } = assert.fail()] = server.requests;
            const fields = method === "GET" ? query : new URLSearchParams(body);
            const sent = fields.get("text") ?? "";
            assert.equal(hex ? Buffer.from(sent, "hex").toString("utf8") : sent, text);
            assert.deepEqual([fields.get("regex"), fields.get("password")], [regex, PASSWORD]);
          },
        ),
        { numRuns: 300 },
      );
    });
  }
});
