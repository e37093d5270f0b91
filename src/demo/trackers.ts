import { SuperSimSimulator, type SimulatedCommand, type SimulatedSim } from "../simulators";

const ANSWER_DELAY_MS = 1000;
const PACE_MS = 1000;

export const SUPER_SIM_LOGIN = { accountSid: "AC00112233445566778899aabbccddeeff", authToken: "simulated-token" };

interface Whereabouts {
  readonly position: string;
  /** Percent. */
  readonly battery: number;
}

/** Five trackers on a walk along the Thames. */
const WHEREABOUTS: readonly Whereabouts[] = [
  { position: "51.5055,-0.0754", battery: 97 },
  { position: "51.5007,-0.1246", battery: 84 },
  { position: "51.5076,-0.0994", battery: 61 },
  { position: "51.4826,-0.0077", battery: 45 },
  { position: "51.4613,-0.3033", battery: 18 },
];

export const TRACKERS: readonly SimulatedSim[] = WHEREABOUTS.map((_, index) => ({
  sid: `HS${String(index + 1).padStart(32, "0")}`,
  uniqueName: `tracker-${index + 1}`,
  iccid: `8988307000000000000${index + 1}`,
}));

/** A Super SIM account whose trackers answer by themselves. `tracker-2` and `tracker-4` sleep until they are woken. */
export function superSimWithTrackers(smsCommandsUrl: string): SuperSimSimulator {
  const account = new SuperSimSimulator({
    provider: "twilio",
    ...SUPER_SIM_LOGIN,
    sims: TRACKERS,
    pace: PACE_MS,
    smsCommandsUrl,
  });
  for (const name of ["tracker-2", "tracker-4"]) account.sleep(name);
  // What the network keeps for a sleeping tracker waits. This word alone gets through to its modem, and wakes the rest.
  account.on("command", ({ status, simSid, payload }) => {
    if (status === "sent" && isWord(payload, "wake")) account.wake(simSid);
  });
  const answers = {
    wake: (command) => `awake ${report(command)}`,
    report,
    interval: ({ payload }) => `${payload.trim()} ok`,
  } as const satisfies Record<string, (command: SimulatedCommand) => string>;
  for (const [word, answer] of Object.entries(answers)) {
    account.answer(({ payload }) => isWord(payload, word), answer, { delay: ANSWER_DELAY_MS });
  }
  return account;
}

function isWord(text: string, word: string): boolean {
  return text.trim().toLowerCase().split(/\s+/, 1)[0] === word;
}

function report({ simSid }: SimulatedCommand): string {
  const index = TRACKERS.findIndex(({ sid }) => sid === simSid);
  const { position, battery } = WHEREABOUTS[index] ?? { position: "unknown", battery: 0 };
  return `${position} battery ${battery} %`;
}
