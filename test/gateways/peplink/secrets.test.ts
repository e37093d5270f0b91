import assert from "node:assert/strict";
import type { CellularError } from "../../../src/errors/cellular-error";
import { assertKeeps, failureOf } from "../../support/failure";
import { answer, bytes, bytesAndEnd, inTurn, json, reset, silence } from "../../support/raw-replies";
import type { RawRequest, Reply } from "../../support/raw-server";
import {
  byClient,
  byPassword,
  CLIENT_SECRET,
  COOKIE,
  fail,
  GRANT,
  LIST,
  LOGIN,
  PASSWORD,
  routerWith,
  SEND,
  sms,
  TEXT,
  TO,
  TOKEN,
} from "./scripted-router";

/** As they are, and as they stand in a body or a query, whole and in part. */
const SECRETS = [PASSWORD, COOKIE, CLIENT_SECRET, TOKEN, TO, TEXT].flatMap((secret) => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  new URLSearchParams({ x: secret }).toString().slice(2),
]);
const PIECES = ["wörd-99", "4711-v", "0815=", "0816=", "7700900", "Door", "north", "öpen"];

const given = { stat: "ok", response: { accessToken: TOKEN, expiresIn: 172800 } };

/** Everything that a request said: what a device may repeat at worst. */
function repeated({ method, path, query, headers, body }: RawRequest): string {
  return `${method} ${path}?${String(query)} cookie=${headers.cookie ?? ""} ${body}`;
}

function repeating(form: (said: string) => Reply): Reply {
  return (wire, request) => {
    form(repeated(request))(wire, request);
  };
}

describe("A failure keeps a token to itself that it brings", () => {
  for (const status of [302, 400, 403, 404, 500, 503]) {
    it(`with HTTP ${status}`, async () => {
      const { router } = await routerWith({ [GRANT]: json(given, {}, status) }, byClient);
      assertKeeps(await failureOf(router.sendSms(sms)), [TOKEN, "access+token", "0816"]);
    });
  }
});

const repetitions: readonly (readonly [where: string, Reply])[] = [
  ["a text of HTTP 200", repeating((said) => answer(200, said))],
  ["a text of HTTP 400", repeating((said) => answer(400, said))],
  ["a text of HTTP 500", repeating((said) => answer(500, said))],
  ["the message of a fail", repeating((said) => fail(400, said))],
  ["the message of a fail of HTTP 403", repeating((said) => json({ stat: "fail", message: said }, {}, 403))],
  ["JSON in the message of a fail", repeating((said) => fail(400, JSON.stringify({ said })))],
  ["a stat", repeating((said) => json({ stat: said }))],
  ["a web page", repeating((said) => answer(404, `<title>404</title><p>${said.replaceAll("&", "&amp;")}`))],
  ["a redirect", repeating((said) => answer(302, said, { Location: `/login?from=${encodeURIComponent(said)}` }))],
  ["garbage", repeating((said) => bytes(said))],
  ["a status line", repeating((said) => bytesAndEnd(`HTTP/1.1 ${said}\r\n\r\n`))],
  ["a header that is none", repeating((said) => bytesAndEnd(`HTTP/1.1 200 OK\r\n${said}\r\n\r\n`))],
  [
    "chunks that are none",
    repeating((said) => bytesAndEnd(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${said}`)),
  ],
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

describe("A failure keeps password, token, cookie, number and text to itself if the router repeats them in", () => {
  for (const [where, reply] of repetitions) {
    const timeout = reply === silence ? 100 : 5000;
    for (const [how, login, options] of [
      ["by password", LOGIN, byPassword],
      ["by client", GRANT, byClient],
    ] as const) {
      it(`${where}: a send, ${how}`, async () => {
        const { router } = await routerWith({ [SEND]: reply }, options);
        assertSilent(await failureOf(router.sendSms(sms, { timeout })));
      });

      it(`${where}: a list, ${how}`, async () => {
        const { router } = await routerWith({ [LIST]: reply }, options);
        assertSilent(await failureOf(router.listSms({ connId: 2 }, { timeout })));
      });

      it(`${where}: the login, ${how}`, async () => {
        const { router } = await routerWith({ [login]: reply }, options);
        assertSilent(await failureOf(router.sendSms(sms, { timeout })));
      });
    }
  }

  for (const [what, reply] of [
    ["a stat that is not known", json({ stat: "done", response: { accessToken: TOKEN } })],
    ["no stat", json({ accessToken: TOKEN })],
    ["no JSON", answer(200, `token=${TOKEN}`)],
    ["another place for it", json({ stat: "ok", response: { token: TOKEN } })],
  ] as const) {
    it(`a grant of the token with ${what}`, async () => {
      const { router } = await routerWith({ [GRANT]: reply }, byClient);
      assertSilent(await failureOf(router.sendSms(sms)));
    });
  }

  it("the fail of a long SMS, which is longer than what is shown", async () => {
    const text = "Alarm in hall 3, door open. ".repeat(50);
    const { router } = await routerWith({ [SEND]: repeating((said) => fail(400, `too long: ${said}`)) });
    const error = await failureOf(router.sendSms({ to: TO, text }));
    assertKeeps(error, ["hall", "door open", ...SECRETS]);
  });

  it("the fail of a part of the text", async () => {
    const { router } = await routerWith({ [SEND]: fail(400, `cannot send: ${TEXT.slice(0, 14)}`) });
    assertSilent(await failureOf(router.sendSms(sms)));
  });

  it("the second refusal after a fresh login", async () => {
    const refusal = repeating((said) => fail(401, said));
    const { router } = await routerWith({ [SEND]: inTurn(refusal, refusal) }, byClient);
    assertSilent(await failureOf(router.sendSms(sms)));
  });
});

describe("What a router lists", () => {
  it("never holds a secret of the login", async () => {
    const { router } = await routerWith({}, byClient);
    const shown = JSON.stringify(await router.readMailbox({ connId: 2 })) + JSON.stringify(await router.sendSms(sms));
    for (const secret of [CLIENT_SECRET, TOKEN]) assert.ok(!shown.includes(secret));
  });
});
