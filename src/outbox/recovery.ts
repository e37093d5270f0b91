import { CellularError } from "../errors/cellular-error";
import type { Clock } from "../lane";
import { isFinished, isWaiting, type Entry } from "./entry";
import type { Relay } from "./relay";
import type { Steps } from "./steps";
import type { Tracker } from "./tracker";
import type { WaitingLine } from "./waiting-line";

/** Milliseconds until what another outbox refused is tried again. */
const AGAIN_MS = 5000;

interface RecoveryOptions<Job, Origin, Receipt> {
  readonly label: () => string;
  readonly line: WaitingLine<Job, Origin, Receipt>;
  readonly steps: Steps<Job, Origin, Receipt>;
  readonly tracker: Tracker<Job, Origin, Receipt> | undefined;
  readonly relay: Relay<Job, Origin, Receipt> | undefined;
  readonly clock: Clock;
  readonly hasEnded: () => boolean;
  /** Puts into the line what is to be sent. */
  readonly put: (entry: Entry<Job, Origin, Receipt>) => void;
}

/** Takes up entries where they stood when the process ended. */
export class Recovery<Job, Origin, Receipt> {
  readonly #options: RecoveryOptions<Job, Origin, Receipt>;

  constructor(options: RecoveryOptions<Job, Origin, Receipt>) {
    this.#options = options;
  }

  /** @param isDoubtful Whether it may have gone further than its record says. */
  goOn(entry: Entry<Job, Origin, Receipt>, isDoubtful: boolean): void {
    const { label, line, steps, tracker, put } = this.#options;
    if (isFinished(entry)) {
      steps.tell(entry);
    } else if (entry.state === "moved") {
      line.put(entry);
      void this.#moveAgain(entry);
    } else if (isWaiting(entry) && tracker !== undefined) {
      // It was accepted, whatever else became of it.
      tracker.resumeWith(entry);
    } else if (entry.state === "sending") {
      const reason = `${label()}: the process ended while the message was being sent; nobody knows whether it left.`;
      void this.#endAsUnknown(entry, new CellularError("INTERRUPTED", reason, { outcome: "unknown" }));
    } else if (isDoubtful || entry.state === "waiting") {
      const reason = `${label()}: the record of what became of the message is damaged.`;
      void this.#endAsUnknown(entry, new CellularError("STORAGE_FAILED", reason, { outcome: "unknown" }));
    } else {
      put(entry);
    }
  }

  async #endAsUnknown(entry: Entry<Job, Origin, Receipt>, error: CellularError): Promise<void> {
    await this.#options.steps.finish(entry, { outcome: "unknown", error });
  }

  /** Makes a move again that may have been cut. The other gateway may not be there yet, or not any more. */
  async #moveAgain(entry: Entry<Job, Origin, Receipt>): Promise<void> {
    const { label, line, relay, clock, hasEnded } = this.#options;
    while (!hasEnded() && line.get(entry.id) !== undefined) {
      try {
        await relay?.move(entry);
        return;
      } catch {
        if (entry.deadline <= clock.now()) break;
        await new Promise<void>((resolve) => clock.after(AGAIN_MS, resolve));
      }
    }
    if (line.get(entry.id) === undefined) return;
    line.remove(entry);
    const reason = `${label()}: the message was with another gateway, which is not there any more.`;
    await this.#endAsUnknown(entry, new CellularError("INTERRUPTED", reason, { outcome: "unknown" }));
  }
}
