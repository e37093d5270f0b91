import type { Node, NodeAPI } from "node-red";
import { asCellularError, CellularError } from "../errors/cellular-error";
import { FetchCheck, PollSource, type EventReporter, type WantedDirection } from "../events";
import type { CommandEvent } from "../gateways/super-sim";
import { eventsOf, type AccountEvents } from "./account-events";
import { AccountNode } from "./account-node";
import type { AccountRuntime } from "./account-runtime";
import { listInTurns } from "./command-lists";
import { isConfigured, isDeleted, whenDeleted } from "./deletion";
import { EventsBadge, type TroubleAt } from "./events-badge";
import { FlowsGate } from "./flows-gate";
import { environmentOf, Properties } from "./properties";
import { publicAddresses, SupersimWebhook } from "./supersim-webhook";
import { checkEditorsOwn, checkPath, isHttpInAt } from "./webhook-path";
import { LATER, WebhookRoutes, type WebhookAnswer } from "./webhook-routes";
import { asError, onClose } from "./wrappers";

interface EventsSettings {
  readonly source: "webhook" | "poll";
  readonly path: string;
  readonly verify: "signature" | "fetch";
  /** Milliseconds. */
  readonly interval: number;
  readonly direction: WantedDirection;
}

/** What stands behind a node whose settings can be used. */
interface Standing {
  readonly runtime: AccountRuntime;
  readonly events: AccountEvents;
}

/** How long the end of a node waits until what it handed on is written down, in ms. */
const SETTLE_MS = 900;

/** `supersim-events`: one message for each thing that is heard of a command, by callback or by poll. */
export class SupersimEventsNode implements EventReporter {
  /** Where a node's address is offered for callbacks. It stays while a deploy starts the node anew. */
  static readonly #offers = new Map<string, AccountRuntime>();
  readonly id: string;
  readonly #RED: NodeAPI;
  readonly #node: Node;
  readonly #badge: EventsBadge;
  /** What is to be done when the node stops, last first. */
  readonly #endings: ((removed: boolean) => void)[] = [];
  readonly #lastTrouble = new Map<TroubleAt, string | undefined>();

  constructor(RED: NodeAPI, node: Node, config: object) {
    this.id = node.id;
    this.#RED = RED;
    this.#node = node;
    const saved: Readonly<Record<string, unknown>> = { ...config };
    const settings = readSettings(RED, node, config);
    const isPolling = !(settings instanceof CellularError) && settings.source === "poll";
    this.#badge = new EventsBadge(RED, node, isPolling ? "ready" : "listening");
    const account = AccountNode.find(RED, saved.account);
    const leave = account?.addUser(node);
    const problem = settings instanceof CellularError ? settings : account?.problem;
    const standing = account === undefined || problem !== undefined ? undefined : this.#stand(account.runtime);
    if (account === undefined) this.#badge.problem("no-account");
    else if (problem !== undefined) this.#badge.problem("misconfigured");
    const offeredTo = SupersimEventsNode.#offers.get(this.id);
    SupersimEventsNode.#offers.delete(this.id);
    if (settings instanceof CellularError) node.warn(settings.message);
    else if (account !== undefined || isConfigured(RED, String(saved.account))) this.#begin(settings, standing);
    if (SupersimEventsNode.#offers.get(this.id) !== offeredTo) offeredTo?.withdrawCallback(this.id);
    onClose(node, async (removed) => {
      const isGone = removed || isDeleted(RED, this.id, removed);
      if (isGone) SupersimEventsNode.#offers.get(this.id)?.withdrawCallback(this.id);
      for (const end of this.#endings.toReversed()) end(isGone);
      leave?.();
      this.#badge.close();
      if (standing === undefined) return;
      const forget = (): void => void standing.events.book.forget(this.id).catch(() => undefined);
      whenDeleted(RED, this.id, removed, forget);
      if (!isGone) await atMost(SETTLE_MS, standing.events.desk.settled(this.id));
    });
  }

  handOn({ command, raw }: CommandEvent): void {
    this.#badge.received();
    const record = { ...command, outcome: "accepted", ...(raw === null ? {} : { raw }) };
    try {
      this.#node.send({ payload: command.payload ?? "", topic: command.simSid ?? "", command: record });
    } catch (error) {
      // What a flow does with an event must not keep back those behind it.
      this.#node.error(asError(error).message);
    }
  }

  hasArrived(): Promise<boolean> {
    return FlowsGate.of(this.#RED).reached(this.#node, 0);
  }

  #stand(runtime: AccountRuntime): Standing {
    return { runtime, events: eventsOf(this.#RED, runtime) };
  }

  #begin(settings: EventsSettings, standing: Standing | undefined): void {
    try {
      if (standing === undefined) {
        if (settings.source === "webhook") this.#putOff(settings);
        return;
      }
      if (settings.source === "poll") this.#poll(settings, standing);
      else this.#listen(settings, standing);
    } catch (error) {
      const failure = asCellularError(error, "super sim events");
      this.#badge.problem("misconfigured");
      this.#node.warn(failure.message);
      return;
    }
    // Whatever is due goes out as soon as the flows run.
    this.#endings.push(standing.events.desk.register(this));
    this.#badge.show();
  }

  #poll({ interval, direction }: EventsSettings, { runtime, events }: Standing): void {
    const source = new PollSource({
      node: this.id,
      book: events.book,
      direction,
      interval,
      list: (filter, signal) => listInTurns(runtime, filter, signal),
      heard: (command) => {
        runtime.heard(command);
      },
      polled: (failure) => {
        this.#ended("account", failure);
      },
      asFailure: (error) => asCellularError(error, runtime.label ?? "super sim events"),
    });
    source.resume();
    this.#endings.push(() => {
      source.end();
    });
  }

  #listen(settings: EventsSettings, { runtime, events }: Standing): void {
    const { path, verify, direction } = settings;
    const routes = this.#routesFor(path);
    const check = this.#fetchCheck(direction, { runtime, events });
    const refused = (): void => {
      this.#badge.refused();
    };
    const webhook = new SupersimWebhook({
      verify,
      direction,
      secrets: () => runtime.callbackSecrets,
      addresses: () => publicAddresses(runtime.publicUrl, routes.root),
      take: async (news) => {
        await events.book.take(this.id, [news]);
        this.#ended("disk", null);
      },
      check: async (sid) => {
        const isAsked = await check.check(sid);
        this.#ended("disk", null);
        return isAsked;
      },
      heard: (command) => {
        runtime.heard(command);
      },
      refused,
      failed: (failure) => {
        this.#ended("disk", failure);
      },
    });
    const close = this.#open(routes, path, webhook, refused);
    if (close === undefined) return;
    this.#endings.push(close);
    if (isHttpInAt(this.#RED, path)) this.#node.warn(this.#RED._("supersim-events.log.path-shared", { path }));
    check.resume();
    this.#endings.push(() => {
      check.end();
    });
    const { authToken, webhookSecret } = runtime.callbackSecrets;
    if (verify === "signature" && authToken === "" && webhookSecret === "") this.#badge.problem("unsigned");
    this.#offer(runtime, routes.root, path);
  }

  /** While the settings of the account cannot be used, or it is disabled: what comes is asked to come again. */
  #putOff({ path }: EventsSettings): void {
    const answer = (): Promise<WebhookAnswer> => Promise.resolve(LATER);
    const close = this.#open(this.#routesFor(path), path, { answer }, () => undefined);
    if (close !== undefined) this.#endings.push(close);
  }

  #routesFor(path: string): WebhookRoutes {
    const routes = WebhookRoutes.of(this.#RED);
    checkEditorsOwn(path, routes.root, this.#RED.settings.httpAdminRoot);
    return routes;
  }

  /** Commands that name no callback address are called back here. */
  #offer(runtime: AccountRuntime, root: string, path: string): void {
    const [address] = publicAddresses(runtime.publicUrl, root) ?? [];
    if (address === undefined) return;
    const { name, id, provider } = runtime.reference;
    if (provider === "kore" && !address.startsWith("https://")) {
      this.#node.warn(this.#RED._("supersim-events.log.callback-unusable", { name: name === "" ? id : name }));
      return;
    }
    runtime.offerCallback(this.id, `${address}/${path}`);
    SupersimEventsNode.#offers.set(this.id, runtime);
  }

  #open(
    routes: WebhookRoutes,
    path: string,
    webhook: Pick<SupersimWebhook, "answer">,
    refused: () => void,
  ): ((removed: boolean) => void) | undefined {
    try {
      return routes.open(path, { node: this.id, refused, answer: (request) => webhook.answer(request) });
    } catch (error) {
      this.#badge.problem("path-taken");
      this.#node.warn(asError(error).message);
      return undefined;
    }
  }

  #fetchCheck(direction: WantedDirection, { runtime, events }: Standing): FetchCheck {
    return new FetchCheck({
      node: this.id,
      book: events.book,
      direction,
      fetchSmsCommand: (sid, signal) => runtime.ask((driver) => driver.fetchSmsCommand(sid, { signal, once: true })),
      fetchCommand: (sid, signal) => runtime.ask((driver) => driver.fetchCommand(sid, { signal, once: true })),
      heard: (command) => {
        runtime.heard(command);
      },
      refused: () => {
        this.#badge.refused();
      },
      asked: (failure) => {
        this.#ended("account", failure);
      },
      written: (failure) => {
        this.#ended("disk", failure);
      },
      givenUp: (failure) => {
        this.#node.warn(this.#RED._("supersim-events.log.given-up", { reason: failure.message }));
      },
      asFailure: (error) => asCellularError(error, runtime.label ?? "super sim events"),
    });
  }

  /** A poll, a question to the account or a write has ended. */
  #ended(at: TroubleAt, failure: CellularError | null): void {
    this.#badge.ended(at, failure);
    // Once for each kind of trouble, not at each poll.
    if (failure !== null && this.#lastTrouble.get(at) !== failure.code) this.#node.warn(failure.message);
    this.#lastTrouble.set(at, failure?.code);
  }
}

function readSettings(RED: NodeAPI, node: Node, config: object): EventsSettings | CellularError {
  const properties = new Properties(config, environmentOf(RED, node));
  try {
    const source = properties.choice("source", ["webhook", "poll"], "webhook");
    return {
      source,
      path: source === "webhook" ? checkPath(properties.text("path")) : "",
      verify: properties.choice("verify", ["signature", "fetch"], "signature"),
      interval: source === "poll" ? properties.number("interval", 60, { above: 0 }) * 1000 : 0,
      direction: properties.choice("direction", ["any", "from_sim", "to_sim"], "any"),
    };
  } catch (error) {
    return asCellularError(error, "super sim events");
  }
}

/** Resolves when `task` has, or when its time is over. */
async function atMost(milliseconds: number, task: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const time = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
  await Promise.race([task, time]);
  clearTimeout(timer);
}
