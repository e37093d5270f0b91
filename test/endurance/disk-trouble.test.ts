import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PeplinkSimulator } from "../../src/simulators";
import { NodeRedProcess, type Probe } from "../support/node-red-process";
import { PHONE, sendingFlow } from "./flow";
import { NOTHING_WRONG, Tally, textOf } from "./tally";

const COUNT = 1000;
/** Those that are taken before the trouble, and those that come before it ends. */
const [BEFORE, UNTIL_ITS_END] = [300, 850];
const REFUSED = "not-sent STORAGE_FAILED";
const PRELOAD = join(__dirname, "..", "support", "failing-disk.js");

describe("1,000 messages and a disk that fails for a while", function () {
  this.timeout(120_000);
  const rows: object[] = [];
  let device: PeplinkSimulator;
  let red: NodeRedProcess;
  let userDir: string;
  let tally: Tally;
  const hear = (probe: Probe): void => {
    if (probe.node === "outcomes") tally.hear(probe);
  };

  beforeEach(async () => {
    tally = new Tally();
    device = await new PeplinkSimulator({ tls: true, username: "flows" }).start();
    userDir = await mkdtemp(join(tmpdir(), "failing-disk-"));
    const env = { NODE_OPTIONS: `--require ${JSON.stringify(PRELOAD)}`, FAILING_DISK: join(userDir, "cellular") };
    const flows = sendingFlow(device).filter(({ id }) => id !== "receive" && id !== "received");
    red = await NodeRedProcess.start({ userDir, env, flows });
    red.on("probe", hear);
  });

  afterEach(async () => {
    await red.stop();
    await device.stop();
    await rm(userDir, { recursive: true, force: true });
  });

  after(() => {
    if (process.env.PRINT_TABLE === "1") console.table(rows);
  });

  function disk(trouble: "ENOSPC" | "EROFS" | "EIO" | "well"): void {
    const file = join(userDir, "cellular.trouble");
    if (trouble === "well") rmSync(file);
    else writeFileSync(file, trouble);
  }

  async function ask(from: number, to: number): Promise<void> {
    const numbers = numbersIn(from, to);
    for (const number of numbers) tally.ask(number);
    await red.sendMany(
      "source",
      numbers.map((number) => ({ to: PHONE, payload: textOf(number), number, ask: 0 })),
    );
  }

  async function outcomes(from: number, to: number): Promise<string[]> {
    const numbers = numbersIn(from, to);
    const all = (): boolean => numbers.every((number) => tally.outcomeOf(number) !== undefined);
    await red.until(all, `the outcomes from ${from} to ${to}`, { timeout: 60_000 });
    return numbers.map((number) => tally.outcomeOf(number) ?? "none");
  }

  async function assertTruth(trouble: string): Promise<void> {
    assert.deepEqual([...new Set(await outcomes(UNTIL_ITS_END + 1, COUNT))], ["accepted"], "all is well again");
    const before = device.sent.length;
    await red.kill();
    await red.restart();
    await ask(COUNT + 1, COUNT + 10);
    assert.deepEqual([...new Set(await outcomes(COUNT + 1, COUNT + 10))], ["accepted"]);
    const sent = device.sent.map(({ text }) => text);
    const told = await outcomes(1, COUNT);
    const refused = told.filter((outcome) => outcome === REFUSED).length;
    rows.push({ trouble, ...tally.figures(sent), refused });
    assert.deepEqual(tally.wrongs(sent), NOTHING_WRONG);
    assert.equal(sent.length, before + 10, "nothing was left over");
    assert.deepEqual(new Set(told), new Set(["accepted", REFUSED]));
  }

  it("end truly while it is full: what was taken before is sent, what comes is refused at once", async () => {
    await ask(1, BEFORE);
    await outcomes(1, 10);
    disk("ENOSPC");
    await ask(BEFORE + 1, UNTIL_ITS_END);
    assert.deepEqual([...new Set(await outcomes(1, BEFORE))], ["accepted"]);
    const during = await outcomes(BEFORE + 1, UNTIL_ITS_END);
    assert.ok(during.includes(REFUSED));
    disk("well");
    await ask(UNTIL_ITS_END + 1, COUNT);
    await assertTruth("full");
  });

  for (const trouble of ["EROFS", "EIO"] as const) {
    it(`end truly while it ${trouble === "EROFS" ? "is read-only" : "cannot sync"}: what comes is refused at once`, async () => {
      await ask(1, BEFORE);
      await outcomes(1, 10);
      disk(trouble);
      await ask(BEFORE + 1, UNTIL_ITS_END);
      assert.deepEqual([...new Set(await outcomes(BEFORE + 1, UNTIL_ITS_END))], [REFUSED]);
      disk("well");
      await outcomes(1, BEFORE);
      await ask(UNTIL_ITS_END + 1, COUNT);
      await assertTruth(trouble === "EROFS" ? "read-only" : "no sync");
    });
  }
});

function numbersIn(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
