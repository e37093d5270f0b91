import { CellularError } from "../errors/cellular-error";

/** What a slot holds: something that can be closed. */
export interface ClosableDriver {
  close(): Promise<void>;
}

/** Holds the driver in force. One that is replaced is closed when its last request has ended. */
export class DriverSlot<Driver extends ClosableDriver> {
  #current: { readonly driver: Driver; inUse: number } | undefined;

  get driver(): Driver | undefined {
    return this.#current?.driver;
  }

  replace(driver: Driver | undefined): void {
    const old = this.#current;
    this.#current = driver === undefined ? undefined : { driver, inUse: 0 };
    if (old?.inUse === 0) void old.driver.close();
  }

  /** @throws CellularError `CONFIG_MISSING` if there is no driver. */
  async use<T>(task: (driver: Driver) => Promise<T>): Promise<T> {
    const slot = this.#current;
    if (slot === undefined) throw new CellularError("CONFIG_MISSING", "The configuration cannot be used.");
    slot.inUse += 1;
    try {
      return await task(slot.driver);
    } finally {
      slot.inUse -= 1;
      if (slot !== this.#current && slot.inUse === 0) void slot.driver.close();
    }
  }
}
