import assert from "node:assert/strict";
import type { SmsCommand } from "../../src/gateways/super-sim";
import { latestOf } from "../../src/node-red/command-job";

const known: SmsCommand = {
  sid: `HC${"0".repeat(32)}`,
  accountSid: `AC${"0".repeat(32)}`,
  simSid: `HS${"0".repeat(32)}`,
  payload: "wake",
  status: "queued",
  direction: "to_sim",
  dateCreated: "2026-11-21T10:00:00Z",
  dateUpdated: "2026-11-21T10:00:01Z",
  url: "https://supersim.invalid/v1/SmsCommands/HC0",
};

/** What a callback says: the state, and no more. */
function called(status: string | null): SmsCommand {
  const nothing = { accountSid: null, simSid: null, payload: null, direction: null };
  return { sid: known.sid, ...nothing, status, dateCreated: null, dateUpdated: null, url: null };
}

function statesAfter(...news: readonly (string | null)[]): string | null {
  return news.reduce((command, status) => latestOf(command, called(status)), known).status;
}

describe("What is known of a command", () => {
  it("goes on from state to state and never back, and stays at the last one", () => {
    assert.equal(statesAfter("sent"), "sent");
    assert.equal(statesAfter("sent", "queued"), "sent");
    assert.equal(statesAfter("delivered", "sent", "failed"), "delivered");
    assert.equal(statesAfter("failed", "delivered"), "failed");
  });

  it("shows a state that is not known here, until one comes that is", () => {
    assert.equal(statesAfter("undelivered"), "undelivered");
    // One of commands from a SIM.
    assert.equal(statesAfter("sent", "received", "delivered"), "delivered");
    assert.equal(statesAfter("constructor"), "constructor");
    assert.equal(statesAfter("sent", "undelivered", "delivered"), "delivered");
    assert.equal(statesAfter("delivered", "undelivered"), "delivered");
  });

  it("keeps what news leave out, but for the date, which is of the state before", () => {
    assert.deepEqual(latestOf(known, called("sent")), { ...known, status: "sent", dateUpdated: null });
    assert.deepEqual(latestOf(known, called("queued")), known);
    assert.deepEqual(latestOf(known, called(null)), known);
  });
});
