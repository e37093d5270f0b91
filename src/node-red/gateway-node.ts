import type { Node, NodeAPI } from "node-red";
import { asCellularError, CellularError } from "../errors/cellular-error";
import { GATEWAY_KINDS, type GatewaySettings } from "../gateways/kinds";
import type { SmsGateway } from "../gateways/gateway";
import { ConfigUsers } from "./config-users";
import { gatewayRegistry } from "./gateway-registry";
import type { GatewayRuntime, GatewayConfiguration } from "./gateway-runtime";
import { environmentOf, Properties } from "./properties";
import { readQueueSettings, readTimeout } from "./queue-settings";
import type { GatewayReference } from "./sms-record";
import { readTls } from "./tls-config";
import { onClose } from "./wrappers";

/** A `cellular-gateway` as it is saved; each field is read strictly by `Properties`. */
export interface GatewayConfig {
  readonly id: string;
  readonly name?: string;
  readonly tls?: string;
}

/** The config node of one gateway: reads the settings, and connects nodes with what stands behind it. */
export class GatewayNode {
  static readonly #ofNode = new WeakMap<object, GatewayNode>();
  readonly #users: ConfigUsers;
  readonly #runtime: GatewayRuntime | undefined;
  #isGone = false;
  readonly reference: GatewayReference;
  /** What is wrong with the settings, or undefined. */
  readonly problem: CellularError | undefined;

  /** The gateway that a node names in its settings, or undefined if there is none. */
  static find(RED: NodeAPI, id: unknown): GatewayNode | undefined {
    const node: unknown = typeof id === "string" && id !== "" ? RED.nodes.getNode(id) : undefined;
    return typeof node === "object" && node !== null ? GatewayNode.#ofNode.get(node) : undefined;
  }

  constructor(RED: NodeAPI, node: Node, config: GatewayConfig) {
    GatewayNode.#ofNode.set(node, this);
    this.#users = new ConfigUsers(node);

    const outcome = readSettings(RED, node, config);
    this.reference = outcome.reference;
    if ("problem" in outcome) {
      this.problem = outcome.problem;
      this.#runtime = undefined;
      node.warn(outcome.problem.message);
      gatewayRegistry.get(node.id)?.reject(outcome.problem);
    } else {
      this.#runtime = gatewayRegistry.obtain(RED, node.id, outcome.settings);
      const isNew = this.#runtime.attach(outcome.settings);
      if (isNew && gatewayRegistry.isShared(node.id)) {
        node.warn(RED._("cellular-gateway.log.shared-address", { address: outcome.settings.label }));
      }
    }
    onClose(node, (removed) => {
      this.#isGone = removed;
      if (removed) gatewayRegistry.end(node.id);
      else this.#runtime?.detach();
    });
  }

  /** Whether it was deleted or disabled; one that a deploy starts anew is not gone. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /**
   * What stands behind this gateway.
   * @throws CellularError `CONFIG_MISSING` if its settings cannot be used.
   */
  get runtime(): GatewayRuntime {
    if (this.#runtime !== undefined) return this.#runtime;
    throw this.problem ?? new CellularError("CONFIG_MISSING", "The gateway has no usable configuration.");
  }

  /**
   * The driver in force, for checks that need no request.
   * @throws CellularError `CONFIG_MISSING` if the settings cannot be used.
   */
  get driver(): SmsGateway {
    const { driver } = this.runtime;
    if (driver === undefined) throw new CellularError("CONFIG_MISSING", "The gateway has no usable configuration.");
    return driver;
  }

  /** Forgets what a receive node has seen: it is deleted. */
  async forgetReceiver(id: string): Promise<void> {
    await this.#runtime?.inbox.forget(id);
  }

  /** Counts a node as user of this gateway; returns what ends that. */
  addUser(user: Node): () => void {
    return this.#users.add(user);
  }
}

type Reading =
  | { readonly reference: GatewayReference; readonly settings: GatewayConfiguration }
  | { readonly reference: GatewayReference; readonly problem: CellularError };

function readSettings(RED: NodeAPI, node: Node, config: GatewayConfig): Reading {
  const properties = new Properties(config, environmentOf(RED, node));
  const credentials = new Properties(node.credentials, environmentOf(RED, node));
  let reference: GatewayReference = { id: node.id, name: config.name ?? "", kind: "" };
  try {
    const kindName = properties.choice("kind", Object.keys(GATEWAY_KINDS), "peplink");
    reference = { ...reference, kind: kindName };
    const kind = GATEWAY_KINDS[kindName];
    if (kind === undefined) throw new CellularError("CONFIG_MISSING", "The kind of the gateway is not known.");
    const [defaultAuth = "", ...otherAuths] = kind.auth;
    const settings: GatewaySettings = {
      url: properties.text("url"),
      // Where there is one way only, what another kind left there means nothing.
      auth: otherAuths.length === 0 ? defaultAuth : properties.choice("auth", kind.auth, defaultAuth),
      method: properties.choice("method", ["POST", "GET"], "POST"),
      lineBreak: properties.choice("lineBreak", ["lf", "percent-n"], "lf"),
      numberFormat: properties.choice("numberFormat", ["as-is", "00"], "as-is"),
      username: credentials.secret("username"),
      password: credentials.secret("password"),
      clientId: credentials.secret("clientId"),
      clientSecret: credentials.secret("clientSecret"),
      connId: properties.optionalNumber("connId"),
      timeout: readTimeout(properties, kind.defaultTimeout),
      maxSegments: properties.number("maxSegments", 10, { integer: true, above: 0 }),
      fingerprint: properties.text("fingerprint"),
      tls: readTls(RED, config.tls),
    };
    const driver = kind.create(settings);
    driver.checkConfiguration();
    return {
      reference,
      settings: {
        label: driver.label,
        reference,
        ...readQueueSettings(properties),
        driverSettings: { kindName, settings },
        driver,
      },
    };
  } catch (error) {
    return { reference, problem: asCellularError(error, "The gateway") };
  }
}
