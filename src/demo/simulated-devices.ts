import {
  BrevisOneSimulator,
  CgiRouterSimulator,
  PeplinkSimulator,
  type SuperSimSimulator,
  type HandsetFleet,
  type HandsetLine,
} from "../simulators";
import { superSimWithTrackers, SUPER_SIM_LOGIN } from "./trackers";

/** The simulated phone, from the range that is reserved for fiction. */
const PHONE = "+447700900101";
const LOGIN = { username: "flows", password: "simulated-password" };
/** Nobody should see a demo that runs overnight lose SMS. */
const storeCapacity = 1000;

/** One device of each kind and the phone at the other end of each, and a fleet of trackers. */
export class SimulatedDevices {
  readonly #publicUrl: string;
  readonly #superSim: SuperSimSimulator;
  readonly #devices = {
    peplink: new PeplinkSimulator({ tls: true, ...LOGIN, storeCapacity }),
    "brevis-one": new BrevisOneSimulator({ tls: true, ...LOGIN }),
    "router-cgi": new CgiRouterSimulator({ tls: true, ...LOGIN, manner: "teltonika", storeCapacity }),
  };

  /** @param publicUrl the Node-RED that hears of the trackers */
  constructor(publicUrl: string) {
    this.#publicUrl = publicUrl;
    this.#superSim = superSimWithTrackers(`${publicUrl}/supersim`);
  }

  /** What the handset page shows. */
  get lines(): readonly HandsetLine[] {
    const { peplink, "brevis-one": brevisOne, "router-cgi": cgiRouter } = this.#devices;
    return [
      { id: "peplink", label: "Peplink", number: PHONE, device: peplink, suggestions: ["OFF"] },
      { id: "router-cgi", label: "Teltonika", number: PHONE, device: cgiRouter, suggestions: ["ON"] },
      { id: "brevis-one", label: "brevis.one", number: PHONE, device: brevisOne },
    ];
  }

  /** The trackers that it shows beside the phone. */
  get fleet(): HandsetFleet {
    return { label: "Super SIM trackers", account: this.#superSim, suggestions: ["door open", "battery low", "SOS"] };
  }

  /** What the demo's config nodes take from the environment, e.g. `DEMO_PEPLINK_URL`. Known once started. */
  get environment(): Readonly<Record<string, string>> {
    const entries = Object.entries(this.#devices).flatMap(([kind, { url, fingerprint = "" }]) => {
      const prefix = `DEMO_${kind.toUpperCase().replaceAll("-", "_")}`;
      return [
        [`${prefix}_URL`, url],
        [`${prefix}_FINGERPRINT`, fingerprint],
      ] as const;
    });
    const superSim = { DEMO_SUPERSIM_URL: this.#superSim.url, DEMO_PUBLIC_URL: this.#publicUrl };
    return { ...Object.fromEntries(entries), ...superSim };
  }

  /** Of the demo's config nodes, by their id. */
  get credentials(): Readonly<Record<string, Readonly<Record<string, string>>>> {
    const gateways = Object.fromEntries(Object.keys(this.#devices).map((kind) => [`demo-${kind}`, LOGIN]));
    return { ...gateways, "demo-supersim": SUPER_SIM_LOGIN };
  }

  async start(): Promise<void> {
    for (const device of this.#all) await device.start();
  }

  async stop(): Promise<void> {
    for (const device of this.#all) await device.stop();
  }

  get #all(): readonly { start(): Promise<unknown>; stop(): Promise<void> }[] {
    return [...Object.values(this.#devices), this.#superSim];
  }
}
