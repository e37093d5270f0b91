import assert from "node:assert/strict";
import { CgiRouter } from "../../../src/gateways/router-cgi";
import { assertFailure, failureIn, failureOf } from "../../support/failure";
import { RawServer } from "../../support/raw-server";
import { DELETE, LIST, login, ok, routerWith, SEND } from "./scripted-router";

const documented = { username: "smsuser", password: "abc123" };

/** Method, target and body of the only request, as they came. */
function onlyRequest(server: RawServer): readonly string[] {
  assert.equal(server.requests.length, 1);
  const [{ method, target, body }] = server.requests as [RawServer["requests"][number]];
  return [method, target, body];
}

describe("The requests of the vendor's page, byte for byte", () => {
  const query = "username=smsuser&password=abc123&text=Hello%20world&number=07700900123";
  const lines = "username=smsuser&password=abc123&text=Line%20one%nLine%20two&number=07700900123";

  it("send a single-line message by GET", async () => {
    const { server, router } = await routerWith({}, { ...documented, method: "GET" });
    await router.sendSms({ to: "07700900123", text: "Hello world" });
    assert.deepEqual(onlyRequest(server), ["GET", `${SEND}?${query}`, ""]);
  });

  it("send several lines by GET, with %n as the two characters", async () => {
    const { server, router } = await routerWith({}, { ...documented, method: "GET", lineBreak: "percent-n" });
    await router.sendSms({ to: "07700900123", text: "Line one\nLine two" });
    assert.deepEqual(onlyRequest(server), ["GET", `${SEND}?${lines}`, ""]);
  });

  it("send the same parameters in a form by POST", async () => {
    const { server, router } = await routerWith({}, documented);
    await router.sendSms({ to: "07700900123", text: "Hello world" });
    assert.deepEqual(onlyRequest(server), ["POST", SEND, query]);
    assert.equal(server.requests[0]?.headers["content-type"], "application/x-www-form-urlencoded");
  });

  it("send several lines by POST, with %n escaped as every other value", async () => {
    const { server, router } = await routerWith({}, { ...documented, lineBreak: "percent-n" });
    await router.sendSms({ to: "07700900123", text: "Line one\nLine two" });
    assert.deepEqual(onlyRequest(server), ["POST", SEND, lines.replace("%n", "%25n")]);
  });

  for (const method of ["GET", "POST"] as const) {
    it(`send each kind of line end as one %n by ${method}`, async () => {
      const { server, router } = await routerWith({}, { ...documented, method, lineBreak: "percent-n" });
      await router.sendSms({ to: "07700900123", text: "one\r\ntwo\rthree\n\r\nfour" });
      const onTheWire = onlyRequest(server).join(" ").replaceAll("%25n", "%n");
      assert.ok(onTheWire.includes("text=one%ntwo%nthree%n%nfour&number=07700900123"), onTheWire);
    });

    it(`send a newline as %0A by ${method} where the router takes it`, async () => {
      const { server, router } = await routerWith({}, { ...documented, method });
      await router.sendSms({ to: "07700900123", text: "Line one\nLine two" });
      assert.ok(onlyRequest(server).join(" ").includes("text=Line%20one%0ALine%20two&number=07700900123"));
    });
  }

  it("list with the login alone", async () => {
    const { server, router } = await routerWith({}, { ...documented, method: "GET" });
    await router.listSms();
    assert.deepEqual(onlyRequest(server), ["GET", `${LIST}?username=smsuser&password=abc123`, ""]);
  });

  it("delete by index", async () => {
    const { server, router } = await routerWith({}, { ...documented, method: "GET" });
    await router.deleteSms({ ids: 0 });
    assert.deepEqual(onlyRequest(server), ["GET", `${DELETE}?username=smsuser&password=abc123&number=0`, ""]);
  });

  it("go below the path of the base URL", async () => {
    const server = await RawServer.start(() => ok);
    const router = new CgiRouter({ url: `${server.url}/router/`, ...login });
    await router.sendSms({ to: "+447700900101", text: "x" });
    assert.equal(server.requests[0]?.target, `/router${SEND}`);
    await router.close();
    await server.stop();
  });
});

describe("The value of a field", () => {
  const values: readonly (readonly [what: string, text: string])[] = [
    ["&, =, #, ? and ;", "a&b=c#d?e;f"],
    ["+ and spaces", "1 + 1  = 2 "],
    ["%", "100 % sure, 50%"],
    ["escapes", "%20 %41 %zz %"],
    ["%n", "50%now and %n"],
    ["line ends of all kinds", "a\nb\r\nc\rd\n"],
    ["quotes and angle brackets", `"'<script>&amp;\\`],
    ["emoji and other scripts", "👍🏽 漢字 €äß\u2028"],
    ["NUL and other control characters", "a\u0000b\u0001\u001f\u007f"],
  ];
  for (const method of ["GET", "POST"] as const) {
    for (const [what, text] of values) {
      it(`arrives whole with ${what}, by ${method}`, async () => {
        const { server, router } = await routerWith({}, { method, password: text });
        await router.sendSms({ to: "+447700900101", text });
        const [request] = server.requests;
        const fields = method === "GET" ? request!.query : new URLSearchParams(request!.body);
        assert.deepEqual(
          [...fields],
          Object.entries({ username: login.username, password: text, text, number: "+447700900101" }),
        );
      });
    }

    it(`arrives whole with 10,000 characters where so many are allowed, by ${method}`, async () => {
      const text = "0123456789".repeat(1000);
      const { server, router } = await routerWith({}, { method, maxSegments: 100 });
      await router.sendSms({ to: "+447700900101", text });
      const [request] = server.requests;
      const fields = method === "GET" ? request!.query : new URLSearchParams(request!.body);
      assert.equal(fields.get("text"), text);
    });
  }

  it("of 10,000 characters is TEXT_TOO_LONG else", async () => {
    const { server, router } = await routerWith();
    const failure = await failureOf(router.sendSms({ to: "+447700900101", text: "0123456789".repeat(1000) }));
    assertFailure(failure, "TEXT_TOO_LONG", "not-sent");
    assert.equal(server.connections, 0);
  });

  it("that holds %n is OPTION_INVALID where the router would make a line break of it", async () => {
    const { server, router } = await routerWith({}, { lineBreak: "percent-n" });
    assertFailure(
      await failureOf(router.sendSms({ to: "+447700900101", text: "50%now" })),
      "OPTION_INVALID",
      "not-sent",
    );
    await router.sendSms({ to: "+447700900101", text: "50%\nnow" });
    assert.equal(new URLSearchParams(server.requests[0]?.body).get("text"), "50%%nnow");
  });
});

describe("The recipient", () => {
  for (const [given, asIs, zeros] of [
    ["+447700900101", "+447700900101", "00447700900101"],
    [" +44 (7700) 900-101 ", "+447700900101", "00447700900101"],
    ["00447700900101", "00447700900101", "00447700900101"],
    ["07700 900101", "07700900101", "07700900101"],
    ["988", "988", "988"],
  ] as const) {
    it(`${given} goes out as ${asIs}, or as ${zeros} where + becomes 00`, async () => {
      const { server, router } = await routerWith();
      const receipt = await router.sendSms({ to: given, text: "x" });
      const other = await routerWith({}, { numberFormat: "00" });
      const changed = await other.router.sendSms({ to: given, text: "x" });
      assert.deepEqual([receipt.to, changed.to], [asIs, zeros]);
      const numbers = [server, other.server].map(({ requests }) =>
        new URLSearchParams(requests[0]?.body).get("number"),
      );
      assert.deepEqual(numbers, [asIs, zeros]);
    });
  }
});

describe("The settings of a CGI router", () => {
  for (const [what, options] of [
    ["no URL", { url: "" }],
    ["a URL without scheme", { url: "192.168.8.1" }],
    ["a method that does not exist", { url: "http://127.0.0.1", method: "PUT" }],
    ["a line break that does not exist", { url: "http://127.0.0.1", lineBreak: "crlf" }],
    ["a form of numbers that does not exist", { url: "http://127.0.0.1", numberFormat: "+" }],
    ["a fingerprint that is none", { url: "https://127.0.0.1", fingerprint: "12" }],
  ] as const) {
    it(`with ${what} are CONFIG_MISSING`, () => {
      const make = (): unknown => new CgiRouter({ ...login, ...(options as { url: string }) });
      assertFailure(failureIn(make), "CONFIG_MISSING", "not-sent");
    });
  }

  for (const [what, options] of [
    ["no user name", { username: "" }],
    ["no password", { password: "" }],
  ] as const) {
    it(`with ${what} are CONFIG_MISSING before any request`, async () => {
      const { server, router } = await routerWith({}, options);
      const send = router.sendSms({ to: "+447700900101", text: "x" });
      for (const call of [send, router.listSms(), router.deleteSms({ ids: 1 })]) {
        assertFailure(await failureOf(call), "CONFIG_MISSING", "not-sent");
      }
      assertFailure(
        failureIn(() => {
          router.checkConfiguration();
        }),
        "CONFIG_MISSING",
        "not-sent",
      );
      assert.equal(server.connections, 0);
    });
  }
});
