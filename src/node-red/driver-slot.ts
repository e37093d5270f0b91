import { CellularError } from "../errors/cellular-error";
import type { SmsGateway } from "../gateways/gateway";

/** Holds the driver in force. One that is replaced is closed when its last request has ended. */
export class DriverSlot {
  #current: { readonly driver: SmsGateway; inUse: number } | undefined;

  get driver(): SmsGateway | undefined {
    return this.#current?.driver;
  }

  replace(driver: SmsGateway | undefined): void {
    const old = this.#current;
    this.#current = driver === undefined ? undefined : { driver, inUse: 0 };
    if (old?.inUse === 0) void old.driver.close();
  }

  /** @throws CellularError `CONFIG_MISSING` if there is no driver. */
  async use<T>(task: (driver: SmsGateway) => Promise<T>): Promise<T> {
    const slot = this.#current;
    if (slot === undefined) throw new CellularError("CONFIG_MISSING", "The gateway has no usable configuration.");
    slot.inUse += 1;
    try {
      return await task(slot.driver);
    } finally {
      slot.inUse -= 1;
      if (slot !== this.#current && slot.inUse === 0) void slot.driver.close();
    }
  }
}
