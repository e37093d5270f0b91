import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { Node, NodeAPI, NodeMessage } from "node-red";
import { OutcomeDesk, type Delivery, type Reporter } from "../../src/node-red/outcome-desk.js";
import { Batch } from "../../src/node-red/sms-origin.js";
import type { SmsResult } from "../../src/node-red/sms-record.js";

/** A Node-RED as the desk sees it, and what became of the outcomes given to it. */
class Room {
  readonly events = new EventEmitter();
  readonly desk: OutcomeDesk<SmsResult>;
  readonly seen: string[] = [];
  /** The nodes that stand in the flows, running or not. */
  readonly configured = new Set<string>();

  constructor() {
    const eachNode = (call: (node: object) => void): void => {
      for (const id of this.configured) call({ id, type: "cellular-sms-send" });
    };
    const nodes = { getNode: () => null, eachNode };
    this.desk = new OutcomeDesk({ events: this.events, nodes } as unknown as Pick<NodeAPI, "events" | "nodes">);
  }

  /** An instance of the node `send`; it answers inputs as sms send does. */
  reporter(name: string, report?: () => void): Reporter<SmsResult> {
    const reporter: Reporter<SmsResult> = {
      node: {
        id: "send",
        receive: (msg: NodeMessage) => {
          this.seen.push(`${name} receives`);
          const input = { msg, send: () => undefined, done: () => undefined };
          if (!this.desk.answers(input, reporter)) this.seen.push(`${name} sends again`);
        },
        error: (error: Error) => this.seen.push(`${name} fails: ${error.message}`),
      } as unknown as Node,
      outputFor: () => 0,
      report: ({ id }) => {
        this.seen.push(`${name} reports ${id}`);
        report?.();
      },
    };
    return reporter;
  }

  delivery(id: string, instance: Reporter<SmsResult>): Delivery<SmsResult> {
    const msg: NodeMessage = {};
    const input = { msg, send: () => undefined, done: () => undefined };
    const origin = { nodeId: "send", msg, batch: new Batch(1), asked: { input, instance } };
    return {
      result: { id, origin } as unknown as SmsResult,
      delivered: () => this.seen.push(`${id} told`),
      orphaned: () => this.seen.push(`${id} orphaned`),
    };
  }

  /** Resolves when all that has been handed over has arrived. */
  async turn(): Promise<void> {
    await new Promise(setImmediate);
  }
}

describe("the desk that brings outcomes to nodes", () => {
  it("lets the instance that took the message report", async () => {
    const room = new Room();
    const one = room.reporter("one");
    room.desk.register(one);
    room.events.emit("flows:started");
    room.desk.deliver(room.delivery("a", one));
    await room.turn();
    assert.deepEqual(room.seen, ["one reports a", "a told"]);
  });

  it("keeps outcomes in order while the flows are stopped", async () => {
    const room = new Room();
    const one = room.reporter("one");
    room.desk.register(one);
    room.desk.deliver(room.delivery("a", one));
    room.desk.deliver(room.delivery("b", one));
    assert.deepEqual(room.seen, []);
    room.events.emit("flows:started");
    await room.turn();
    assert.deepEqual(room.seen, ["one reports a", "one reports b", "a told", "b told"]);
  });

  it("gives the outcome to the instance in its place, as an input that is no new SMS", async () => {
    const room = new Room();
    const one = room.reporter("one");
    const leave = room.desk.register(one);
    room.events.emit("flows:started");
    room.events.emit("flows:stopping");
    room.desk.register(room.reporter("two"));
    leave();
    room.desk.deliver(room.delivery("a", one));
    room.events.emit("flows:started");
    await room.turn();
    assert.deepEqual(room.seen, ["two receives", "two reports a", "a told"]);
  });

  it("takes no other message for an outcome", () => {
    const room = new Room();
    const one = room.reporter("one");
    one.node.receive({});
    assert.deepEqual(room.seen, ["one receives", "one sends again"]);
  });

  it("says so where the node is gone", () => {
    const room = new Room();
    const one = room.reporter("one");
    room.desk.register(one)();
    room.events.emit("flows:started");
    room.desk.deliver(room.delivery("a", one));
    assert.deepEqual(room.seen, ["a orphaned"]);
  });

  it("keeps an outcome for a node that is disabled until it is enabled, or deleted", async () => {
    const room = new Room();
    const one = room.reporter("one");
    room.configured.add("send");
    room.desk.register(one)();
    room.events.emit("flows:started");
    room.desk.deliver(room.delivery("a", one));
    room.events.emit("flows:stopping");
    room.events.emit("flows:started");
    assert.deepEqual(room.seen, []);
    const leave = room.desk.register(room.reporter("two"));
    room.events.emit("flows:started");
    await room.turn();
    assert.deepEqual(room.seen.splice(0), ["two receives", "two reports a", "a told"]);
    leave();
    room.desk.deliver(room.delivery("b", one));
    room.configured.clear();
    room.events.emit("flows:started");
    assert.deepEqual(room.seen, ["b orphaned"]);
  });

  it("lets a report that throws harm no other outcome", async () => {
    const room = new Room();
    const one = room.reporter("one", () => {
      throw new Error("a hook failed");
    });
    room.desk.register(one);
    room.desk.deliver(room.delivery("a", one));
    room.desk.deliver(room.delivery("b", one));
    room.events.emit("flows:started");
    await room.turn();
    assert.deepEqual(room.seen, [
      "one reports a",
      "one fails: a hook failed",
      "one reports b",
      "one fails: a hook failed",
      "a told",
      "b told",
    ]);
  });
});

describe("a batch of recipients", () => {
  it("counts an outcome that is told again once, with the answer of the first time", () => {
    const batch = new Batch(2);
    assert.deepEqual(batch.close("a", false), { isLast: false, noneAccepted: true });
    assert.deepEqual(batch.close("a", false), { isLast: false, noneAccepted: true });
    assert.deepEqual(batch.close("b", true), { isLast: true, noneAccepted: false });
    assert.deepEqual(batch.close("b", true), { isLast: true, noneAccepted: false });
  });
});
