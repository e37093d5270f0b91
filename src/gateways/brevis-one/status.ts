import { CellularError } from "../../errors/cellular-error";
import type { DeviceInfo } from "../gateway";

/** What the gateway says of itself at `/check.php`; null where it names no value. */
export interface BrevisOneStatus extends DeviceInfo {
  /** The page does not tell the firmware. */
  readonly version: null;
  /** SMS that wait in the gateway. */
  readonly queue: number | null;
  /** SMS that the gateway failed to send. */
  readonly failed: number | null;
  /** Strength of the signal as the gateway counts it (`-83db`). */
  readonly signal: number | null;
  readonly state: string | null;
  /** The page as it was read. */
  readonly raw: string;
}

const LABELS = ["que", "failed", "signal", "state"];

/**
 * Reads the lines of `/check.php`. Labels may lack, and so may values.
 * @param label Names the gateway at the head of the message.
 * @throws CellularError `BAD_RESPONSE` if no line has a known label: then it is another device's page.
 */
export function readStatus(page: string, label: string): BrevisOneStatus {
  const values = new Map<string, string>();
  for (const line of page.split(/[\r\n]+|<br\s*\/?>/i)) {
    const [, name = "", value = ""] = /^\s*([a-z]+)\s*:(.*)$/i.exec(line) ?? [];
    const key = name.toLowerCase();
    if (LABELS.includes(key) && !values.has(key)) values.set(key, value.trim());
  }
  if (values.size === 0) {
    throw new CellularError(
      "BAD_RESPONSE",
      `${label}: its /check.php is not that of a brevis.one gateway. Check that the URL belongs to the device.`,
    );
  }
  const state = values.get("state") ?? "";
  return {
    version: null,
    queue: leadingNumber(values.get("que")),
    failed: leadingNumber(values.get("failed")),
    signal: leadingNumber(values.get("signal")),
    state: state === "" ? null : state,
    raw: page,
  };
}

function leadingNumber(value = ""): number | null {
  const [digits] = /^-?\d{1,9}(?!\d)/.exec(value) ?? [];
  return digits === undefined ? null : Number(digits);
}
