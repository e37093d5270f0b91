/** A simulated device as a phone sees it: it sends SMS, and some take them. */
export interface HandsetDevice {
  on(event: "sent", listener: (sms: { readonly to: string; readonly text: string }) => void): unknown;
  off(event: "sent", listener: (sms: { readonly to: string; readonly text: string }) => void): unknown;
  /** Absent where the device only sends. @throws Error where the device cannot take it */
  receive?(sms: { from: string; text: string; connId?: number }): unknown;
}

/** One conversation: a phone and the device it talks to. */
export interface HandsetLine {
  readonly id: string;
  /** The device's name on the page. */
  readonly label: string;
  /** The phone's own number. */
  readonly number: string;
  readonly device: HandsetDevice;
  /** The device's connection that takes what the phone sends. Default: the device's choice. */
  readonly connId?: number;
  /** Texts offered for one tap. */
  readonly suggestions?: readonly string[];
}

export interface HandsetMessage {
  readonly id: number;
  /** The line's id. */
  readonly line: string;
  /** `received`: the phone got it from the device. `sent`: the phone sent it to the device. */
  readonly direction: "received" | "sent";
  readonly text: string;
  /** ISO 8601. */
  readonly at: string;
  /** Sent by a rule of `reply()`, not by a person. */
  readonly automatic: boolean;
  /** Why the device did not take it; null where it did. */
  readonly failure: string | null;
}

const HISTORY = 1000;

/** What was said on each line. */
export class Conversations {
  readonly #lines: ReadonlyMap<string, HandsetLine>;
  readonly #said: (message: HandsetMessage) => void;
  readonly #messages: HandsetMessage[] = [];
  #detach: (() => void)[] = [];
  #count = 0;

  /** @param said called for each message, either way */
  constructor(lines: readonly HandsetLine[], said: (message: HandsetMessage) => void) {
    this.#lines = new Map(lines.map((line) => [line.id, line]));
    if (this.#lines.size < lines.length) throw new RangeError("two lines have the same id");
    this.#said = said;
  }

  get lines(): readonly HandsetLine[] {
    return [...this.#lines.values()];
  }

  /** The last thousand, oldest first. */
  get messages(): readonly HandsetMessage[] {
    return this.#messages;
  }

  /** Begins to hear what the devices send. */
  attach(): void {
    this.detach();
    this.#detach = this.lines.map((line) => {
      const heard = (sms: { readonly to: string; readonly text: string }): void => {
        if (sms.to === line.number) this.#say(line, "received", sms.text, false, null);
      };
      line.device.on("sent", heard);
      return () => line.device.off("sent", heard);
    });
  }

  detach(): void {
    for (const detach of this.#detach) detach();
    this.#detach = [];
  }

  /** Sends an SMS from the phone. A device that does not take it shows in `failure`. @throws RangeError */
  send(lineId: string, text: string, automatic = false): HandsetMessage {
    const line = this.#lines.get(lineId);
    if (line === undefined) throw new RangeError(`there is no line "${lineId}"`);
    return this.#say(line, "sent", text, automatic, deliver(line, text));
  }

  #say(
    line: HandsetLine,
    direction: HandsetMessage["direction"],
    text: string,
    automatic: boolean,
    failure: string | null,
  ): HandsetMessage {
    this.#count += 1;
    const at = new Date().toISOString();
    const message: HandsetMessage = { id: this.#count, line: line.id, direction, text, at, automatic, failure };
    this.#messages.push(message);
    if (this.#messages.length > HISTORY) this.#messages.shift();
    this.#said(message);
    return message;
  }
}

function deliver(line: HandsetLine, text: string): string | null {
  if (line.device.receive === undefined) return "This device takes no SMS.";
  try {
    line.device.receive({ from: line.number, text, ...(line.connId !== undefined && { connId: line.connId }) });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
