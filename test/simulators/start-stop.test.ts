import assert from "node:assert/strict";
import {
  BrevisOneSimulator,
  CgiRouterSimulator,
  HandsetPage,
  PeplinkSimulator,
  SuperSimSimulator,
} from "../../src/simulators/index.js";
import { ask } from "./raw-client.js";

interface Startable {
  readonly url: string;
  start(): Promise<unknown>;
  stop(): Promise<void>;
}

const kinds: readonly (readonly [name: string, make: (port?: number) => Startable])[] = [
  ["a Peplink router", (port = 0) => new PeplinkSimulator({ port })],
  ["a Peplink router with HTTPS", (port = 0) => new PeplinkSimulator({ port, tls: true })],
  ["a brevis.one gateway", (port = 0) => new BrevisOneSimulator({ port })],
  ["a CGI router", (port = 0) => new CgiRouterSimulator({ port })],
  ["Super SIM", (port = 0) => new SuperSimSimulator({ port })],
  ["the phone's page", (port = 0) => new HandsetPage({ port, lines: [] })],
];

for (const [name, make] of kinds) {
  describe(`starts and stops of ${name} that overlap`, () => {
    let device: Startable;

    beforeEach(() => {
      device = make();
    });
    afterEach(() => device.stop());

    const listens = (): Promise<void> => assert.doesNotReject(ask(`${device.url}/nothing`, "GET"));
    const isSilent = (): Promise<void> => assert.rejects(ask(`${device.url}/nothing`, "GET"), { code: "ECONNREFUSED" });

    it("leave it stopped where the last was a stop", async () => {
      await Promise.all([device.start(), device.stop()]);
      await isSilent();
      await Promise.all([device.start(), device.stop(), device.start(), device.start(), device.stop()]);
      await isSilent();
    });

    it("leave it listening where the last was a start", async () => {
      await device.start();
      await Promise.all([device.stop(), device.start()]);
      await listens();
      await Promise.all([device.stop(), device.stop(), device.start()]);
      await listens();
    });

    it("are over each for itself", async () => {
      const started = device.start();
      const stopped = device.stop();
      const again = device.start();
      const order: string[] = [];
      await Promise.all([
        started.then(() => order.push("started")),
        stopped.then(() => order.push("stopped")),
        again.then(() => order.push("again")),
      ]);
      assert.deepEqual(order, ["started", "stopped", "again"]);
    });

    it("go on behind a start that fails", async () => {
      await device.start();
      const rival = make(Number(new URL(device.url).port));
      const failed = assert.rejects(rival.start(), { code: "EADDRINUSE" });
      const stopped = rival.stop();
      const failedAgain = assert.rejects(rival.start(), { code: "EADDRINUSE" });
      await Promise.all([failed, stopped, failedAgain]);
      await device.stop();
      await rival.start();
      await listens();
      await rival.stop();
    });
  });
}
