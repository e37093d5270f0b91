import assert from "node:assert/strict";
import type { CellularError } from "../../../src/errors/cellular-error";
import { assertKeeps, failureOf } from "../../support/failure";
import { answer, bytes, bytesAndEnd, json, reset, silence } from "../../support/raw-replies";
import type { RawRequest, Reply } from "../../support/raw-server";
import { gatewayWith, PASSWORD, TEXT, TO } from "./scripted-gateway";

const REGEX = "^(Anna|Bert)@0044$";
const HEX = Buffer.from(TEXT).toString("hex");
const asked = { to: TO, text: TEXT, list: "white", regex: REGEX } as const;

/** As they are, and as they stand in a body or a query, whole and in part. */
const SECRETS = [PASSWORD, TO, TEXT, REGEX, HEX].flatMap((secret) => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  new URLSearchParams({ x: secret }).toString().slice(2),
  new URLSearchParams({ x: secret }).toString().slice(2).replaceAll("+", "%20"),
]);
const PIECES = ["wörd-99", "w%C3%B6rd", "7700900", "Door", "north", "öpen", "Anna", "Bert", HEX.slice(0, 16)];

/** Everything that a request said, as it came and as it is meant: what a device may repeat at worst. */
function repeated({ method, target, query, body }: RawRequest): string {
  const meant = [...query, ...new URLSearchParams(body)].map(([name, value]) => `${name}: ${value}`);
  return `${method} ${target} ${body} ${meant.join(", ")} ${HEX.toUpperCase()}`;
}

function repeating(form: (said: string) => Reply): Reply {
  return (wire, request) => {
    form(repeated(request))(wire, request);
  };
}

const repetitions: readonly (readonly [where: string, Reply])[] = [
  ["a text of HTTP 400", repeating((said) => answer(400, said))],
  ["a text of HTTP 408", repeating((said) => answer(408, said))],
  ["a text of HTTP 500", repeating((said) => answer(500, said))],
  ["JSON of HTTP 403", repeating((said) => json({ error: said }, {}, 403))],
  ["a web page", repeating((said) => answer(404, `<title>404</title><p>${said.replaceAll("&", "&amp;")}`))],
  ["a redirect", repeating((said) => answer(302, said, { Location: `/login?from=${encodeURIComponent(said)}` }))],
  ["garbage", repeating((said) => bytes(said))],
  ["a status line", repeating((said) => bytesAndEnd(`HTTP/1.1 ${said}\r\n\r\n`))],
  ["a header that is none", repeating((said) => bytesAndEnd(`HTTP/1.1 200 OK\r\n${said}\r\n\r\n`))],
  [
    "a body that is cut off",
    repeating((said) => bytesAndEnd(`HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n${said}`)),
  ],
  ["nothing, but a reset", reset],
  ["nothing at all", silence],
];

function assertSilent(error: CellularError): void {
  assertKeeps(error, [...SECRETS, ...PIECES]);
}

describe("A failure keeps password, number, text, pattern and query to itself if the gateway repeats them in", () => {
  for (const [where, reply] of repetitions) {
    for (const method of ["GET", "POST"] as const) {
      for (const encoding of ["text", "hex"] as const) {
        it(`${where}: a send of ${encoding} by ${method}`, async () => {
          const { gateway } = await gatewayWith(reply, { method });
          const timeout = reply === silence ? 100 : 5000;
          assertSilent(await failureOf(gateway.sendSms({ ...asked, encoding }, { timeout })));
        });
      }
    }
  }

  for (const [what, reply] of [
    ["a reset", reset],
    ["silence", silence],
    ["a refused login", answer(401)],
    ["a URL that is too long", answer(414)],
    ["garbage", bytesAndEnd("garbage")],
  ] as const) {
    it(`the query of the URL, by GET, after ${what}`, async () => {
      const { gateway } = await gatewayWith(reply, { method: "GET" });
      const error = await failureOf(gateway.sendSms(asked, { timeout: reply === silence ? 100 : 5000 }));
      assertKeeps(error, ["?", "password=", ...SECRETS]);
    });
  }

  it("the name of a contact", async () => {
    const { gateway } = await gatewayWith(answer(400, "contact Annika Example not existing"));
    const error = await failureOf(gateway.sendSms({ to: "Annika Example", text: "x", mode: "user" }));
    assertKeeps(error, ["Annika"]);
    assert.match(error.message, /contact …/);
  });

  it("the refusal of a long text, which is longer than what is shown", async () => {
    const text = "Alarm in hall 3, door open. ".repeat(50);
    const { gateway } = await gatewayWith(repeating((said) => answer(400, `too long: ${said}`)));
    assertKeeps(await failureOf(gateway.sendSms({ to: TO, text })), ["hall", "door open", ...SECRETS]);
  });
});

describe("A receipt", () => {
  it("holds no password, should the gateway repeat it", async () => {
    for (const method of ["GET", "POST"] as const) {
      const { gateway } = await gatewayWith(
        repeating((said) => answer(200, said)),
        { method },
      );
      const shown = JSON.stringify(await gateway.sendSms(asked));
      for (const secret of ["wörd-99", "w%C3%B6rd"]) assert.ok(!shown.includes(secret), shown);
    }
  });
});
