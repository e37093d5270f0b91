/** `npm start`: simulated devices, a Node-RED with this package and the demo flows, and the handset page. */
import { describeProblem, readSettings } from "./settings";
import { Demo } from "./demo";

async function main(): Promise<void> {
  let demo: Demo | undefined;
  const stopping = new AbortController();
  const stop = (): void => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    // Whatever hangs, Ctrl-C ends the demo.
    setTimeout(() => process.exit(1), 4000).unref();
    void Promise.resolve(demo?.stop()).then(() => process.exit());
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  try {
    demo = new Demo(readSettings(process.env), (line) => {
      process.stdout.write(`${line}\n`);
    });
    await demo.start();
  } catch (error) {
    if (stopping.signal.aborted) return;
    process.stderr.write(`${describeProblem(error)}\n`);
    process.exitCode = 1;
    stop();
  }
}

void main();
