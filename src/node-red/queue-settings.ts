import type { ConfigSettings } from "./config-runtime";
import type { Properties } from "./properties";

/** A day. A timer of Node.js that is longer than 24 days ends at once, and every request would fail. */
const LONGEST_TIMEOUT_S = 86_400;

type QueueSettings = Pick<ConfigSettings<unknown>, "limits" | "expireAfter" | "durable">;

/** How a saved config node wants its queue. @throws CellularError `CONFIG_MISSING` that names the property. */
export function readQueueSettings(properties: Properties): QueueSettings {
  return {
    limits: {
      minInterval: properties.number("minInterval", 0),
      maxPerHour: properties.number("maxPerHour", 0, { integer: true }),
      queueLimit: properties.number("queueLimit", 1000, { integer: true, above: 0 }),
    },
    expireAfter: properties.number("expireAfter", 60) * 60_000,
    durable: properties.boolean("durable", true),
  };
}

/** The time for one request in milliseconds. @param usual Seconds. */
export function readTimeout(properties: Properties, usual: number): number {
  return properties.number("timeout", usual, { above: 0, atMost: LONGEST_TIMEOUT_S }) * 1000;
}
