import assert from "node:assert/strict";
import fc from "fast-check";
import type { Twilio } from "twilio";
import { SuperSim, SuperSimRefusal } from "../../../src/gateways/super-sim";
import { SuperSimSimulator, type SuperSimSimulatorOptions } from "../../../src/simulators";
import { failureOf } from "../../support/failure";
import { json } from "../../support/raw-replies";
import type { RawRequest, RawServer, Reply } from "../../support/raw-server";
import { ACCOUNT, all, COMMAND_SID, created, resource, SECRET, SIM, twilioWith } from "./scripted-service";
import { plain, vendorClient } from "./vendor-client";

type Client = Twilio["supersim"]["v1"];

/** What both are asked to do, in the words of each. */
interface Task {
  readonly what: string;
  readonly ours: (account: SuperSim) => Promise<unknown>;
  readonly theirs: (client: Client) => Promise<unknown>;
}

const request = { sim: "tracker 7", payload: "Ventil *öffnen*: 50 % & mehr + 'so' ~(a)!\r\n€ 👍" };
const callback = { callbackUrl: "https://flows.example/hook/7?a=1&b=%C3%BC" };
const filter = { sim: "tracker 7 *~", status: "received", direction: "from_sim", pageSize: 2 } as const;
const sims = { status: "active", fleet: "north & south", iccid: "89883070000000000001", pageSize: 1000 } as const;

const create = (what: string, fields: Parameters<SuperSim["createSmsCommand"]>[0]): Task => ({
  what,
  ours: (account) => account.createSmsCommand(fields),
  theirs: (client) => client.smsCommands.create(fields as never),
});
const fetch = (sid: string): Task => ({
  what: "the reading of a command",
  ours: (account) => account.fetchSmsCommand(sid),
  theirs: (client) => client.smsCommands(sid).fetch(),
});

/** The same bytes: a space, an asterisk and a tilde may be written in two ways each. */
const spelt = (text: string): string => text.replaceAll("+", "%20").replaceAll("*", "%2A").replaceAll("%7E", "~");

function shown({ method, target, headers, body }: RawRequest): unknown {
  const { authorization, accept, "content-type": type } = headers;
  return { method, target: spelt(target), body: spelt(body), authorization, accept, type };
}

function pagesOf(server: RawServer, key: string): Reply {
  return (wire, asked) => {
    const page = Number(asked.query.get("Page") ?? 0);
    const next = page === 2 ? null : `${server.url}${asked.path}?PageSize=2&Page=${page + 1}&PageToken=PA%2B${page}`;
    json({ [key]: [{ ...resource, sid: `${COMMAND_SID}${page}` }], meta: { key, next_page_url: next } })(wire, asked);
  };
}

describe("The vendor's own client asks Super SIM in the same way by", () => {
  const tasks: readonly (Task & { readonly key?: string; readonly pages?: number })[] = [
    create("a command", request),
    create("a command to a SID", { sim: SIM, payload: "a" }),
    create("a command that is called back", { ...request, ...callback }),
    create("a command that is called back by GET", { ...request, ...callback, callbackMethod: "GET" }),
    fetch(COMMAND_SID),
    {
      what: "a list of commands",
      ours: (account) => all(account.listSmsCommands()),
      theirs: (client) => client.smsCommands.list(),
      key: "sms_commands",
      pages: 3,
    },
    {
      what: "a list of some commands, page by page",
      ours: (account) => all(account.listSmsCommands(filter)),
      theirs: (client) => client.smsCommands.list(filter),
      key: "sms_commands",
      pages: 3,
    },
    {
      what: "a list of some SIMs, page by page",
      ours: (account) => all(account.listSims(sims)),
      theirs: (client) => client.sims.list(sims),
      key: "sims",
      pages: 3,
    },
  ];
  for (const { what, ours, theirs, key, pages = 1 } of tasks) {
    it(what, async () => {
      const { server, account } = await twilioWith(created);
      if (key !== undefined) server.script = () => pagesOf(server, key);
      await ours(account);
      await theirs(vendorClient(server.url, ACCOUNT, SECRET));
      assert.equal(server.requests.length, 2 * pages);
      const [own, vendors] = [server.requests.slice(0, pages), server.requests.slice(pages)];
      assert.deepEqual(own.map(shown), vendors.map(shown));
    });
  }

  it("every text", async () => {
    const { server, account } = await twilioWith(created);
    const client = vendorClient(server.url, ACCOUNT, SECRET);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", minLength: 1, maxLength: 40 }), async (payload) => {
        server.requests.length = 0;
        await account.createSmsCommand({ sim: SIM, payload });
        await client.smsCommands.create({ sim: SIM, payload });
        const [own, vendors] = server.requests.map(shown);
        assert.deepEqual(own, vendors);
      }),
      { numRuns: 100 },
    );
  });
});

describe("The vendor's own client gets from simulated Super SIM the same", () => {
  let device: SuperSimSimulator;
  let account: SuperSim;
  let client: Client;

  async function start(options: SuperSimSimulatorOptions = {}): Promise<void> {
    device = await new SuperSimSimulator(options).start();
    const login = { accountSid: "AC00112233445566778899aabbccddeeff", authToken: "simulated-token" };
    account = new SuperSim({ provider: "twilio", url: device.url, timeout: 5000, ...login });
    client = vendorClient(device.url, login.accountSid, login.authToken);
  }

  afterEach(async () => {
    await account.close();
    await device.stop();
  });

  it("command, created by either and read by the other, in each state", async () => {
    await start();
    const own = await account.createSmsCommand({ sim: "tracker-1", payload: "wake", ...callback });
    const vendors = await client.smsCommands.create({ sim: "tracker-1", payload: "wake", ...callback });
    const varies = { sid: own.sid, url: own.url, dateCreated: own.dateCreated, dateUpdated: own.dateUpdated };
    assert.deepEqual({ ...plain(vendors), ...varies }, own);
    assert.deepEqual(await account.fetchSmsCommand(vendors.sid), plain(await client.smsCommands(vendors.sid).fetch()));
    for (const status of ["sent", "delivered", "failed"] as const) {
      device.advance(own.sid, status);
      assert.deepEqual(await account.fetchSmsCommand(own.sid), plain(await client.smsCommands(own.sid).fetch()));
    }
  });

  it("lists of commands over several pages, with each filter", async () => {
    await start();
    for (let number = 0; number < 7; number += 1) {
      const sim = `tracker-${(number % 2) + 1}`;
      device.report(sim, `report ${number}`);
      await account.createSmsCommand({ sim, payload: `command ${number}` });
    }
    const filters = [
      [{ pageSize: 3 }, 14],
      [{ sim: "tracker-1" }, 8],
      [{ status: "queued", pageSize: 2 }, 7],
      [{ direction: "from_sim", sim: "tracker-2", pageSize: 1 }, 3],
      [{ status: "failed" }, 0],
    ] as const;
    for (const [filter, count] of filters) {
      const own = await all(account.listSmsCommands(filter));
      assert.deepEqual(own, (await client.smsCommands.list(filter)).map(plain));
      assert.equal(own.length, count);
    }
  });

  it("lists of SIMs", async () => {
    const fleetSid = `HF${"0f".repeat(16)}`;
    await start({
      sims: [
        { sid: SIM, iccid: "89883070000000000001", uniqueName: "a", fleetSid, fleetName: "north" },
        { sid: `HS${"0b".repeat(16)}`, iccid: "89883070000000000002", status: "inactive" },
      ],
    });
    for (const [filter, count] of [
      [{ pageSize: 1 }, 2],
      [{ status: "inactive" }, 1],
      [{ fleet: "north" }, 1],
      [{ iccid: "89883070000000000002" }, 1],
    ] as const) {
      const own = await all(account.listSims(filter));
      assert.deepEqual(own, (await client.sims.list(filter)).map(plain));
      assert.equal(own.length, count);
    }
  });

  it("one SIM, by SID or unique name", async () => {
    await start({ sims: [{ sid: SIM, iccid: "89883070000000000001", uniqueName: "gate 1" }] });
    const [own] = await all(account.listSims());
    assert.deepEqual(plain(await client.sims(SIM).fetch()), own);
    assert.deepEqual(plain(await client.sims("gate 1").fetch()), own);
    await assert.rejects(client.sims("gate 2").fetch(), { status: 404, code: 20404 });
  });

  const refusals: readonly (readonly [Task, code: number, status: number, SuperSimSimulatorOptions])[] = [
    [fetch(COMMAND_SID), 20404, 404, {}],
    [create("a command to an unknown SIM", { sim: "tracker-9", payload: "a" }), 20404, 404, {}],
    [create("a command that is refused", { sim: "tracker-1", payload: "a" }), 20001, 400, {}],
    [create("a command with another token", { sim: "tracker-1", payload: "a" }), 20003, 401, { authToken: "x" }],
    [create("a command too many", { sim: "tracker-1", payload: "a" }), 20429, 429, { limitEvery: 1 }],
  ];
  for (const [{ what, ours, theirs }, code, status, options] of refusals) {
    it(`error, ${status}, for ${what}`, async () => {
      await start(options);
      if (status === 400) device.fail("refuse");
      const own = (await failureOf(ours(account))).cause;
      assert.ok(own instanceof SuperSimRefusal);
      await assert.rejects(theirs(client), ({ code, status, message, moreInfo }: SuperSimRefusal) => {
        assert.deepEqual({ code, status, message, moreInfo }, { ...partsOf(own) });
        return true;
      });
      assert.deepEqual([own.code, own.status], [code, status]);
    });
  }
});

function partsOf({ code, status, message, moreInfo }: SuperSimRefusal): object {
  return { code, status, message, moreInfo };
}
