import type { Node, NodeAPI } from "node-red";
import { CellularError } from "../errors/cellular-error";
import { SuperSim, type SuperSimOptions } from "../gateways/super-sim";
import { accountRegistry } from "./account-registry";
import type { AccountConfiguration, AccountReference, AccountRuntime } from "./account-runtime";
import { ConfigNode, configProblem, type ConfigReading } from "./config-node";
import { environmentOf, Properties } from "./properties";
import { readProxy } from "./proxy-config";
import { readQueueSettings, readTimeout } from "./queue-settings";
import { readTls } from "./tls-config";

/** A `supersim-account` as it is saved; each field is read strictly by `Properties`. */
export interface AccountConfig {
  readonly id: string;
  readonly name?: string;
  readonly tls?: string;
  readonly proxy?: string;
}

/** Seconds. */
const USUAL_TIMEOUT = 30;

/** The config node of one account: reads the settings, and connects nodes with what stands behind it. */
export class AccountNode extends ConfigNode<SuperSim, AccountConfiguration, AccountReference, AccountRuntime> {
  static readonly #ofNode = new WeakMap<object, AccountNode>();

  /** The account that a node names in its settings, or undefined if there is none. */
  static find(RED: NodeAPI, id: unknown): AccountNode | undefined {
    const node: unknown = typeof id === "string" && id !== "" ? RED.nodes.getNode(id) : undefined;
    return typeof node === "object" && node !== null ? AccountNode.#ofNode.get(node) : undefined;
  }

  constructor(RED: NodeAPI, node: Node, config: AccountConfig) {
    super(RED, node, readSettings(RED, node, config), {
      get: (id) => accountRegistry.get(id),
      obtain: (settings) => accountRegistry.obtain(RED, node.id, settings),
      end: (id) => {
        accountRegistry.end(id);
      },
    });
    AccountNode.#ofNode.set(node, this);
  }
}

function readSettings(
  RED: NodeAPI,
  node: Node,
  config: AccountConfig,
): ConfigReading<AccountReference, AccountConfiguration> {
  const properties = new Properties(config, environmentOf(RED, node));
  const credentials = new Properties(node.credentials, environmentOf(RED, node));
  let reference: AccountReference = { id: node.id, name: config.name ?? "", provider: "" };
  try {
    const provider = properties.choice("provider", ["twilio", "kore"], "twilio");
    reference = { ...reference, provider };
    const options: SuperSimOptions = {
      provider,
      // KORE has one way only: what stands there of Twilio's means nothing.
      auth: provider === "kore" ? undefined : properties.choice("auth", ["token", "apikey"], "token"),
      accountSid: credentials.secret("accountSid"),
      authToken: credentials.secret("authToken"),
      apiKeySid: credentials.secret("apiKeySid"),
      apiKeySecret: credentials.secret("apiKeySecret"),
      clientId: credentials.secret("clientId"),
      clientSecret: credentials.secret("clientSecret"),
      url: properties.text("url"),
      tokenUrl: properties.text("tokenUrl"),
      timeout: readTimeout(properties, USUAL_TIMEOUT),
      fingerprint: properties.text("fingerprint"),
      tls: readTls(RED, config.tls),
      proxy: readProxy(RED, config.proxy),
    };
    const driver = new SuperSim(options);
    driver.checkConfiguration();
    return {
      reference,
      settings: {
        label: driver.label,
        reference,
        ...readQueueSettings(properties),
        concurrency: properties.number("concurrency", 8, { integer: true, above: 0, atMost: 100 }),
        callbackSecrets: {
          authToken: credentials.secret("authToken"),
          webhookSecret: credentials.secret("webhookSecret"),
        },
        publicUrl: readPublicUrl(properties),
        driverSettings: options,
        driver,
      },
    };
  } catch (error) {
    return { reference, problem: configProblem("account", reference, error) };
  }
}

function readPublicUrl(properties: Properties): string {
  const text = properties.text("publicUrl").trim();
  if (text === "") return "";
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isBase =
    url !== undefined &&
    /^https?:$/.test(url.protocol) &&
    [url.username, url.password, url.search, url.hash].every((part) => part === "");
  if (isBase) return text.replace(/\/+$/, "");
  throw new CellularError(
    "CONFIG_MISSING",
    'The setting "publicUrl" is no http:// or https:// address without login and query. Correct it in the account.',
  );
}
