import type { SmsCommand } from "../gateways/super-sim";
import type { PollProgress } from "./event-index";
import { WINDOW_MS } from "./event-steps";

/** A command as a list dates it, milliseconds since 1970; NaN where it gives no date that can be read. */
interface Dates {
  readonly updated: number;
  readonly created: number;
}

/** When a command changed last, else when it was made; NaN where nothing says it. */
export function dateOf({ dateUpdated, dateCreated }: Pick<SmsCommand, "dateUpdated" | "dateCreated">): number {
  const updated = Date.parse(dateUpdated ?? "");
  return Number.isNaN(updated) ? Date.parse(dateCreated ?? "") : updated;
}

/** How long after it was made a command can change its state: it is tried for a day; another one is for late reports. */
const LIFE_MS = 48 * 60 * 60_000;

/** Whether a series of dates falls, as far as it was seen. */
class Order {
  #last = NaN;
  #isFalling = true;
  #hasFallen = false;

  /** Newest first: it never rises, and falls somewhere, which a list that begins with equal dates does not show. */
  get isNewestFirst(): boolean {
    return this.#isFalling && this.#hasFallen;
  }

  get mayBeNewestFirst(): boolean {
    return this.#isFalling;
  }

  add(date: number): void {
    // Also where a date lacks: nothing is known of the order then.
    if (Number.isNaN(date) || date > this.#last) this.#isFalling = false;
    if (date < this.#last) this.#hasFallen = true;
    this.#last = date;
  }
}

/**
 * Finds in a list what may have changed since the polls before this one. No date is compared with the local clock,
 * but to keep a date in the future from hiding what comes after it.
 */
export class ListWindow {
  readonly #before: PollProgress | undefined;
  readonly #now: number;
  readonly #enough: number;
  readonly #byUpdate = new Order();
  readonly #byCreation = new Order();
  #highest = -Infinity;
  #oldInARow = 0;

  /**
   * @param before How far the polls before came; undefined at the first poll ever.
   * @param now The local clock, milliseconds since 1970.
   * @param enough How many old entries in a row end a list that is sorted.
   */
  constructor(before: PollProgress | undefined, now: number, enough: number) {
    this.#before = before;
    this.#now = now;
    this.#enough = enough;
  }

  /** The mark for the next poll. */
  get nextMark(): number | null {
    const highest = Math.min(this.#highest, this.#now);
    const next = Math.max(this.#before?.mark ?? -Infinity, highest);
    return Number.isFinite(next) ? next : null;
  }

  /**
   * Nothing that counts can come any more. A list that goes by the last change is read up to the window, one that goes by
   * when commands were made up to those that can change no more; so is one that could go by either.
   */
  get isRead(): boolean {
    return this.#oldInARow >= this.#enough && (this.#byUpdate.isNewestFirst || this.#byCreation.isNewestFirst);
  }

  /** Whether the newest entries may have come first; what has one date and one place in the order came in that one. */
  get mayBeNewestFirst(): boolean {
    return this.#byUpdate.mayBeNewestFirst || this.#byCreation.mayBeNewestFirst;
  }

  /** Takes the next entry of the list. */
  add(command: SmsCommand): void {
    const dates = { updated: dateOf(command), created: Date.parse(command.dateCreated ?? "") };
    this.#byUpdate.add(dates.updated);
    this.#byCreation.add(dates.created);
    if (dates.updated > this.#highest) this.#highest = dates.updated;
    this.#oldInARow = this.#isOld(dates) ? this.#oldInARow + 1 : 0;
  }

  /** Whether a command counts in this poll; at the first poll ever once the whole list was read. */
  holds(command: SmsCommand): boolean {
    const date = dateOf(command);
    return Number.isNaN(date) || date >= this.#start;
  }

  /**
   * At the first poll ever what was read so far takes the place of the mark: it only rises. Where the polls before found
   * nothing, all is new.
   */
  get #start(): number {
    const { mark } = this.#before ?? { mark: this.nextMark };
    return (mark ?? -Infinity) - WINDOW_MS;
  }

  #isOld({ updated, created }: Dates): boolean {
    if (!(updated < this.#start)) return false;
    return !this.#byCreation.mayBeNewestFirst || created < this.#start - LIFE_MS;
  }
}
