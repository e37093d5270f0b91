import assert from "node:assert/strict";
import type { CellularError } from "../../../src/errors/cellular-error";
import { assertKeeps, failureOf } from "../../support/failure";
import { answer, bytes, bytesAndEnd, json, reset, silence } from "../../support/raw-replies";
import type { RawRequest, Reply } from "../../support/raw-server";
import { ACCOUNT, COMMAND_SID, koreWith, PAYLOAD, SECRET, tokenOf, twilioWith } from "./scripted-service";

const CALLBACK = "https://hook:swordfish9@flows.example/in?key=open-sesame-42";
const TOKEN = "eyJhbGciOi.secret-token.93";
const BASIC = Buffer.from(`${ACCOUNT}:${SECRET}`).toString("base64");
const asked = { sim: "Annikas tracker", payload: PAYLOAD, callbackUrl: CALLBACK };
const SECRETS = [SECRET, PAYLOAD, CALLBACK, BASIC, TOKEN].flatMap((secret) => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  new URLSearchParams({ x: secret }).toString().slice(2),
  new URLSearchParams({ x: secret }).toString().slice(2).replaceAll("+", "%20"),
]);
const PIECES = ["wörd-99", "swordfish9", "open-sesame", "secret-token", "öpen", "Annikas"];

/** What a service may repeat at worst. */
function repeating(form: (said: string) => Reply): Reply {
  return (wire, request) => {
    form(repeated(request))(wire, request);
  };
}

function repeated({ method, target, query, body, headers }: RawRequest): string {
  const meant = [...query, ...new URLSearchParams(body)].map(([name, value]) => `${name}: ${value}`);
  return `${headers.authorization ?? ""} ${method} ${target} ${body} ${meant.join(", ")}`;
}

const repetitions: readonly (readonly [where: string, Reply])[] = [
  ["a text of HTTP 400", repeating((said) => answer(400, said))],
  ["a text of HTTP 500", repeating((said) => answer(500, said))],
  ["the vendor's words", repeating((said) => json({ code: said, message: said, more_info: said }, {}, 404))],
  ["a problem of RFC 9457", repeating((said) => json({ type: said, title: said, detail: said }, {}, 422))],
  ["an error of OAuth", repeating((said) => json({ error: said, error_description: said }, {}, 401))],
  ["a web page", repeating((said) => answer(403, `<html>${said.replaceAll("&", "&amp;")}`))],
  ["a redirect", repeating((said) => answer(302, said, { Location: `/login?from=${encodeURIComponent(said)}` }))],
  ["a record that is none", repeating((said) => json({ sid: [said] }, {}, 201))],
  ["garbage", repeating((said) => bytes(said))],
  ["a header that is none", repeating((said) => bytesAndEnd(`HTTP/1.1 200 OK\r\n${said}\r\n\r\n`))],
  ["nothing, but a reset", reset],
  ["nothing at all", silence],
];

function assertSilent(error: CellularError): void {
  assertKeeps(error, [...SECRETS, ...PIECES]);
}

describe("A failure keeps a token to itself that it brings", () => {
  const given = { access_token: TOKEN, expires_in: 3600, token_type: "Bearer" };
  for (const status of [302, 400, 401, 403, 404, 500, 503]) {
    it(`with HTTP ${status}`, async () => {
      const { account } = await koreWith(json(given, {}, status), reset, { timeout: 300 });
      assertKeeps(await failureOf(account.createSmsCommand(asked)), [TOKEN, "eyJhbGciOi"]);
    });
  }

  it("beside the words of an error, which are shown", async () => {
    const { account } = await koreWith(json({ ...given, error: "invalid_scope" }, {}, 400), reset, { timeout: 300 });
    const error = await failureOf(account.createSmsCommand(asked));
    assertKeeps(error, [TOKEN, "eyJhbGciOi"]);
    assert.match(error.message, /invalid_scope/);
  });
});

describe("A failure keeps credentials, token, text, SIM and callback to itself if the service repeats them in", () => {
  for (const [where, reply] of repetitions) {
    const timeout = reply === silence ? 100 : 1000;
    it(`${where}, at Twilio`, async () => {
      const { account } = await twilioWith(reply);
      assertSilent(await failureOf(account.createSmsCommand(asked, { timeout })));
      assertSilent(await failureOf(account.fetchSmsCommand(COMMAND_SID, { timeout: 300 })));
    });

    it(`${where}, at KORE`, async () => {
      const { account } = await koreWith(tokenOf(TOKEN), reply);
      assertSilent(await failureOf(account.createSmsCommand(asked, { timeout })));
    });

    it(`${where}, when a token is asked for`, async () => {
      const { account } = await koreWith(reply, reply, { timeout: 300 });
      assertSilent(await failureOf(account.createSmsCommand(asked, { timeout })));
    });
  }
});
