import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { CallbackRefusal, isSigned, readCallback, type Callback } from "../../../src/gateways/super-sim";
import {
  ADDRESS,
  callbackOf,
  COMMAND_SID,
  fields,
  FORM,
  JSON_TYPE,
  koreSigned,
  oddText,
  secrets,
  twilioForm,
  twilioGet,
  twilioJson,
} from "./signed-callbacks";
import { Seeded } from "../../support/seeded";

function form(text: string | Buffer, type = FORM): Callback {
  return callbackOf({ headers: { "content-type": type }, body: Buffer.from(text) });
}

function json(value: unknown): Callback {
  return form(typeof value === "string" ? value : JSON.stringify(value), JSON_TYPE);
}

function refusalOf(callback: Callback): CallbackRefusal {
  try {
    readCallback(callback);
  } catch (error) {
    assert.ok(error instanceof CallbackRefusal, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: "the callback was read" });
}

describe("A callback", () => {
  for (const [kind, callback] of [
    ["form", twilioForm()],
    ["JSON", json(fields)],
    ["query", twilioGet()],
  ] as const) {
    it(`that is a ${kind} is read into the command it is about, and all of its fields are kept`, () => {
      const { command, token, raw } = readCallback(callback);
      assert.deepEqual(command, {
        sid: COMMAND_SID,
        accountSid: fields.AccountSid,
        simSid: fields.SimSid,
        payload: fields.Payload,
        status: "delivered",
        direction: "to_sim",
        dateCreated: null,
        dateUpdated: null,
        url: null,
      });
      assert.equal(token, null);
      assert.deepEqual(raw, fields);
    });
  }

  it("names its command by the first of SmsCommandSid, CommandSid and Sid that is a SID", () => {
    const [one, two, three] = ["1", "2", "3"].map((digit) => `HC${digit.repeat(32)}`);
    const sidOf = (given: object): string => readCallback(json(given)).command.sid;
    assert.equal(sidOf({ Sid: three, CommandSid: two, SmsCommandSid: one }), one);
    assert.equal(sidOf({ Sid: three, CommandSid: two }), two);
    assert.equal(sidOf({ Sid: three, CommandSid: "HC2", SmsCommandSid: fields.SimSid }), three);
    assert.equal(sidOf({ Sid: `HC${"aF".repeat(16)}` }), `HC${"aF".repeat(16)}`);
    for (const none of [
      "",
      "HC",
      `HC${"1".repeat(31)}`,
      `HC${"1".repeat(33)}`,
      `hc${"1".repeat(32)}`,
      `${String(one)}\n`,
    ]) {
      assert.equal(refusalOf(json({ Sid: none, CommandSid: none, SmsCommandSid: none })).status, 400);
    }
  });

  it("has its text in Payload, else in Command, and may leave out everything but the SID", () => {
    const textOf = (given: object): string | null => readCallback(json({ Sid: COMMAND_SID, ...given })).command.payload;
    assert.deepEqual(
      [textOf({ Payload: "a", Command: "b" }), textOf({ Command: "b" }), textOf({ Payload: "" })],
      ["a", "b", ""],
    );
    const { sid, ...rest } = readCallback(form(`Sid=${COMMAND_SID}`)).command;
    assert.equal(sid, COMMAND_SID);
    assert.deepEqual(new Set(Object.values(rest)), new Set([null]));
  });

  it("may name its kind in capitals and with parameters", () => {
    for (const type of [`${FORM}; charset=utf-8`, FORM.toUpperCase(), `${FORM} ;x`]) {
      assert.equal(readCallback(form(`Sid=${COMMAND_SID}`, type)).command.sid, COMMAND_SID);
    }
    assert.equal(readCallback(form(JSON.stringify(fields), "Application/JSON;charset=UTF-8")).command.sid, COMMAND_SID);
  });

  it("of another kind is refused as such", () => {
    for (const type of ["", "text/plain", "multipart/form-data", `${FORM}x`, `x, ${FORM}`, "application/json5"]) {
      assert.equal(refusalOf(form(`Sid=${COMMAND_SID}`, type)).status, 415, type);
    }
    assert.equal(refusalOf(callbackOf({ body: Buffer.from(`Sid=${COMMAND_SID}`) })).status, 415);
    assert.equal(refusalOf(callbackOf({ headers: { "content-type": [FORM, FORM] } })).status, 415);
    assert.equal(refusalOf({ ...twilioForm(), method: "PUT" }).status, 400);
  });

  it("in JSON has numbers and booleans as text, and nothing of what is nested", () => {
    const { raw } = readCallback(json({ Sid: COMMAND_SID, a: 1.5, b: true, c: null, d: [1], e: { Sid: "x" } }));
    assert.deepEqual(raw, { Sid: COMMAND_SID, a: "1.5", b: "true" });
  });

  it("that says two things of what is read here is refused: nothing signs their order", () => {
    for (const name of ["Status", "Payload", "CommandSid", "Direction"]) {
      assert.equal(refusalOf(form(`Sid=${COMMAND_SID}&${name}=a&${name}=b`)).status, 400, name);
    }
    const { command, raw } = readCallback(form(`x=b&Sid=${COMMAND_SID}&Status=sent&x=a&Status=sent`));
    assert.equal(command.status, "sent");
    assert.deepEqual(raw, { x: "a, b", Sid: COMMAND_SID, Status: "sent" });
  });

  it("has the token by which KORE marks a repetition, if that is one header of up to 200 characters", () => {
    const tokenOf = (value: string | readonly string[]): string | null => {
      const headers = { "content-type": FORM, "kore-idempotency-token": value };
      return readCallback({ ...form(`Sid=${COMMAND_SID}`), headers }).token;
    };
    assert.equal(tokenOf("5f0c"), "5f0c");
    assert.equal(tokenOf("t".repeat(200)), "t".repeat(200));
    for (const value of ["", "t".repeat(201), ["a"], ["a", "b"]]) assert.equal(tokenOf(value), null);
  });
});

describe("What is no callback", () => {
  it("is refused where it is no JSON object", () => {
    for (const text of [
      "",
      " ",
      "null",
      "1",
      '"HC"',
      "[]",
      "{",
      '{"Sid":}',
      "\ufeff{}",
      `{"Sid":"${COMMAND_SID}"} x`,
    ]) {
      assert.equal(refusalOf(json(text)).status, 400, text);
    }
    const broken = Buffer.concat([Buffer.from('{"Sid":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    assert.equal(refusalOf(form(broken, JSON_TYPE)).status, 400);
  });

  it("is refused with more than 1000 fields, whatever is in them", function () {
    this.timeout(60_000);
    const many = (count: number): [string, string][] => Array.from({ length: count }, (_, index) => [`f${index}`, ""]);
    const withSid = (count: number): Record<string, string> => ({
      Sid: COMMAND_SID,
      ...Object.fromEntries(many(count)),
    });
    for (const [count, status] of [
      [1000, 413],
      [10_000, 413],
      [100_000, 413],
    ] as const) {
      const text = new URLSearchParams(withSid(count)).toString();
      assert.equal(refusalOf(form(text)).status, status);
      assert.equal(refusalOf(json(withSid(count))).status, status);
      assert.equal(refusalOf(callbackOf({ method: "GET", urls: [`${ADDRESS}?${text}`] })).status, status);
    }
    assert.equal(refusalOf(form("a=1&".repeat(1001))).status, 413);
    assert.equal(readCallback(json(withSid(999))).command.sid, COMMAND_SID);
    assert.equal(readCallback(form(new URLSearchParams(withSid(999)).toString())).command.sid, COMMAND_SID);
  });

  for (const name of ["__proto__", "constructor", "prototype"]) {
    it(`is refused with a field named ${name}`, () => {
      for (const callback of [
        form(`Sid=${COMMAND_SID}&${name}=1`),
        form(`Sid=${COMMAND_SID}&%${name.charCodeAt(0).toString(16)}${name.slice(1)}=1`),
        json(`{"Sid":"${COMMAND_SID}","${name}":{"polluted":"yes"}}`),
        callbackOf({ method: "GET", urls: [`${ADDRESS}?Sid=${COMMAND_SID}&${name}=1`] }),
      ]) {
        assert.equal(refusalOf(callback).status, 400);
      }
      assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
    });
  }

  it("leaves what every object has by itself out of sight: fields and headers are their own alone", () => {
    const { raw } = readCallback(json({ Sid: COMMAND_SID, toString: "x", hasOwnProperty: "y", valueOf: "z" }));
    assert.deepEqual(Object.keys(raw ?? {}), ["Sid", "toString", "hasOwnProperty", "valueOf"]);
    assert.equal(Object.getPrototypeOf(raw), Object.prototype);
    const headers = Object.create({
      "x-twilio-signature": twilioForm().headers["x-twilio-signature"],
    }) as Callback["headers"];
    assert.equal(isSigned({ ...twilioForm(), headers: { ...headers, "content-type": FORM } }, secrets), false);
  });

  it("is refused where a form holds what has to stand where a hash is carried on: no service leaves it unescaped", () => {
    for (const between of [
      Buffer.from([0x80, 0, 0, 0, 1, 0x38]),
      Buffer.from("é"),
      Buffer.from(" "),
      Buffer.from("\n"),
    ]) {
      const body = Buffer.concat([
        Buffer.from(`Sid=${COMMAND_SID}&PayloadType=text`),
        between,
        Buffer.from("&Payload=x"),
      ]);
      assert.equal(refusalOf(form(body)).status, 400);
    }
  });

  it("is refused where a form has a field without a sign of equality, which no service writes", () => {
    assert.equal(refusalOf(form(`Sid=${COMMAND_SID}&Statussent`)).status, 400);
    assert.equal(readCallback(form(`&Sid=${COMMAND_SID}&&Status=&`)).command.status, "");
  });

  it("says nothing of what came", () => {
    for (const callback of [
      form("Sid=secret&Payload=secret"),
      json('{"secret'),
      form("secret"),
      form("x", "secret/secret"),
    ]) {
      assert.doesNotMatch(refusalOf(callback).message, /secret/);
    }
  });

  it("ends in a refusal however large, deep or binary it is", () => {
    const size = 256 * 1024;
    const bodies = [
      randomBytes(size),
      Buffer.alloc(size),
      Buffer.alloc(size, "["),
      Buffer.alloc(size, '{"a":'),
      Buffer.alloc(size, "%"),
      Buffer.alloc(size, "&"),
      Buffer.alloc(size, "="),
      Buffer.alloc(size, "a&"),
      Buffer.alloc(size, '"\\'),
      Buffer.alloc(size, "%ff%fe%00"),
      Buffer.from(`{"Sid":"HC","x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`),
    ];
    for (const body of bodies) {
      for (const type of [FORM, JSON_TYPE, "text/plain"]) {
        const headers = { "content-type": type, "x-twilio-signature": "x", "kore-signature": "x" };
        const callback = callbackOf({ headers, body });
        assert.equal(isSigned(callback, secrets), false);
        refusalOf(callback);
      }
    }
    const deep = `{"Sid":"${COMMAND_SID}","x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    assert.deepEqual(readCallback(json(deep)).raw, { Sid: COMMAND_SID });
  });

  it("may have any characters in what it says: they are kept", () => {
    const odd = "\ud800 \0 \u001b[31m \u202e \ufffe";
    const { command, raw } = readCallback(json({ Sid: COMMAND_SID, Status: odd, Direction: odd, "\ud800": odd }));
    assert.deepEqual([command.status, command.direction, raw?.["\ud800"]], [odd, odd, odd]);
    assert.equal(
      readCallback(form(`Sid=${COMMAND_SID}&Status=%ed%a0%80%zz%`)).command.status,
      "\ufffd\ufffd\ufffd%zz%",
    );
  });

  it("never gets anything but an event or a refusal, whatever method, addresses, headers and body it has", () => {
    const anyText = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.constantFrom(ADDRESS, FORM, JSON_TYPE, "", "http://", "https://[::1", "//"),
    );
    const anyCallback = fc.record({
      method: fc.oneof({ weight: 4, arbitrary: fc.constantFrom("GET", "POST") }, { weight: 1, arbitrary: anyText }),
      urls: fc.array(
        anyText.chain((text) => fc.constantFrom(text, `${ADDRESS}?${text}`, `http://${text}`)),
        { maxLength: 3 },
      ),
      headers: fc.dictionary(
        fc.constantFrom("content-type", "x-twilio-signature", "kore-signature", "kore-idempotency-token"),
        fc.oneof(anyText, fc.array(anyText, { maxLength: 2 })),
      ),
      body: fc
        .oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.json().map((text) => Buffer.from(text)),
        )
        .map((bytes) => Buffer.from(bytes)),
    });
    fc.assert(
      fc.property(anyCallback, (callback) => {
        assert.equal(isSigned(callback, secrets), false);
        try {
          readCallback(callback);
        } catch (error) {
          assert.ok(error instanceof CallbackRefusal, String(error));
        }
      }),
      { numRuns: 5000 },
    );
  });

  it("does not come of odd texts in what is well signed: each is read as it was written", () => {
    const random = new Seeded();
    for (let count = 0; count < 2000; count += 1) {
      const given = {
        CommandSid: COMMAND_SID,
        Payload: oddText(random, 40),
        Status: oddText(random, 10),
        SimUniqueName: oddText(random, 10),
      };
      for (const callback of [
        twilioForm(given),
        twilioJson(JSON.stringify(given)),
        twilioGet(given),
        koreSigned(form(new URLSearchParams(given).toString())),
        koreSigned(json(JSON.stringify(given, null, 3)), JSON.stringify(given)),
      ]) {
        assert.equal(isSigned(callback, secrets), true, `seed ${random.seed}`);
        assert.deepEqual(readCallback(callback).raw, given, `seed ${random.seed}`);
      }
    }
  });
});
