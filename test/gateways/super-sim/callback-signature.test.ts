import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { parse } from "node:querystring";
import { getExpectedTwilioSignature, validateRequest, validateRequestWithBody } from "twilio/lib/webhooks/webhooks";
import { isSigned, readCallback, type Callback } from "../../../src/gateways/super-sim";
import { callbackFields, signedCallback } from "../../../src/simulators/super-sim/callback";
import { Seeded } from "../../support/seeded";
import {
  ADDRESS,
  callbackOf,
  COMMAND_SID,
  fields,
  FORM,
  hmac,
  JSON_TYPE,
  koreForm,
  koreJson,
  koreSigned,
  oddText,
  secrets,
  sha256,
  twilioForm,
  twilioGet,
  twilioJson,
} from "./signed-callbacks";

const CASES = 10_000;
const byTwilio = { authToken: secrets.authToken, webhookSecret: "" };
const byKore = { authToken: "", webhookSecret: secrets.webhookSecret };

function withHeader(callback: Callback, name: string, value: string | readonly string[] | undefined): Callback {
  return { ...callback, headers: { ...callback.headers, [name]: value } };
}

/** An address as it stands on a request line, with things in its query that may be written in several ways. */
function oddAddress(random: Seeded): string {
  const host = random.pick(["gateway.test", "Gateway.Test", "user:pass@gateway.test", "192.0.2.7", "[2001:db8::7]"]);
  const port = random.pick(["", "", ":443", ":80", ":8443"]);
  const path = random.pick(["", "/", "/hooks/super-sim", "/a%20b/~c'd", "/caf%C3%A9/é"]);
  const pairs = Array.from({ length: random.whole(0, 3) }, (_, index) => {
    const value = random.pick(["it's", "it%27s", "a+b", "a%20b", "", "%F0%9F%98%80", "(x)*!", "%28x%29", "ü", "1"]);
    return `p${String.fromCharCode(97 + index)}=${value}`;
  });
  return `${random.pick(["https", "http", "HTTPS"])}://${host}${port}${path}${pairs.length === 0 ? "" : "?"}${pairs.join("&")}`;
}

/** The address as the service may have written it before it signed. */
function asSigned(url: string, random: Seeded): string {
  const [, head = "", port = "", tail = ""] = /^([a-z]+:\/\/.*?)(:\d+)?((?:[/?].*)?)$/i.exec(url) ?? [];
  switch (random.pick(["as it is", "without port", "with port", "parsed", "escaped"])) {
    case "as it is":
      return url;
    case "without port":
      return `${head}${tail}`;
    case "with port":
      return port === "" ? `${head}${/^https/i.test(head) ? ":443" : ":80"}${tail}` : url;
    case "parsed":
      return new URL(url).href;
    case "escaped": {
      const { href } = new URL(url);
      const [before = "", query = ""] = href.split("?");
      const pairs = query
        .split("&")
        .map((pair) => pair.split("=").map((part) => decodeURIComponent(part.replaceAll("+", " "))));
      return query === "" ? href : `${before}?${pairs.map((pair) => pair.map(encodeURIComponent).join("=")).join("&")}`;
    }
  }
}

/** A form with names that come several times, with and without values. */
function oddForm(random: Seeded): string {
  const names = Array.from({ length: random.whole(1, 4) }, () => oddText(random, 6));
  const pairs = Array.from({ length: random.whole(0, 12) }, (): [string, string] => [
    names[random.whole(0, names.length - 1)] ?? "",
    oddText(random, 8),
  ]);
  return new URLSearchParams(pairs).toString();
}

/** One character of a text more, less or other than before; the text itself where there is nothing to change. */
function tampered(text: string, random: Seeded): string {
  const at = random.whole(0, text.length - 1);
  const put = random.pick(["", "a", "7", "A"]);
  return text.slice(0, at) + put + text.slice(at + random.whole(put === "" ? 1 : 0, 1));
}

describe("A callback that Twilio signed", () => {
  it(`is told from others as the vendor's own validator tells them, over ${CASES} addresses and bodies`, function () {
    this.timeout(60_000);
    const random = new Seeded();
    const counts: Record<string, number> = {};
    for (let index = 0; index < CASES; index += 1) {
      const kind = random.pick(["form", "get", "json"]);
      const text =
        kind === "form" ? oddForm(random) : kind === "json" ? JSON.stringify({ a: oddText(random, 30) }) : "";
      const given = oddAddress(random);
      const mark = kind === "json" ? `${given.includes("?") ? "&" : "?"}bodySHA256=${sha256(text)}` : "";
      const address = `${given}${mark}`;
      const form = parse(text, "&", "=", { maxKeys: 0 });
      const signed = getExpectedTwilioSignature(
        secrets.authToken,
        asSigned(address, random),
        kind === "form" ? form : {},
      );
      const what = random.pick(["nothing", "nothing", "nothing", "signature", "address", "body", "token"]);
      const url = what === "address" ? `${given}${random.pick(["/", "/x", "/x?b=1", "/x&b=1"])}${mark}` : address;
      const body = what === "body" && text !== "" ? tampered(text, random) : text;
      const signature = what === "signature" ? tampered(signed, random) : signed;
      const token = what === "token" ? tampered(secrets.authToken, random) : secrets.authToken;

      const theirs =
        kind === "json"
          ? validateRequestWithBody(token, signature, url, body)
          : validateRequest(token, signature, url, kind === "form" ? parse(body, "&", "=", { maxKeys: 0 }) : {});
      const ours = isSigned(
        {
          method: kind === "get" ? "GET" : "POST",
          urls: [url],
          headers: { "x-twilio-signature": signature, "content-type": kind === "json" ? JSON_TYPE : FORM },
          body: Buffer.from(body),
        },
        { authToken: token, webhookSecret: "" },
      );
      const about = `seed ${random.seed}, case ${index}: ${kind}, changed: ${what}, ${url} ${body}`;
      assert.equal(ours, theirs, about);
      if (what === "nothing") assert.equal(ours, true, about);
      if (what === "signature" || what === "token")
        assert.equal(ours, signature === signed && token === secrets.authToken, about);
      const key = `${kind}, ${what === "nothing" ? "as signed" : `other ${what}`}: ${ours ? "yes" : "no"}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    if (process.env.PRINT_TABLE === "1") console.table(counts);
  });

  it("is not one where the vendor's validator guesses more: a query with a name twice, or with broken escapes, put in order", () => {
    for (const [came, signed] of [
      ["?a=1&b=2&a=3", "?a=1&a=3&b=2"],
      ["?b=1&2=x", "?2=x&b=1"],
      ["?a=%zz", "?a=%25zz"],
    ] as const) {
      const url = `${ADDRESS}${came}`;
      const signature = hmac(`${ADDRESS}${signed}`);
      assert.equal(validateRequest(secrets.authToken, signature, url, {}), true, came);
      const callback = callbackOf({ method: "GET", urls: [url], headers: { "x-twilio-signature": signature } });
      assert.equal(isSigned(callback, byTwilio), false, came);
    }
  });

  it("is not a form whose address alone is signed and names the body, which the vendor's validator takes", () => {
    const { body } = twilioForm();
    const url = `${ADDRESS}?bodySHA256=${sha256(body)}`;
    const headers = { "content-type": FORM, "x-twilio-signature": hmac(url) };
    assert.equal(validateRequestWithBody(secrets.authToken, hmac(url), url, body.toString()), true);
    assert.equal(isSigned(callbackOf({ urls: [url], headers, body }), byTwilio), false);
  });

  it("may be signed for the standard port where the address has another, which the vendor's validator does not try", () => {
    const { body, headers } = twilioForm(fields, ADDRESS.replace(".test", ".test:443"));
    const urls = [ADDRESS.replace(".test", ".test:8443")];
    assert.equal(
      validateRequest(secrets.authToken, String(headers["x-twilio-signature"]), String(urls), fields),
      false,
    );
    assert.equal(isSigned({ method: "POST", urls, headers, body }, byTwilio), true);
  });

  it("may be signed for any of the addresses by which this Node-RED is reached", () => {
    const { urls, ...rest } = twilioForm();
    assert.equal(isSigned({ ...rest, urls: ["http://127.0.0.1:1880/hooks/super-sim", ...urls] }, byTwilio), true);
    assert.equal(isSigned({ ...rest, urls: ["http://127.0.0.1:1880/hooks/super-sim"] }, byTwilio), false);
    assert.equal(isSigned({ ...rest, urls: [] }, byTwilio), false);
  });

  it("with JSON is none unless its address names the body", () => {
    const text = JSON.stringify(fields);
    assert.equal(isSigned(twilioJson(), byTwilio), true);
    const headers = { "content-type": JSON_TYPE, "x-twilio-signature": hmac(ADDRESS) };
    assert.equal(isSigned(callbackOf({ headers, body: Buffer.from(text) }), byTwilio), false);
    const other = twilioJson();
    assert.equal(isSigned({ ...other, body: Buffer.from(`${text} `) }, byTwilio), false);
  });

  it("keeps a question mark at the head of its body, and fields without a name", () => {
    assert.equal(isSigned(twilioForm({ "?a": "1", "": "2" }), byTwilio), true);
    const callback = twilioForm({ a: "1" });
    assert.equal(isSigned({ ...callback, body: Buffer.from("?a=1") }, byTwilio), false);
  });

  it("can be cut elsewhere between a name and its value, since nothing marks the place: so far the recipe goes", () => {
    const { body, ...rest } = twilioForm();
    const cut = { ...rest, body: Buffer.from(body.toString().replace("Status=delivered", "Statu=sdelivered")) };
    const form = { ...parse(cut.body.toString()) };
    assert.equal(validateRequest(secrets.authToken, String(rest.headers["x-twilio-signature"]), ADDRESS, form), true);
    assert.equal(isSigned(cut, byTwilio), true);
    assert.equal(readCallback(cut).command.status, null);
  });
});

describe("A callback that KORE signed", () => {
  it("has the SHA-256 of secret, method, address without query and body, in small or capital digits", () => {
    const body = Buffer.from("CommandSid=HC&Payload=%C3%A9+%00");
    const expected = createHash("sha256");
    for (const part of ["a webhook secret", "POST", "https://gateway.test/hooks/super-sim"]) expected.update(part);
    const signature = expected.update(body).digest("hex");
    const signed = callbackOf({ headers: { "content-type": FORM, "kore-signature": signature }, body });
    assert.equal(isSigned(signed, byKore), true);
    assert.equal(isSigned(withHeader(signed, "kore-signature", signature.toUpperCase()), byKore), true);
    assert.equal(isSigned({ ...signed, urls: [`${ADDRESS}?a=1#b`] }, byKore), true);
    assert.equal(isSigned({ ...signed, method: "GET" }, byKore), false);
    assert.equal(isSigned({ ...signed, body: Buffer.concat([body, Buffer.from("&")]) }, byKore), false);
  });

  it("with JSON is signed over the body without white space, or over the body as it came", () => {
    const spaced = '{ "Payload" : "a \\" b\\\\" ,\r\n\t"CommandSid":"HC", "x y": [ 1, 2 ] , "é ": "\\u0020 " }';
    const bare = '{"Payload":"a \\" b\\\\","CommandSid":"HC","x y":[1,2],"é ":"\\u0020 "}';
    const callback = callbackOf({
      headers: { "content-type": `${JSON_TYPE}; charset=utf-8` },
      body: Buffer.from(spaced),
    });
    assert.equal(isSigned(koreSigned(callback, bare), byKore), true);
    assert.equal(isSigned(koreSigned(callback, spaced), byKore), true);
    assert.equal(isSigned(koreSigned(callback, bare.replace("a ", "a")), byKore), false);
    const form = koreSigned({ ...callback, headers: { "content-type": FORM } }, bare);
    assert.equal(isSigned(form, byKore), false, "a form is signed as it came");
  });

  it("may be signed without the port, or with the standard one", () => {
    for (const [signed, came] of [
      ["", ":443"],
      [":443", ""],
      ["", ":8443"],
      [":8443", ":8443"],
    ] as const) {
      const callback = koreForm(ADDRESS.replace(".test", `.test${signed}`));
      assert.equal(isSigned({ ...callback, urls: [ADDRESS.replace(".test", `.test${came}`)] }, byKore), true);
    }
    const callback = koreForm(ADDRESS.replace(".test", ".test:8443"));
    assert.equal(isSigned({ ...callback, urls: [ADDRESS] }, byKore), false);
  });

  it("by GET says nothing of its query: so far the recipe goes", () => {
    const get = koreSigned(callbackOf({ method: "GET", urls: [`${ADDRESS}?CommandSid=${COMMAND_SID}`] }));
    assert.equal(isSigned({ ...get, urls: [`${ADDRESS}?CommandSid=${COMMAND_SID}&Status=failed`] }, byKore), true);
  });
});

describe("The signature of a callback", () => {
  const kinds = { "a form": twilioForm(), JSON: twilioJson(), "a GET": twilioGet() };
  for (const [name, callback] of Object.entries(kinds)) {
    it(`of ${name} counts by the header whose secret is configured, whoever sent it`, () => {
      const both = koreSigned(callback);
      assert.deepEqual(
        [secrets, byTwilio, byKore].map((known) => isSigned(both, known)),
        [true, true, true],
      );
      assert.deepEqual(
        [secrets, byTwilio, byKore].map((known) => isSigned(callback, known)),
        [true, true, false],
      );
      const forged = withHeader(both, "x-twilio-signature", "forged");
      assert.deepEqual(
        [secrets, byTwilio, byKore].map((known) => isSigned(forged, known)),
        [true, false, true],
      );
      const spoilt = withHeader(both, "kore-signature", "forged");
      assert.deepEqual(
        [secrets, byTwilio, byKore].map((known) => isSigned(spoilt, known)),
        [true, true, false],
      );
    });
  }

  it("by an empty secret is none: whoever knows that nothing is configured could make it", () => {
    const nothing = { authToken: "", webhookSecret: "" };
    const { body } = koreForm();
    const headers = {
      "content-type": FORM,
      "x-twilio-signature": hmac(ADDRESS, ""),
      "kore-signature": sha256(`POST${ADDRESS}`),
    };
    assert.equal(isSigned(callbackOf({ headers }), nothing), false);
    assert.equal(isSigned(callbackOf({ headers, body }), nothing), false);
    assert.equal(isSigned(koreSigned(twilioForm()), nothing), false);
  });

  it("that is empty, lacks, or came several times, is none", () => {
    for (const [name, callback, known] of [
      ["x-twilio-signature", twilioForm(), byTwilio],
      ["kore-signature", koreForm(), byKore],
    ] as const) {
      const good = String(callback.headers[name]);
      for (const value of [
        "",
        undefined,
        [good],
        [good, good],
        `${good}, ${good}`,
        ` ${good}`,
        `${good} `,
        good.slice(1),
      ]) {
        assert.equal(isSigned(withHeader(callback, name, value), known), false, String(value));
      }
    }
  });

  it("by another secret is none", () => {
    for (const callback of [twilioForm(), twilioJson(), twilioGet(), koreForm(), koreJson()]) {
      assert.equal(isSigned(callback, secrets), true);
      assert.equal(isSigned(callback, { authToken: secrets.webhookSecret, webhookSecret: secrets.authToken }), false);
    }
  });
});

describe("A callback of simulated Super SIM", () => {
  const command = {
    sid: COMMAND_SID,
    simSid: fields.SimSid,
    payload: "it's 5° & rising = 100% 😀",
    status: "received",
    direction: "from_sim",
  } as Parameters<typeof callbackFields>[0];
  for (const signature of ["twilio", "kore"] as const) {
    for (const [method, body] of [
      ["POST", "form"],
      ["POST", "json"],
      ["GET", "form"],
    ] as const) {
      it(`by ${method}, ${body}, signed as ${signature} does, is signed by its secret alone, and says what was called back`, () => {
        const sent = callbackFields(command, fields.AccountSid, "tracker-1");
        const made = signedCallback(ADDRESS, method, sent, "token-1", { signature, secret: "the secret", body });
        const callback = { method, urls: [made.url], headers: made.headers, body: Buffer.from(made.body) };
        const known = signature === "twilio" ? "authToken" : "webhookSecret";
        const none = { authToken: "", webhookSecret: "" };
        assert.equal(isSigned(callback, { ...none, [known]: "the secret" }), true);
        assert.equal(isSigned(callback, { ...none, [known]: "The secret" }), false);
        assert.equal(isSigned(callback, { authToken: "other", webhookSecret: "other" }), false);
        const event = readCallback(callback);
        assert.deepEqual(
          [event.command.sid, event.command.payload, event.command.status],
          [COMMAND_SID, command.payload, "received"],
        );
        assert.equal(event.token, signature === "kore" ? "token-1" : null);
      });
    }
  }
});
