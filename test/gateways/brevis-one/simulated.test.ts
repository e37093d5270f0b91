import assert from "node:assert/strict";
import type { CellularErrorCode, Outcome } from "../../../src/errors/cellular-error";
import { BrevisOneGateway, type BrevisOneGatewayOptions } from "../../../src/gateways/brevis-one";
import type { OutgoingSms } from "../../../src/gateways/gateway";
import { BrevisOneSimulator, type BrevisOneSimulatorOptions, type Fault } from "../../../src/simulators";
import { assertFailure, failureOf } from "../../support/failure";
import { PASSWORD, sms, TO } from "./scripted-gateway";

const login = { username: "apiuser", password: PASSWORD };

for (const method of ["POST", "GET"] as const) {
  describe(`A simulated brevis.one gateway, by ${method}`, () => {
    let device: BrevisOneSimulator;
    let gateway: BrevisOneGateway;

    async function start(
      options: BrevisOneSimulatorOptions = {},
      settings: Partial<BrevisOneGatewayOptions> = {},
    ): Promise<void> {
      device = await new BrevisOneSimulator({ ...login, ...options }).start();
      gateway = new BrevisOneGateway({ url: device.url, method, ...login, ...settings });
    }

    afterEach(async () => {
      await gateway.close();
      await device.stop();
    });

    for (const text of [
      "&",
      "a&to=1",
      "+",
      "%",
      "%n",
      "%25n",
      "👍🏽",
      "\u0000",
      "a\r\nb\n",
      " x ",
      "=",
      "é€漢",
      "x".repeat(1530),
    ]) {
      const what = text.length > 20 ? `${text.length} characters` : JSON.stringify(text);
      it(`gets ${what} as it is, as text and as hex`, async () => {
        await start();
        for (const encoding of ["text", "hex"] as const) await gateway.sendSms({ to: TO, text, encoding });
        assert.deepEqual(
          device.sent.map((one) => [one.text, one.hexmode, one.method]),
          [
            [text, false, method],
            [text, true, method],
          ],
        );
      });
    }

    it("takes a login of every odd character, of the range for Latin-1 too", async () => {
      const odd = { username: "a&b=c%d+e f", password: '&=%+ "ö漢\u00ff' };
      await start(odd, odd);
      await gateway.sendSms(sms);
      assert.equal(device.sent.length, 1);
    });

    it("reads the bytes of Latin-1", async () => {
      await start({ hexCharset: "latin1" });
      await gateway.sendSms({ to: TO, text: "Grüße", encoding: "hex", hexCharset: "latin1" });
      assert.equal(device.sent[0]?.text, "Grüße");
    });

    const asked: readonly (readonly [sms: Omit<OutgoingSms, "text">, deliveries: readonly string[]])[] = [
      [{ to: TO }, [`sms ${TO}`]],
      [{ to: "+447700900202", mode: "telnumber" }, ["telegram +447700900202"]],
      [{ to: "On call", mode: "user" }, ["sms +447700900201"]],
      [{ to: "On call", mode: "teluser", telauto: false }, []],
      [{ to: "Night shift", mode: "group" }, ["sms +447700900201", "sms +447700900202"]],
      [{ to: "1", mode: "telgroup" }, ["sms +447700900201", "telegram +447700900202"]],
      [{ to: "1", mode: "group", list: "white", regex: "0900202$" }, ["sms +447700900202"]],
      [{ to: "1", mode: "group", list: "black", regex: "0900202$" }, ["sms +447700900201"]],
      [{ to: TO, ring: true }, [`call ${TO}`]],
    ];
    for (const [options, deliveries] of asked) {
      it(`delivers what ${JSON.stringify(options)} asks for`, async () => {
        await start();
        await gateway.sendSms({ text: "x", ...options });
        assert.deepEqual(
          device.sent[0]?.deliveries.map(({ by, number }) => `${by} ${number}`),
          deliveries,
        );
      });
    }

    it("delivers a flash SMS", async () => {
      await start();
      await gateway.sendSms({ ...sms, flash: true });
      assert.equal(device.sent[0]?.flash, true);
    });

    const troubles: readonly (readonly [
      what: string,
      prepare: () => void | Promise<void>,
      CellularErrorCode,
      Outcome,
    ])[] = [
      ["a modem that is busy", () => void (device.busy = true), "TIMEOUT", "unknown"],
      ["a gateway that is off", () => device.stop(), "UNREACHABLE", "not-sent"],
      ...(
        [
          ["refuse", "REFUSED", "not-sent"],
          ["reset-before", "CONNECTION_LOST", "unknown"],
          ["reset-after", "CONNECTION_LOST", "unknown"],
          ["truncated", "CONNECTION_LOST", "unknown"],
          ["oversized", "RESPONSE_TOO_LARGE", "unknown"],
          ["silence", "TIMEOUT", "unknown"],
          ["delay", "TIMEOUT", "unknown"],
          ["status", "BAD_RESPONSE", "unknown"],
        ] as const
      ).map(([fault, code, outcome]): [string, () => void, CellularErrorCode, Outcome] => [
        `the fault ${fault satisfies Fault}`,
        () => {
          device.fail(fault, { delay: 20_000 });
        },
        code,
        outcome,
      ]),
    ];
    for (const [what, prepare, code, outcome] of troubles) {
      it(`is ${code} and ${outcome} after ${what}, and is asked once`, async () => {
        await start();
        await prepare();
        const isSlow = what.endsWith("silence") || what.endsWith("delay");
        assertFailure(await failureOf(gateway.sendSms(sms, { timeout: isSlow ? 1500 : 5000 })), code, outcome);
        assert.ok(device.requests.length <= 1);
      });
    }

    it("refuses a wrong login, a user without the right, a contact that is not there", async () => {
      await start({ password: "another" });
      assertFailure(await failureOf(gateway.sendSms(sms)), "AUTH_FAILED", "not-sent");
      await Promise.all([gateway.close(), device.stop()]);
      await start({ permitted: false });
      assertFailure(await failureOf(gateway.sendSms(sms)), "FORBIDDEN", "not-sent");
      await Promise.all([gateway.close(), device.stop()]);
      await start();
      const error = await failureOf(gateway.sendSms({ to: "Nobody", text: "x", mode: "user" }));
      assertFailure(error, "REFUSED", "not-sent");
      assert.match(error.message, /See Gateway logs/);
    });

    it("says how it is", async () => {
      await start();
      const { queue, failed, signal, state } = await gateway.probe();
      assert.deepEqual([queue, failed, signal, state], [0, 0, -83, "ready"]);
    });

    it("takes 200 SMS in order, each once", async () => {
      await start({ latency: 0 });
      const texts = Array.from({ length: 200 }, (_, index) => `SMS ${index}`);
      for (const text of texts) await gateway.sendSms({ to: TO, text });
      assert.deepEqual(
        device.sent.map(({ text }) => text),
        texts,
      );
      assert.equal(device.maxConcurrent, 1);
    });
  });
}
