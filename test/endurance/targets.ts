import type { PeplinkSimulator, SuperSimSimulator } from "../../src/simulators";

const SEND = "/api/cmd.sms.sendMessage";

/** What a Node-RED sends to that is killed meanwhile. */
export interface Target {
  /** The texts that it took, in its order. */
  readonly texts: () => readonly string[];
  /** Calls `seen` whenever it is asked to send something; returns what ends that. */
  readonly whenAsked: (seen: () => void) => () => void;
  /** Calls `seen` whenever it has taken something; returns what ends that. */
  readonly whenTaken: (seen: () => void) => () => void;
}

export function routerTarget(device: PeplinkSimulator): Target {
  return {
    texts: () => device.sent.map(({ text }) => text),
    whenAsked: (seen) => {
      const requested = ({ path }: { readonly path: string }): void => {
        if (path === SEND) seen();
      };
      device.on("request", requested);
      return () => device.off("request", requested);
    },
    whenTaken: (seen) => {
      device.on("sent", seen);
      return () => device.off("sent", seen);
    },
  };
}

export function serviceTarget(service: SuperSimSimulator): Target {
  return {
    texts: () => service.sent.map(({ payload }) => payload),
    whenAsked: (seen) => {
      service.on("request", seen);
      return () => service.off("request", seen);
    },
    whenTaken: (seen) => {
      service.on("sent", seen);
      return () => service.off("sent", seen);
    },
  };
}

/**
 * What a service calls back, for the moments that it brings: it sends nothing. Asked is when a callback is on its way,
 * or written down, taken when it is answered.
 * @param lag Milliseconds from the beginning of a callback, another time each.
 */
export function callbackTarget(service: SuperSimSimulator, lag: () => number): Target {
  return {
    texts: () => [],
    whenAsked: (seen) => {
      const called = (): void => void setTimeout(seen, lag()).unref();
      service.on("command", called);
      return () => service.off("command", called);
    },
    whenTaken: (seen) => {
      service.on("callback", seen);
      return () => service.off("callback", seen);
    },
  };
}
