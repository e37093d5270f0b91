import assert from "node:assert/strict";
import { newsOfCommand } from "../../src/demo/command-lines";
import { Lines } from "../../src/demo/lines";
import { newsOfSms } from "../../src/demo/sms-lines";

const NOW = new Date(2026, 10, 21, 12, 3, 1);
const SIM = "HS00000000000000000000000000000002";

describe("the lines of the demo", () => {
  let lines: Lines;

  beforeEach(() => {
    lines = new Lines(newsOfSms, newsOfCommand);
  });

  const told = (msg: object): readonly string[] => lines.linesFor({ _msgid: "m1", ...msg }, NOW);
  const command = (fields: object) => ({ command: { sid: "HC1", simSid: SIM, direction: "to_sim", ...fields } });

  it("tell of each state of a command once, whichever nodes its messages pass", () => {
    const sent = command({ status: "sent" });
    assert.deepEqual(told(sent), ["12:03:01  command  sent       tracker-2  via twilio"]);
    assert.deepEqual(told({ ...sent, _msgid: "m2" }), []);
    assert.deepEqual(told(command({ status: "delivered", outcome: "accepted" })), [
      "12:03:01  command  delivered  tracker-2  via twilio",
    ]);
  });

  it("tell of a command that was accepted and did not get there by its state and what went wrong", () => {
    const late = command({ status: "sent", outcome: "accepted", code: "WAIT_TIMEOUT" });
    assert.deepEqual(told(late), ["12:03:01  command  sent       tracker-2  via twilio: WAIT_TIMEOUT"]);
  });

  it("tell of what trackers report", () => {
    assert.deepEqual(told(command({ status: "received", direction: "from_sim" })), [
      "12:03:01  report   received   tracker-2  via twilio",
    ]);
  });

  it("tell of a command that never left by its outcome, and by the name that the flow gave", () => {
    const unsent = command({ sid: null, simSid: null, status: null, outcome: "not-sent", code: "NOT_FOUND" });
    assert.deepEqual(told({ ...unsent, sim: "tracker-9" }), [
      "12:03:01  command  not-sent   tracker-9  via twilio: NOT_FOUND",
    ]);
  });

  it("tell of SMS as ever, and of nothing else", () => {
    const sms = { id: "1", outcome: "accepted", to: "+447700900101", gateway: { kind: "peplink" } };
    assert.deepEqual(told({ sms }), ["12:03:01  sms  accepted  +447700900101  via peplink"]);
    assert.deepEqual(told({ sms }), []);
    assert.deepEqual(told({ payload: "wake", command: "wake" }), []);
  });
});
