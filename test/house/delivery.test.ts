import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CellularError, ERROR_CODES, PeplinkRouter, type CellularErrorCode, type Outcome } from "../../src";
import { PeplinkSimulator, type FaultOptions } from "../../src/simulators";
import { failures, HOUR, type OutboxUnderTest } from "../outbox/outbox-under-test";
import { settled } from "../support/fake-clock";
import { failureOf } from "../support/failure";
import { lastingPort } from "../support/lasting-port";
import { packageRoot } from "../support/package-root";
import { refusedInputs } from "./refused-input";
import { afterAttempt, afterRestart, lineOf, whileSending, whileWaiting, type Line, type Next } from "./what-follows";

const PAGE = join(packageRoot, "docs", "delivery.md");
const page = readFileSync(PAGE, "utf8");

interface Row {
  readonly code: CellularErrorCode;
  /** What stands before the colon. */
  readonly when: string;
  readonly outcome: Outcome;
  readonly next: Next;
}

/** What the page says, and the line of the code that it is taken from. */
const FIGURES: readonly (readonly [words: string, file: string, constant: string])[] = [
  ["the next attempt comes after 1 s", "src/outbox/pace.ts", "FIRST_BACKOFF_MS = 1000;"],
  ["pauses that double up to 60 s", "src/outbox/pace.ts", "LONGEST_BACKOFF_MS = 60_000;"],
  ["up to 20 % shorter or longer", "src/outbox/pace.ts", "JITTER = 0.2;"],
  ["left alone for 5 min", "src/lane/login-pause.ts", "FIRST_PAUSE_MS = 5 * 60_000;"],
  ["doubling to 60 min", "src/lane/login-pause.ts", "LONGEST_PAUSE_MS = 60 * 60_000;"],
  ["one SMS for 24 h", "src/outbox/keys.ts", "KEY_LIFE_MS = 24 * 60 * 60_000;"],
  ["`fallbackAfter` (60 s)", "src/node-red/sms-send-node.ts", 'number("fallbackAfter", 60)'],
  ["the move is tried again every 5 s", "src/outbox/sender.ts", "MOVE_AGAIN_MS = 5000;"],
  ["To note its end is tried every 5 s", "src/outbox/steps.ts", "DISK_AGAIN_MS = 5000;"],
  ["no more than 65,536 characters", "src/node-red/plain-message.ts", "LARGEST_PROPERTY = 65_536;"],
  ["no more than 16,384 together", "src/node-red/plain-message.ts", "LARGEST_REST = 16_384;"],
  ["after 30 s without a sign of life", "src/store/lock-owner.ts", "UNKNOWN: Verdict = { patience: 30_000 };"],
  ["Where it stands before 2026", "src/outbox/lasting-time.ts", "EARLIEST_WALL = Date.UTC(2026, 0, 1);"],
  ["(0700, files 0600)", "src/store/store-folder.ts", "FOLDER_MODE = 0o700;"],
  ["(0700, files 0600)", "src/store/journal-file.ts", "FILE_MODE = 0o600;"],
  ["grown beyond 1 MiB", "src/store/journal.ts", "SMALLEST_COMPACTION = 1024 * 1024;"],
  ["four times what it has to hold", "src/store/journal.ts", "LARGEST_RATIO = 4;"],
  ["made again within 2 s", "src/store/store-folder.ts", "HEARTBEAT_MS = 2000;"],
  ["after 60 min it is no alarm", "src/node-red/queue-settings.ts", 'number("expireAfter", 60)'],
];

const rows = readRows();

/** The lines of the table about one occasion. */
function linesOf(when: string): readonly Line[] {
  return rows.filter((row) => row.when === when).map(({ code, outcome, next }) => lineOf(code, outcome, next));
}

function sorted(lines: Iterable<Line | undefined>): readonly (Line | undefined)[] {
  return [...new Set(lines)].sort();
}

describe("the table of codes in docs/delivery.md", () => {
  it("lists every code once, in the order of the code, and no other", () => {
    const codes = codeRows().flatMap(([code = ""]) => (code === "" ? [] : [code]));
    assert.deepEqual(
      codes,
      Object.keys(ERROR_CODES).map((code) => `\`${code}\``),
    );
  });

  it("knows these occasions, all of which are looked at below", () => {
    assert.deepEqual(sorted(rows.map(({ when }) => when)), [
      "after a restart",
      "at the input",
      "before an attempt",
      "in an attempt",
      "not by _sms send_",
      "when the gateway is deleted",
      "while it waits",
    ]);
  });

  it("says what becomes of an SMS that its gateway does not take", async () => {
    assert.deepEqual(sorted(await refusedInputs()), sorted(linesOf("at the input")));
  });

  it("says of each failure of an attempt what the outbox does then", async function () {
    this.timeout(60_000);
    const seen: Line[] = [];
    for (const { when, code, outcome } of rows) {
      if (when !== "in an attempt") continue;
      seen.push(await afterAttempt(new CellularError(code, "It failed.", { outcome })));
    }
    for (const error of await failuresOfARouter()) seen.push(await afterAttempt(error));
    assert.deepEqual(sorted(seen), sorted(linesOf("in an attempt")));
  });

  it("says what ends an SMS that waits", async () => {
    const settings = new CellularError("CONFIG_MISSING", "No URL.");
    const seen = [
      await whileWaiting((test) => test.outbox.failAll(settings)),
      await whileWaiting((test) => test.attempt.fail(failures.login())),
      // Its fallback would be due after that.
      await whileWaiting((test) => test.clock.advance(2 * HOUR), 3 * HOUR),
    ];
    assert.deepEqual(sorted(seen), sorted(linesOf("while it waits")));
  });

  it("says what follows when the disk refuses to note that an attempt begins", async () => {
    const refuse = (test: OutboxUnderTest): void => {
      test.store.before = ({ state }) => {
        if (state === "sending") throw failures.storage();
      };
    };
    assert.deepEqual([await whileSending(settled, refuse)], linesOf("before an attempt"));
  });

  it("says what a restart makes of what was being sent, and of a damaged record", async () => {
    const seen = [
      await afterRestart((test) => test.submit("the SMS"), { isDamaged: false }),
      await afterRestart(
        (test) => {
          test.outbox.pause();
          return test.submit("the SMS");
        },
        { isDamaged: true },
      ),
    ];
    assert.deepEqual(sorted(seen), sorted(linesOf("after a restart")));
  });

  it("says what the end of a gateway makes of its SMS", async () => {
    const seen = [
      await whileWaiting((test) => test.outbox.end()),
      await whileSending(async (test) => {
        const { attempt } = test;
        const ended = test.outbox.end();
        assert.ok(attempt.signal.aborted);
        await attempt.fail(new CellularError("INTERRUPTED", "Cut off.", { outcome: "unknown" }));
        await ended;
      }),
    ];
    assert.deepEqual(sorted(seen), sorted(linesOf("when the gateway is deleted")));
  });

  it("names as not of sms send only what nothing on the way of an SMS makes", () => {
    const way = ["outbox", "store", "http", "sms", "lane"].flatMap((room) => sourcesBelow(join("src", room)));
    const others = rows.filter(({ when }) => when === "not by _sms send_").map(({ code }) => `"${code}"`);
    assert.ok(others.length > 0);
    assert.deepEqual(
      others.filter((code) => way.some((source) => source.includes(code))),
      [],
    );
  });
});

describe("docs/delivery.md", () => {
  it("draws and explains the states that entries have", () => {
    const [, stored = ""] = /state: v\.picklist\(\[(.*?)\]\)/.exec(source("src/outbox/stored-entry.ts")) ?? [];
    const states = stored.split(", ").map((state) => state.replaceAll('"', ""));
    const [, picture = ""] = /```mermaid\nstateDiagram-v2\n([^`]*)```/.exec(page) ?? [];
    const drawn = [...picture.matchAll(/(\w+) --> |--> (\w+)/g)].map(([, from, to]) => from ?? to);
    assert.deepEqual(sorted(drawn), states.toSorted());
    assert.deepEqual(explained("state"), states);
    assert.deepEqual(explained("found"), states);
  });

  for (const [words, file, constant] of FIGURES) {
    it(`says "${words}" as ${file} has it`, () => {
      assert.ok(page.replaceAll(/\s+/g, " ").includes(words), "the page says it in other words");
      assert.ok(source(file).includes(constant), `the code has no ${constant}`);
    });
  }

  it("links only to files that are there", () => {
    const links = [...page.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map(([, path]) => path!);
    assert.ok(links.length > 0);
    assert.deepEqual(
      links.filter((path) => !existsSync(join(dirname(PAGE), path))),
      [],
    );
  });
});

/** The states in the first column of the table whose head begins so. */
function explained(head: string): readonly string[] {
  const table = page.slice(page.search(new RegExp(`^\\| ${head} +\\|`, "m"))).split("\n\n")[0] ?? "";
  return [...table.matchAll(/^\| `(\w+)`/gm)].map(([, state]) => state!);
}

/** What a router that is in trouble makes of a send: the real driver against the simulated device. */
async function failuresOfARouter(): Promise<readonly CellularError[]> {
  const login = { username: "flows", password: "simulated-password" };
  const device = await new PeplinkSimulator({ port: await lastingPort(), tls: true, ...login }).start();
  const found: CellularError[] = [];
  const sendBy = async (changes: object): Promise<void> => {
    const { url } = device;
    const router = new PeplinkRouter({ url, fingerprint: device.fingerprint, ...login, ...changes });
    found.push(await failureOf(router.sendSms({ to: "+447700900101", text: "alarm" })));
    await router.close();
  };
  const statuses = [400, 403, 404, 408, 429, 500, 503].map((status): FaultOptions => ({ status }));
  const troubles = [...statuses, { status: 503, retryAfter: 7 }].map((options) => ["status", options] as const);
  const faults = ["reset-before", "reset-after", "silence", "refuse", "html", "truncated", "oversized"] as const;
  try {
    for (const on of ["login", "send"] as const) {
      for (const [fault, options] of [...faults.map((fault) => [fault, {}] as const), ...troubles]) {
        device.fail(fault, { ...options, on });
        await sendBy(fault === "silence" ? { timeout: 2000 } : {});
        device.heal();
      }
    }
    await sendBy({ password: "wrong" });
    await sendBy({ fingerprint: "00".repeat(32) });
  } finally {
    await device.stop();
  }
  await sendBy({});
  return found;
}

function codeRows(): readonly (readonly string[])[] {
  const table = /<!-- codes -->\n([\s\S]*?)<!-- \/codes -->/.exec(page)?.[1] ?? "";
  const [header, rule, ...rest] = table
    .split("\n")
    .filter((line) => line !== "")
    .map((line) =>
      line
        .replace(/^\||\|$/g, "")
        .split("|")
        .map((cell) => cell.trim()),
    );
  assert.deepEqual(header, ["code", "when", "outcome", "what happens next"]);
  assert.ok(rule?.every((cell) => /^-+$/.test(cell)));
  return rest;
}

function readRows(): readonly Row[] {
  let code = "";
  return codeRows().map(([first = "", when = "", outcome = "", next = ""]) => {
    if (first !== "") code = first;
    assert.match(outcome, /^`(accepted|not-sent|unknown)`$/);
    assert.match(next, /^(retried|fallback|reported)$/);
    return {
      code: code.replaceAll("`", "") as CellularErrorCode,
      when: when.replace(/:.*/, ""),
      outcome: outcome.replaceAll("`", "") as Outcome,
      next: next as Next,
    };
  });
}

function source(file: string): string {
  return readFileSync(join(packageRoot, file), "utf8");
}

function sourcesBelow(folder: string): readonly string[] {
  const names = readdirSync(join(packageRoot, folder), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".ts")).map((name) => source(join(folder, name)));
}
