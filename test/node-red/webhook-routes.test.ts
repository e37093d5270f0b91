import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Express } from "express";
import { WebhookRoutes, type WebhookHandler, type WebhookRequest } from "../../src/node-red/webhook-routes";
import { FakeClock, settled } from "../support/fake-clock";
import { failureIn } from "../support/failure";
import { requireBesideNodeRed } from "../support/node-red-location";

type ExpressModule = (() => Express) & {
  readonly json: (options: object) => never;
  readonly urlencoded: (options: object) => never;
};
const express = requireBesideNodeRed("express") as ExpressModule;

const FORM = { "content-type": "application/x-www-form-urlencoded" };

/** What the two applications of a Node-RED are mounted in, and how. */
interface House {
  readonly app: Express;
  readonly httpNode: Express;
}

/** As Node-RED's own server puts them together; the admin API parses every body that it sees. */
function house({ admin = "/", http = "/", login = "", outer = "" } = {}): House {
  const app = express();
  const httpAdmin = express();
  const httpNode = express();
  httpAdmin.use(express.json({ limit: "5mb" }));
  httpAdmin.use(express.urlencoded({ limit: "5mb", extended: true }));
  app.use(admin, httpAdmin);
  if (login !== "") {
    app.use(http, (incoming, response, next) => {
      if (incoming.headers.authorization === login) next();
      else response.sendStatus(401);
    });
  }
  app.use(http, httpNode);
  if (outer === "") return { app, httpNode };
  const shell = express();
  shell.use(express.json({ limit: "5mb" }));
  shell.use(outer, app);
  return { app: shell, httpNode };
}

/** A node that notes what it is asked. */
class TestHandler implements WebhookHandler {
  readonly node: string;
  readonly requests: WebhookRequest[] = [];
  refusals = 0;
  status = 200;

  constructor(node = "one") {
    this.node = node;
  }

  answer(asked: WebhookRequest): Promise<{ readonly status: number; readonly retryAfter: number }> {
    this.requests.push(asked);
    return Promise.resolve({ status: this.status, retryAfter: 7 });
  }

  refused(): void {
    this.refusals += 1;
  }
}

describe("the routes of webhooks", () => {
  let server: Server | undefined;
  let clock: FakeClock;
  let handler: TestHandler;
  let flowsStarted: () => void;

  beforeEach(() => {
    clock = new FakeClock();
    handler = new TestHandler();
  });

  afterEach(async () => {
    if (server === undefined) return;
    server.closeAllConnections();
    server.close();
    await once(server, "close");
    server = undefined;
  });

  async function serve({ app, httpNode }: House): Promise<WebhookRoutes> {
    server = createServer((incoming, response) => {
      app(incoming, response);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const deploys = { watch: (watcher: () => void) => void (flowsStarted = watcher) };
    return new WebhookRoutes(httpNode, deploys, clock);
  }

  /** @returns status and `Retry-After` */
  function call(
    path: string,
    { method = "POST", body = "", headers = FORM } = {},
  ): Promise<readonly [number, string | undefined]> {
    const { port } = server?.address() as AddressInfo;
    return new Promise((resolve, reject) => {
      const outgoing = request({ port, host: "127.0.0.1", path, method, headers, agent: false });
      outgoing.on("error", reject);
      outgoing.on("response", (response) => {
        resolve([response.statusCode ?? 0, response.headers["retry-after"]]);
        response.resume();
      });
      outgoing.end(body);
    });
  }

  function bodies(): readonly string[] {
    return handler.requests.map(({ body }) => body.toString());
  }

  const houses: readonly (readonly [string, Parameters<typeof house>[0], string])[] = [
    ["both roots are the same", {}, ""],
    ["HTTP nodes have a root of their own", { admin: "/red", http: "/api" }, "/api"],
    ["the root has a slash at its end", { admin: "/red/", http: "/api/" }, "/api"],
    ["Node-RED is part of another application", { outer: "/house" }, "/house"],
    ["both are the case", { admin: "/red", http: "/api", outer: "/big/house" }, "/big/house/api"],
  ];
  for (const [name, options, root] of houses) {
    it(`bring the body as it came where ${name}`, async () => {
      const routes = await serve(house(options));
      routes.open("hook/in", handler);
      assert.equal(routes.root, root);
      const body = "b=1&a%5Bx%5D=%20&a=+";
      assert.deepEqual(await call(`${root}/hook/in?x=%41`, { body }), [200, "7"]);
      assert.deepEqual(await call(`${root}/hook/in/`, { headers: { "content-type": "application/json" }, body: "{" }), [
        200,
        "7",
      ]);
      assert.deepEqual(bodies(), [body, "{"]);
      const [first] = handler.requests;
      assert.deepEqual([first?.path, first?.wholePath], ["/hook/in?x=%41", `${root}/hook/in?x=%41`]);
    });
  }

  it("let Node-RED's login for HTTP nodes stand before them", async () => {
    const routes = await serve(house({ login: "Basic good" }));
    routes.open("hook", handler);
    assert.equal((await call("/hook", { body: "a=1" }))[0], 401);
    assert.equal((await call("/hook", { method: "GET" }))[0], 401);
    assert.deepEqual(bodies(), []);
    const headers = { ...FORM, authorization: "Basic good" };
    assert.equal((await call("/hook", { body: "a=1", headers }))[0], 200);
    assert.deepEqual(bodies(), ["a=1"]);
  });

  it("leave all other requests alone", async () => {
    const built = house();
    const seen: unknown[] = [];
    built.httpNode.post("/other", (incoming, response) => {
      seen.push(incoming.body);
      response.sendStatus(204);
    });
    const routes = await serve(built);
    routes.open("hook", handler);
    assert.equal((await call("/other", { body: "a=1" }))[0], 204);
    assert.deepEqual(JSON.parse(JSON.stringify(seen)), [{ a: "1" }]);
    assert.equal((await call("/hooks", { body: "a=1" }))[0], 404);
    assert.equal((await call("/", { body: "a=1" }))[0], 404);
    assert.deepEqual(bodies(), []);
  });

  it("know no other methods than GET and POST", async () => {
    const routes = await serve(house());
    routes.open("hook", handler);
    for (const method of ["PUT", "DELETE", "PATCH", "HEAD"]) assert.equal((await call("/hook", { method }))[0], 405);
    assert.equal(handler.refusals, 4);
    assert.equal((await call("/hook?a=1", { method: "GET" }))[0], 200);
  });

  it("are gone at once with a node that is gone", async () => {
    const routes = await serve(house());
    routes.open("hook", handler)(true);
    assert.equal((await call("/hook"))[0], 404);
    assert.equal(clock.timers, 0);
  });

  it("wait for a node that a deploy starts anew", async () => {
    const routes = await serve(house());
    const close = routes.open("hook", handler);
    close(false);
    const calling = call("/hook", { body: "a=1" });
    await arrived();
    const successor = new TestHandler();
    routes.open("hook", successor);
    // The old instance has nothing to say any more.
    close(true);
    assert.equal((await calling)[0], 200);
    assert.deepEqual([handler.requests.length, successor.requests.length], [0, 1]);
    assert.equal(clock.timers, 0);
  });

  it("are gone when the flows have started without their node", async () => {
    const routes = await serve(house());
    routes.open("hook", handler)(false);
    routes.open("other", new TestHandler());
    const calling = call("/hook", { body: "a=1" });
    await arrived();
    flowsStarted();
    assert.equal((await calling)[0], 404);
    assert.equal((await call("/hook"))[0], 404);
    assert.equal((await call("/other"))[0], 200);
    assert.equal(clock.timers, 0);
  });

  it("let nobody wait for longer than 10 s, and say that it may come again", async () => {
    const routes = await serve(house());
    routes.open("hook", handler)(false);
    const calling = call("/hook", { body: "a=1" });
    await arrived();
    await clock.advance(9999);
    const second = call("/hook", { body: "a=1" });
    await arrived();
    await clock.advance(1);
    assert.deepEqual(await calling, [503, "10"]);
    routes.open("hook", handler);
    assert.deepEqual(await second, [200, "7"]);
    assert.equal(clock.timers, 0);
  });

  it("give a path to one node at a time", async () => {
    const routes = await serve(house());
    const close = routes.open("hook", handler);
    const second = new TestHandler("two");
    assert.equal(failureIn(() => routes.open("/hook/", second)).code, "CONFIG_MISSING");
    close(false);
    routes.open("hook", second);
    assert.equal((await call("/hook"))[0], 200);
    assert.equal(second.requests.length, 1);
    assert.equal(failureIn(() => routes.open("hook", handler)).code, "CONFIG_MISSING");
  });

  it("answer 500 where a node fails", async () => {
    const routes = await serve(house());
    handler.answer = () => Promise.reject(new Error("a fault"));
    routes.open("hook", handler);
    assert.equal((await call("/hook"))[0], 500);
  });

  it("are told by name that HTTP nodes are switched off", () => {
    const RED = { settings: { httpNodeRoot: false }, httpNode: express() } as never;
    const failure = failureIn(() => WebhookRoutes.of(RED));
    assert.equal(failure.code, "CONFIG_MISSING");
    assert.match(failure.message, /httpNodeRoot/);
  });

  /** Resolves when a request that was made is in the server's hands. */
  async function arrived(): Promise<void> {
    await once(server!, "request");
    for (let round = 0; round < 10; round += 1) await settled();
  }
});
