import type { Node, NodeAPI } from "node-red";
import { CellularError } from "../errors/cellular-error";
import { GATEWAY_KINDS, type GatewaySettings } from "../gateways/kinds";
import type { SmsGateway } from "../gateways/gateway";
import { ConfigNode, configProblem, type ConfigReading } from "./config-node";
import { gatewayRegistry } from "./gateway-registry";
import type { GatewayRuntime, GatewayConfiguration } from "./gateway-runtime";
import { environmentOf, Properties } from "./properties";
import { readQueueSettings, readTimeout } from "./queue-settings";
import type { GatewayReference } from "./sms-record";
import { readTls } from "./tls-config";

/** A `cellular-gateway` as it is saved; each field is read strictly by `Properties`. */
export interface GatewayConfig {
  readonly id: string;
  readonly name?: string;
  readonly tls?: string;
}

/** The config node of one gateway: reads the settings, and connects nodes with what stands behind it. */
export class GatewayNode extends ConfigNode<SmsGateway, GatewayConfiguration, GatewayReference, GatewayRuntime> {
  static readonly #ofNode = new WeakMap<object, GatewayNode>();

  /** The gateway that a node names in its settings, or undefined if there is none. */
  static find(RED: NodeAPI, id: unknown): GatewayNode | undefined {
    const node: unknown = typeof id === "string" && id !== "" ? RED.nodes.getNode(id) : undefined;
    return typeof node === "object" && node !== null ? GatewayNode.#ofNode.get(node) : undefined;
  }

  constructor(RED: NodeAPI, node: Node, config: GatewayConfig) {
    super(RED, node, readSettings(RED, node, config), {
      get: (id) => gatewayRegistry.get(id),
      obtain: (settings) => gatewayRegistry.obtain(RED, node.id, settings),
      end: (id) => {
        gatewayRegistry.end(id);
      },
    });
    GatewayNode.#ofNode.set(node, this);
    if (this.isNew && gatewayRegistry.isShared(node.id)) {
      node.warn(RED._("cellular-gateway.log.shared-address", { address: this.runtime.label ?? "" }));
    }
  }

  /** Forgets what a receive node has seen: it is deleted. What stands behind a deleted gateway is forgotten with it. */
  async forgetReceiver(id: string): Promise<void> {
    await gatewayRegistry.get(this.reference.id)?.inbox.forget(id);
  }
}

function readSettings(
  RED: NodeAPI,
  node: Node,
  config: GatewayConfig,
): ConfigReading<GatewayReference, GatewayConfiguration> {
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
    return { reference, problem: configProblem("gateway", reference, error) };
  }
}
