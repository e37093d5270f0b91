import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { systemCode } from "./storage-failure";

/** What this process can know of itself and of others on its machine. */
export interface Machine {
  identity(): Promise<Identity>;
  /** Whether a process with that id runs that started then; undefined if that cannot be told. */
  isRunning(pid: number, start: string): Promise<boolean | undefined>;
}

/** Who a process is. What cannot be found out is empty. */
export interface Identity {
  readonly pid: number;
  /** When the process started, in ticks since the machine did. */
  readonly start: string;
  /** Made anew at each start of the machine. */
  readonly boot: string;
  /** In which namespace the process id means something: containers have their own. */
  readonly namespace: string;
  readonly machine: string;
  readonly host: string;
}

/** The machine as /proc shows it; where there is none (macOS, Windows) only `pid` and `host` are known. */
export const thisMachine: Machine = {
  async identity() {
    return {
      pid: process.pid,
      start: (await startOf(process.pid))?.start ?? "",
      boot: await textOf(readFile("/proc/sys/kernel/random/boot_id", "utf8")),
      namespace: await textOf(readlink("/proc/self/ns/pid")),
      machine: await textOf(readFile("/etc/machine-id", "utf8")),
      host: hostname(),
    };
  },

  async isRunning(pid, start) {
    const found = await startOf(pid);
    if (found !== undefined) return found.start === start && found.isAlive;
    // /proc may hide the processes of other users.
    return exists(pid) ? undefined : false;
  },
};

async function startOf(pid: number): Promise<{ readonly start: string; readonly isAlive: boolean } | undefined> {
  const stat = await textOf(readFile(`/proc/${pid}/stat`, "utf8"));
  // The second field is the command in parentheses, and may hold spaces and parentheses of its own. Counted from
  // behind it, the state comes first (proc(5): field 3) and the start as 20th (field 22).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, start] = [fields[0], fields[19]];
  if (state === undefined || start === undefined) return undefined;
  // A dead process stays in the list until its parent has asked for it; in some containers nobody ever does.
  return { start, isAlive: !["Z", "X", "x"].includes(state) };
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== "ESRCH";
  }
}

async function textOf(source: Promise<string>): Promise<string> {
  try {
    return (await source).trim();
  } catch {
    return "";
  }
}
