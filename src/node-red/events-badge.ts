import type { Node, NodeAPI } from "node-red";
import type { CellularError } from "../errors/cellular-error";
import { systemClock } from "../lane";
import { Badge, clockTime, troubleKey, type BadgeLook } from "./badge";

/** A badge that shows each refused callback would keep every open editor busy: it follows after so many ms. */
const CALM_MS = 1000;

/** Where an events node can be in trouble: what it asks, or where it writes down. */
export type TroubleAt = "account" | "disk";

/** The badge of an events node: what came last, what was refused, and what is wrong. */
export class EventsBadge {
  readonly #badge: Badge;
  readonly #idle: string;
  #problem: BadgeLook | undefined;
  readonly #troubles = new Map<TroubleAt, CellularError>();
  #lastReceived: Date | undefined;
  #refused = 0;
  #cancelCalm: (() => void) | undefined;

  /** @param idle The key of what it shows while nothing has come. */
  constructor(RED: NodeAPI, node: Node, idle: string) {
    this.#badge = new Badge(RED, node);
    this.#idle = idle;
  }

  /** Something keeps the node from working until it is deployed anew. */
  problem(key: string): void {
    this.#problem = { fill: "red", shape: "ring", key };
    this.show();
  }

  /** What the last question to the account, or the last write, failed with, or null. */
  ended(at: TroubleAt, failure: CellularError | null): void {
    if (failure === null) this.#troubles.delete(at);
    else this.#troubles.set(at, failure);
    this.show();
  }

  received(): void {
    this.#lastReceived = new Date();
    this.show();
  }

  refused(): void {
    this.#refused += 1;
    if (this.#cancelCalm !== undefined) return;
    this.show();
    this.#cancelCalm = systemClock.after(CALM_MS, () => {
      this.#cancelCalm = undefined;
      this.show();
    });
  }

  close(): void {
    this.#cancelCalm?.();
  }

  show(): void {
    this.#badge.show(this.#look());
  }

  #look(): BadgeLook {
    if (this.#problem !== undefined) return this.#problem;
    const trouble = this.#troubles.get("disk") ?? this.#troubles.get("account");
    if (trouble !== undefined) return { fill: "red", shape: "ring", key: troubleKey(trouble.code) };
    const time = this.#lastReceived === undefined ? "" : clockTime(this.#lastReceived);
    const values = { time, count: String(this.#refused) };
    if (this.#lastReceived === undefined) {
      if (this.#refused === 0) return { fill: "grey", shape: "ring", key: this.#idle };
      return { fill: "yellow", shape: "ring", key: "refused", values };
    }
    return { fill: "green", shape: "dot", key: this.#refused === 0 ? "received" : "received-refused", values };
  }
}
