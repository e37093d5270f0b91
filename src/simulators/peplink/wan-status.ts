import { CellularWan, type Sim, type Wan } from "./connections.js";
import { atLeast } from "./firmware.js";

/** What `status.wan.connection` answers: a connection for each key, and the keys' order. */
export function wanStatus(wans: readonly Wan[], firmware: string, prefix: string): Record<string, unknown> {
  const keys = wans.map(({ id }) => (prefix === "" ? id : `${prefix}${id}`));
  const entries = wans.map((wan, index): [string, unknown] => [String(keys[index]), connection(wan, firmware)]);
  return { ...Object.fromEntries(entries), order: keys };
}

function connection(wan: Wan, firmware: string): Record<string, unknown> {
  if (wan instanceof CellularWan) return cellularConnection(wan, firmware);
  return { name: wan.name, enable: true, type: "ethernet", statusLed: "green", message: "Connected", ip: "192.0.2.11" };
}

function cellularConnection(wan: CellularWan, firmware: string): Record<string, unknown> {
  const up = wan.activeSim !== undefined;
  return {
    name: wan.options.name,
    enable: true,
    // Older firmware names the kind of modem.
    type: atLeast(firmware, "8.0.1") ? "cellular" : "gobi",
    statusLed: up ? "green" : "red",
    message: up ? "Connected" : "No SIM Card Detected",
    ...(up && { ip: `198.51.100.${wan.id}` }),
    cellular: {
      sim: {
        ...Object.fromEntries(wan.sims.map((sim) => [String(sim.slot), simStatus(sim, sim === wan.activeSim)])),
        order: wan.sims.map(({ slot }) => slot),
      },
      ...(up && { carrier: { name: wan.options.carrier, country: "Testland" } }),
      signalLevel: up ? wan.options.signalLevel : 0,
      mobileType: "LTE",
    },
  };
}

/** The access point's password stands here in clear, as on the real router. */
function simStatus(sim: Sim, active: boolean): Record<string, unknown> {
  if (!sim.inserted) return { active: false, simCardDetected: false };
  const { iccid, imsi, mtn } = sim;
  return {
    active,
    simCardDetected: true,
    imsi,
    iccid,
    mtn,
    apn: "internet.example",
    username: `apn-user-${sim.slot}`,
    password: `apn-secret-${sim.slot}`,
  };
}
