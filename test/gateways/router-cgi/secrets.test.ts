import assert from "node:assert/strict";
import type { CellularError } from "../../../src/errors/cellular-error";
import { CgiRouter } from "../../../src/gateways/router-cgi";
import { assertKeeps, failureOf } from "../../support/failure";
import { answer, bytes, bytesAndEnd, reset, silence } from "../../support/raw-replies";
import { RawServer, type RawRequest, type Reply } from "../../support/raw-server";
import { DELETE, LIST, login, ok, PASSWORD, routerWith, SEND, sms, TEXT, TO } from "./scripted-router";

/** As they are, and as they stand in a query, whole and in part. */
const SECRETS = [PASSWORD, TO, TEXT].flatMap((secret) => [
  secret,
  encodeURIComponent(secret),
  new URLSearchParams({ x: secret }).toString().slice(2),
]);
const PIECES = ["p&ss", "w%rd", "p%26ss", "7700900", "Door", "north", "öpen"];

/** Everything that a request said: what a device may repeat at worst. */
function repeated({ method, target, body }: RawRequest): string {
  return `${method} ${target} ${body}`;
}

function repeating(form: (said: string) => Reply): Reply {
  return (wire, request) => {
    form(repeated(request))(wire, request);
  };
}

const decoded = (said: string): string => decodeURIComponent(said.replaceAll("%n", "\n"));

const repetitions: readonly (readonly [where: string, Reply])[] = [
  ["a text of HTTP 200", repeating((said) => answer(200, said))],
  ["a text of HTTP 200, decoded", repeating((said) => answer(200, decoded(said)))],
  ["a text of HTTP 400", repeating((said) => answer(400, said))],
  ["a text of HTTP 401, decoded", repeating((said) => answer(401, decoded(said)))],
  ["a text of HTTP 500", repeating((said) => answer(500, said))],
  ["what stands behind ERROR", repeating((said) => answer(200, `ERROR ${said}`))],
  ["what stands behind WRONG_NUMBER, decoded", repeating((said) => answer(200, `WRONG_NUMBER ${decoded(said)}`))],
  ["a web page", repeating((said) => answer(200, `<html><title>404</title><p>${said.replaceAll("&", "&amp;")}`))],
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

describe("A failure keeps password, number and text to itself if the CGI router repeats them in", () => {
  for (const [where, reply] of repetitions) {
    for (const method of ["GET", "POST"] as const) {
      it(`${where}, by ${method}`, async () => {
        const timeout = reply === silence ? 60 : 5000;
        const { router } = await routerWith({ [SEND]: reply, [LIST]: reply, [DELETE]: reply }, { method });
        assertSilent(await failureOf(router.sendSms(sms, { timeout })));
        const proroute = await routerWith({ [SEND]: reply }, { method, lineBreak: "percent-n", numberFormat: "00" });
        assertSilent(await failureOf(proroute.router.sendSms(sms, { timeout })));
        assertSilent(await failureOf(router.listSms({}, { timeout })));
        assertSilent(await failureOf(router.deleteSms({ ids: 1 }, { timeout })));
      });
    }
  }

  it("nothing, since it is not there", async () => {
    const server = await RawServer.start(() => ok);
    const { url } = server;
    await server.stop();
    const router = new CgiRouter({ url, method: "GET", ...login });
    const error = await failureOf(router.sendSms(sms));
    assertSilent(error);
    assert.doesNotMatch(error.message, /\?|sms_send/);
    await router.close();
  });
});
