import assert from "node:assert/strict";
import type { Node, NodeAPI } from "node-red";
import type { SmsEntry } from "../../src/node-red/gateway-runtime";
import { SendBadge } from "../../src/node-red/send-badge";
import type { SmsResult } from "../../src/node-red/sms-record";

describe("The badge of sms send", () => {
  it("no longer counts an SMS that has moved to the fallback once its outcome is told", () => {
    const shown: string[] = [];
    let tell: (entry: SmsEntry) => void = () => undefined;
    const RED = { _: (key: string, values?: object) => `${key} ${JSON.stringify(values ?? {})}` } as unknown as NodeAPI;
    const node = {
      id: "send",
      type: "cellular-sms-send",
      status: ({ text = "" }: { text?: string }) => shown.push(text),
    } as unknown as Node;
    const runtime = {
      outbox: { entries: [], hold: undefined },
      lane: { health: null },
      watch: (watcher: typeof tell) => {
        tell = watcher;
        return () => undefined;
      },
    };
    const badge = new SendBadge(RED, node, { runtime }, undefined);
    tell({ id: "a", origin: { nodeId: "send" }, state: "moved" } as SmsEntry);
    assert.match(shown.at(-1) ?? "", /queued \{"count":"1"\}/);
    badge.ended({ id: "a", ending: { outcome: "accepted" }, finishedAt: new Date() } as SmsResult);
    assert.match(shown.at(-1) ?? "", /accepted/);
    badge.close();
  });
});
