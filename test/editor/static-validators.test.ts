import { equal, match } from "node:assert/strict";
import { nodeSources, savedNode } from "./node-source";

const FINGERPRINT = "0123456789abcdef".repeat(4);
const WITH_COLONS = FINGERPRINT.toUpperCase().match(/../g)!.join(":");

interface Cases {
  readonly good: readonly unknown[];
  readonly bad: readonly unknown[];
}

const notNegative: Cases = { good: [0, 30, "0", "2.5", "", undefined], bad: ["-1", "abc", "1s", " 1", "1e3"] };
const wholeNumber: Cases = { good: [0, "1000", "", undefined], bad: ["-1", "2.5", "abc"] };
const count: Cases = { good: [1, "10", "", undefined], bad: ["0", "2.5", "-1"] };
const connection: Cases = { good: ["", "2", 2, undefined], bad: ["two", "-1", "1.5"] };
const sim: Cases = {
  good: ["", undefined, "89999010000000001215", "8999901000000000121F", "85235984335"],
  bad: ["SIM 1", "active", "-1"],
};
const aboveZero: Cases = { good: [30, "0.5", "", undefined], bad: ["0", "-1", "abc"] };
const fingerprint: Cases = {
  good: ["", undefined, FINGERPRINT, WITH_COLONS],
  bad: [FINGERPRINT.slice(1), `${FINGERPRINT}0`, FINGERPRINT.replace("0", "g"), "AB:CD"],
};
const emptyOrAddress: Cases = {
  good: ["", undefined, "https://flows.example.com", "http://192.0.2.1:1880/flows", "https://${HOST}"],
  bad: ["flows.example.com", "ftp://192.0.2.1", "https://a:b@192.0.2.1", "https://192.0.2.1/?a=b", " "],
};

/** What the fields accept and refuse. A field that is one `${NAME}` is accepted by Node-RED before it asks. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, Cases>>>> = {
  "cellular-gateway": {
    url: {
      good: ["https://192.168.50.1", "http://router.local:8080/admin", "https://${ROUTER}:8443", "HTTPS://router"],
      bad: [
        "",
        undefined,
        "192.168.50.1",
        "ftp://router",
        "https://",
        "https://user:secret@router",
        "https://user@router",
        "https://router/?a=b",
        "https://router/#top",
      ],
    },
    connId: connection,
    fingerprint,
    timeout: aboveZero,
    minInterval: notNegative,
    maxPerHour: wholeNumber,
    maxSegments: count,
    expireAfter: notNegative,
    queueLimit: count,
  },
  "cellular-sms-send": { connId: connection, fallbackAfter: notNegative },
  "cellular-sms-receive": {
    connId: connection,
    interval: notNegative,
    from: {
      good: ["", undefined, "+447700900101", "+447700900101, +447700900102", "Operator,988"],
      bad: [",", "+447700900101,", "+447700900101,,+447700900102", "+447700900101;+447700900102", " "],
    },
  },
  "cellular-sms-delete": { connId: connection, iccid: sim },
  "cellular-ussd": { connId: connection, iccid: sim },
  "supersim-account": {
    provider: { good: ["twilio", "kore", "", undefined], bad: ["vodafone", "toString"] },
    auth: { good: ["token", "apikey", "", undefined], bad: ["oauth", "password"] },
    url: emptyOrAddress,
    publicUrl: emptyOrAddress,
    fingerprint,
    concurrency: { good: [...count.good, 100], bad: [...count.bad, 101] },
    timeout: aboveZero,
    maxPerHour: wholeNumber,
    expireAfter: notNegative,
    queueLimit: count,
  },
  "supersim-command": {
    callbackUrl: {
      good: [
        "",
        undefined,
        "https://flows.example.com/a?b=c",
        "http://192.0.2.1:1880/supersim",
        "https://${HOST}/supersim",
      ],
      bad: ["flows.example.com", "ftp://flows.example.com", "https://", "https://flows.example.com/a b", " "],
    },
    waitTimeout: aboveZero,
  },
  "supersim-events": {
    path: {
      good: ["supersim", "/supersim", "super/sim/", "${PATH_OF_EVENTS}", "a"],
      bad: ["", undefined, "/", "//", "super sim", "supersim?a=b", "supersim#a", " "],
    },
  },
};

/** What must be filled in: its default is not good. */
const TO_FILL_IN: Readonly<Record<string, string>> = { "cellular-gateway": "url", "supersim-events": "path" };

/** What sms send says of a property of a node that is saved like this: true, or why not. */
const ofSend: readonly {
  readonly saved: Readonly<Record<string, string>>;
  readonly property: "fallback" | "onUnknown";
  readonly says: true | RegExp;
}[] = [
  { saved: { gateway: "cabinet-4", fallback: "cabinet-3" }, property: "fallback", says: true },
  { saved: { gateway: "cabinet-4", fallback: "" }, property: "fallback", says: true },
  { saved: { gateway: "cabinet-4", fallback: "_ADD_" }, property: "fallback", says: true },
  { saved: { gateway: "cabinet-4" }, property: "fallback", says: true },
  { saved: { gateway: "cabinet-4", fallback: "cabinet-4" }, property: "fallback", says: /choose another one/ },
  { saved: { gateway: "cabinet-4", fallback: "gone" }, property: "fallback", says: /missing-config/ },
  { saved: { gateway: "cabinet-4", fallback: "unfinished" }, property: "fallback", says: /invalid-config/ },
  { saved: { onUnknown: "report" }, property: "onUnknown", says: true },
  { saved: { onUnknown: "resend" }, property: "onUnknown", says: true },
  { saved: { onUnknown: "fallback", fallback: "cabinet-3" }, property: "onUnknown", says: true },
  { saved: { onUnknown: "fallback", fallback: "" }, property: "onUnknown", says: /choose a gateway for it/ },
  { saved: { onUnknown: "fallback" }, property: "onUnknown", says: /choose a gateway for it/ },
];

describe("editor validators", () => {
  for (const node of nodeSources()) {
    const saved = savedNode(node);

    for (const [property, { good, bad }] of Object.entries(FIELDS[node.type] ?? {})) {
      const validate = node.definition.defaults[property]!.validate!;

      it(`${node.type}: ${property} accepts what the gateway can use`, () => {
        for (const value of good) equal(validate.call(saved, value, {}), true, String(value));
      });

      it(`${node.type}: ${property} says what is wrong`, () => {
        for (const value of bad) {
          const reason = validate.call(saved, value, {});
          equal(typeof reason === "string" && reason !== "", true, `${String(value)} is refused with a text`);
        }
      });
    }

    it(`${node.type}: every validator takes two arguments and accepts its default`, () => {
      for (const [property, { value, validate }] of Object.entries(node.definition.defaults)) {
        if (validate === undefined) continue;
        // With fewer, Node-RED takes the text of a refusal for "valid".
        equal(validate.length, 2, property);
        if (property in (FIELDS[node.type] ?? {}) && property !== TO_FILL_IN[node.type])
          equal(validate.call(saved, value, {}), true);
      }
    });
  }

  for (const { saved, property, says } of ofSend) {
    it(`cellular-sms-send: ${property} of ${JSON.stringify(saved)} is ${says === true ? "good" : "refused"}`, () => {
      const send = nodeSources().find(({ type }) => type === "cellular-sms-send")!;
      const { validate } = send.definition.defaults[property]!;
      const answer = validate!.call(savedNode(send, saved), saved[property], { label: "Fallback" });
      if (says === true) equal(answer, true);
      else match(String(answer), says);
    });
  }
});
