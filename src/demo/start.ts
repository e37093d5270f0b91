/** `npm start`: simulated devices, a Node-RED with this package and the demo flows, and the handset page. */
import { describeProblem, readSettings } from "./settings";
import { Demo } from "./demo";

async function main(): Promise<void> {
  const demo = new Demo(readSettings(process.env), (line) => {
    process.stdout.write(`${line}\n`);
  });
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    // Whatever hangs, Ctrl-C ends the demo.
    setTimeout(() => process.exit(1), 4000).unref();
    void demo.stop().then(() => process.exit(0));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  try {
    await demo.start();
  } catch (error) {
    process.stderr.write(`${describeProblem(error)}\n`);
    process.exitCode = 1;
    stop();
  }
}

void main();
