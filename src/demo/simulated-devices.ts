import { BrevisOneSimulator, CgiRouterSimulator, PeplinkSimulator, type HandsetLine } from "../simulators";

/** The simulated phone, from the range that is reserved for fiction. */
const PHONE = "+447700900101";
const LOGIN = { username: "flows", password: "simulated-password" };
/** Nobody should see a demo that runs overnight lose SMS. */
const storeCapacity = 1000;

/** One device of each kind, and the phone at the other end of each. */
export class SimulatedDevices {
  readonly #devices = {
    peplink: new PeplinkSimulator({ tls: true, ...LOGIN, storeCapacity }),
    "brevis-one": new BrevisOneSimulator({ tls: true, ...LOGIN }),
    "router-cgi": new CgiRouterSimulator({ tls: true, ...LOGIN, manner: "teltonika", storeCapacity }),
  };

  /** What the handset page shows. */
  get lines(): readonly HandsetLine[] {
    const { peplink, "brevis-one": brevisOne, "router-cgi": cgiRouter } = this.#devices;
    return [
      { id: "peplink", label: "Peplink", number: PHONE, device: peplink, suggestions: ["OFF"] },
      { id: "router-cgi", label: "Teltonika", number: PHONE, device: cgiRouter, suggestions: ["ON"] },
      { id: "brevis-one", label: "brevis.one", number: PHONE, device: brevisOne },
    ];
  }

  /** What the demo's gateways take from the environment, e.g. `DEMO_PEPLINK_URL`. Known once started. */
  get environment(): Readonly<Record<string, string>> {
    const entries = Object.entries(this.#devices).flatMap(([kind, { url, fingerprint = "" }]) => {
      const prefix = `DEMO_${kind.toUpperCase().replaceAll("-", "_")}`;
      return [
        [`${prefix}_URL`, url],
        [`${prefix}_FINGERPRINT`, fingerprint],
      ] as const;
    });
    return Object.fromEntries(entries);
  }

  /** Of the demo's gateways, by their id. */
  get credentials(): Readonly<Record<string, typeof LOGIN>> {
    return Object.fromEntries(Object.keys(this.#devices).map((kind) => [`demo-${kind}`, LOGIN]));
  }

  async start(): Promise<void> {
    for (const device of Object.values(this.#devices)) await device.start();
  }

  async stop(): Promise<void> {
    for (const device of Object.values(this.#devices)) await device.stop();
  }
}
