const body = `
async function main() {
  const [url, fingerprint, to] = process.argv.slice(2);
  const login = { username: "flows", password: "simulated-password" };
  const router = new PeplinkRouter({ url, fingerprint, ...login });
  const receipt = await router.sendSms({ to, text: "hello from " + FILE });
  await router.close();

  const own = await new PeplinkSimulator({ ...login, tls: true }).start();
  own.receive({ from: to, text: "from the simulator" });
  const reader = new PeplinkRouter({ url: own.url, fingerprint: own.fingerprint, ...login });
  const stored = await reader.listSms({ connId: 2 });
  await reader.close();
  const wrong = new PeplinkRouter({ url: own.url, fingerprint: own.fingerprint, ...login, password: "wrong" });
  const refused = await wrong.listSms({ connId: 2 }).catch((error) => error);
  await own.stop();
  if (!(refused instanceof CellularError)) throw refused;
  console.log(JSON.stringify({ to: receipt.to, refused: refused.code, simulated: stored.map(({ text }) => text) }));
}
main();
`;

/** Scripts of people who use the package without Node-RED; each gets a router's address, fingerprint and a number. */
export const CONSUMERS: Readonly<Record<string, string>> = {
  "consumer.mjs": `import { PeplinkRouter, CellularError } from "@cellgate/node-red-cellular";
import { PeplinkSimulator } from "@cellgate/node-red-cellular/simulators";
const FILE = "consumer.mjs";
${body}`,
  "consumer.cjs": `const { PeplinkRouter, CellularError } = require("@cellgate/node-red-cellular");
const { PeplinkSimulator } = require("@cellgate/node-red-cellular/simulators");
const FILE = "consumer.cjs";
${body}`,
};

const typed = (to: string): string => `import { CellularError, PeplinkRouter } from "@cellgate/node-red-cellular";
import type { CellularErrorCode, SendReceipt, StoredSms } from "@cellgate/node-red-cellular";
import { PeplinkSimulator, type SentSms } from "@cellgate/node-red-cellular/simulators";
export async function alarm(url: string, failed: (code: CellularErrorCode) => void): Promise<SendReceipt | undefined> {
  const router = new PeplinkRouter({ url, username: "flows", password: "secret", fingerprint: "00" });
  try {
    const stored: readonly StoredSms[] = await router.listSms({ connId: 2 }, { timeout: 1000 });
    return await router.sendSms({ to: ${to}, text: String(stored[0]?.timestamp) });
  } catch (error) {
    if (error instanceof CellularError) failed(error.code);
    return undefined;
  }
}
export const leftOf = (device: PeplinkSimulator): readonly SentSms[] => device.sent;
`;

interface TypedConsumer {
  readonly resolution: string;
  readonly options: readonly string[];
  /** Scripts by file name; only the one named `mistake` has one. */
  readonly files: Readonly<Record<string, string>>;
}

const good = typed('"+447700900101"');
const mistaken = typed("447700900101");

/** Consumers in TypeScript, in the ways that `exports` is resolved. */
export const TYPED_CONSUMERS: readonly TypedConsumer[] = [
  {
    resolution: "node16 as ESM and as CommonJS",
    options: ["--module", "node16", "--moduleResolution", "node16"],
    files: { "typed.mts": good, "typed.cts": good, "mistake.mts": mistaken },
  },
  {
    resolution: "bundler",
    options: ["--module", "esnext", "--moduleResolution", "bundler"],
    files: { "typed.ts": good, "mistake.ts": mistaken },
  },
];
