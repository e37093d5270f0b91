import assert from "node:assert/strict";
import { BrevisOneSimulator, CgiRouterSimulator } from "../../src/simulators/index.js";
import type { FlowItem } from "../support/node-red-process.js";
import { Lab, PASSWORD, RECIPIENT, recordOf, verdictOf, WORD, type Changes, type Message } from "./lab.js";

const LOGIN = { username: "flows", password: PASSWORD };
const SENDER = "+447700900200";

describe("nodes with gateways of other kinds", () => {
  let lab: Lab;
  let brevis: BrevisOneSimulator;
  let router: CgiRouterSimulator;

  before(async () => {
    brevis = await new BrevisOneSimulator({ ...LOGIN, groups: [{ id: 7, name: "On call", members: [] }] }).start();
    router = await new CgiRouterSimulator(LOGIN).start();
    lab = await Lab.start();
  });

  after(async () => {
    await Promise.all([lab.stop(), brevis.stop(), router.stop()]);
  });

  beforeEach(() => {
    for (const device of [brevis, router, lab.device]) device.heal();
  });

  function brevisOne(changes: Changes = {}): Changes {
    return { kind: "brevis-one", url: brevis.url, credentials: LOGIN, ...changes };
  }

  function cgi(changes: Changes = {}): Changes {
    return { kind: "router-cgi", url: router.url, credentials: LOGIN, ...changes };
  }

  function other(id: string, changes: Changes): FlowItem {
    return { ...lab.gateway(changes), id };
  }

  describe("sms send", () => {
    for (const [kind, gateway] of [
      ["brevis-one", brevisOne],
      ["router-cgi", cgi],
    ] as const) {
      it(`sends by a ${kind}, with one record as ever`, async () => {
        await lab.deploy(lab.sending({ gateway: gateway() }));
        const msg = await lab.arrival("out", await lab.send());
        const record = recordOf(msg);
        assert.equal((record.gateway as Message).kind, kind);
        assert.deepEqual(
          [record.outcome, record.to, record.encoding, record.segments],
          ["accepted", RECIPIENT, "gsm7", 1],
        );
      });

      it(`leaves out what a ${kind} does not know and what harms nobody`, async () => {
        await lab.deploy(lab.sending({ gateway: gateway({ auth: "client", connId: "2" }), send: { connId: "3" } }));
        await lab.arrival("out", await lab.send());
      });

      it(`refuses what a message asks a ${kind} for in vain`, async () => {
        await lab.deploy(lab.sending({ gateway: gateway() }));
        const tag = await lab.send({ smsOptions: { connId: 2 } });
        assert.equal(verdictOf(await lab.arrival("caught", tag)), "not-sent OPTION_INVALID");
      });
    }

    it("sends to a group of a brevis-one by its name, commas and all, and by Telegram if that is set", async () => {
      await lab.deploy(lab.sending({ gateway: brevisOne(), send: { mode: "telgroup", telauto: "false" } }));
      const tag = await lab.send({ to: "On call" });
      const msg = await lab.arrival("out", tag);
      assert.equal(recordOf(msg).to, "On call");
      const sent = brevis.sent.at(-1);
      assert.equal(sent?.text, `${WORD} ${tag}`);
    });

    it("refuses a group at a kind that has none: a group's number is nobody's phone number", async () => {
      for (const gateway of [cgi(), {}]) {
        await lab.deploy(lab.sending({ gateway, send: { mode: "group" } }));
        const tag = await lab.send({ to: "+447700900107" });
        assert.equal(verdictOf(await lab.arrival("caught", tag)), "not-sent OPTION_INVALID");
      }
      assert.ok(!lab.device.sent.some(({ to }) => to.includes("900107")));
    });

    it("takes a phone number written out as a mode of any kind", async () => {
      await lab.deploy(lab.sending({ gateway: cgi() }));
      await lab.arrival("out", await lab.send({ smsOptions: { mode: "number", flash: false } }));
    });

    it("writes typographic characters as GSM-7 where that is asked for, at every kind", async () => {
      for (const [gateway, sent] of [
        [{}, () => lab.device.sent.at(-1)?.text],
        [brevisOne(), () => brevis.sent.at(-1)?.text],
        [cgi(), () => router.sent.at(-1)?.text],
      ] as const) {
        await lab.deploy(lab.sending({ gateway, send: { transliterate: "true" } }));
        const tag = lab.tag();
        await lab.red.send("source", { payload: `\u201c${WORD}\u201d \u2013 \ufb01n\u2026`, to: RECIPIENT, tag });
        assert.equal(recordOf(await lab.arrival("out", tag)).encoding, "gsm7");
        assert.equal(sent(), `"${WORD}" - fin...`);
        const plain = await lab.send({ payload: `\u201c${WORD}\u201d`, smsOptions: { transliterate: false } });
        assert.equal(recordOf(await lab.arrival("out", plain)).encoding, "ucs2");
      }
    });

    it("falls back to a gateway of another kind", async () => {
      await lab.deploy([...lab.sending({ send: { fallback: "spare", connId: "1" } }), other("spare", cgi())]);
      lab.device.fail("refuse", { times: 1, on: "send" });
      const record = recordOf(await lab.arrival("out", await lab.send()));
      assert.equal((record.gateway as Message).kind, "router-cgi");
    });

    it("gives a fallback the number as it was written, whatever form the first gateway wants", async () => {
      const gateway = cgi({ numberFormat: "00" });
      await lab.deploy([...lab.sending({ gateway, send: { fallback: "spare" } }), other("spare", {})]);
      router.fail("status", { status: 401, times: 1, on: "send" });
      const record = recordOf(await lab.arrival("out", await lab.send()));
      assert.deepEqual([(record.gateway as Message).kind, record.to], ["peplink", RECIPIENT]);
    });

    it("does not take a gateway as fallback that knows no groups", async () => {
      const send = { fallback: "spare", mode: "group" };
      await lab.deploy([...lab.sending({ gateway: brevisOne(), send }), other("spare", cgi())]);
      brevis.fail("refuse", { times: 1, on: "send" });
      const from = router.sent.length;
      const msg = await lab.arrival("caught", await lab.send({ to: "7" }));
      assert.equal((recordOf(msg).gateway as Message).kind, "brevis-one");
      assert.equal(router.sent.length, from);
    });
  });

  describe("sms receive and sms delete", () => {
    it("work with a router-cgi: the SMS, its time, and its deletion by its record", async () => {
      const remove = { id: "delete", type: "cellular-sms-delete", z: "tab", gateway: "gw", wires: [["deleted"]] };
      const deleted = { id: "deleted", type: "test-probe", z: "tab", wires: [] };
      const flow = lab.receiving({ gateway: cgi(), receive: { start: "all", wires: [["out", "delete"]] } });
      router.receive({ from: SENDER, text: `${WORD} open` });
      await lab.deploy([...flow, remove, deleted]);
      await lab.red.send("poll", { tag: lab.tag() });
      const { msg } = await lab.red.nextProbe(({ node }) => node === "deleted");
      assert.equal(msg.payload, `${WORD} open`);
      assert.equal(msg.topic, SENDER);
      const received = msg.received as Message;
      assert.match(String(received.receivedAt), /^\d{4}-\d\d-\d\dT.*Z$/);
      assert.equal(received.complete, null);
      assert.deepEqual(router.store, []);
    });

    it("are told UNSUPPORTED by a brevis-one", async () => {
      const remove = { id: "delete", type: "cellular-sms-delete", z: "tab", gateway: "gw", ids: "all", idsType: "str" };
      const ussd = { id: "ussd", type: "cellular-ussd", z: "tab", gateway: "gw" };
      await lab.deploy([...lab.receiving({ gateway: brevisOne() }), { ...remove, wires: [] }, { ...ussd, wires: [] }]);
      const tag = lab.tag();
      await lab.red.send("poll", { tag });
      assert.equal(((await lab.arrival("caught", tag)).error as Message).code, "UNSUPPORTED");
      for (const node of ["delete", "ussd"]) {
        const own = lab.tag();
        await lab.red.inject(node, { payload: "*100#", tag: own });
        assert.equal(((await lab.arrival("caught", own)).error as Message).code, "UNSUPPORTED", node);
      }
    });
  });
});
