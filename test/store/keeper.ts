import { StoreFolder, type Journal } from "../../src/store";
import { monotonicClock } from "../../src/store/store-clock";

/** What a test tells it: to append a record, or that its clock has gone on by so many milliseconds. */
export type Order = { readonly key: string } | { readonly passed: number };

let passed = 0;
const clock = { ...monotonicClock, now: () => monotonicClock.now() + passed };

/** Runs in a process of its own: holds a folder and appends what it is told to. See keeper-process.ts. */
const folder = new StoreFolder({ path: process.argv[2] ?? "", label: "Keeper", clock });
let journal: Journal | undefined;

function answer(error?: Error): void {
  process.send?.({ error: error?.message });
}

process.on("message", (order: Order) => {
  if ("passed" in order) {
    passed += order.passed;
    return;
  }
  journal?.append([{ set: order.key, to: {} }]).then(() => {
    answer();
  }, answer);
});

folder.journal("outbox").then((opened) => {
  journal = opened;
  answer();
}, answer);
