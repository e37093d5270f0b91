import assert from "node:assert/strict";
import { assertFailure, failureOf } from "../../support/failure";
import { answer, json, truncated, webPage } from "../../support/raw-replies";
import type { RawRequest, Reply } from "../../support/raw-server";
import { all, resource, SECRET, twilioWith } from "./scripted-service";

const sid = (number: number): string => `HC${String(number).padStart(32, "0")}`;
const commands = (...numbers: number[]): unknown[] => numbers.map((number) => ({ ...resource, sid: sid(number) }));

/** Pages by the number in their query; `next` says where each goes on. */
function pages(next: (page: number, asked: RawRequest) => unknown, key: string | undefined = "sms_commands"): Reply {
  return (wire, asked) => {
    const page = Number(asked.query.get("Page") ?? 0);
    const meta = { key, next_page_url: next(page, asked) };
    json({ [key]: commands(2 * page, 2 * page + 1), meta })(wire, asked);
  };
}

const host = ({ headers }: RawRequest): string => headers.host ?? "";

describe("A list of Super SIM", () => {
  it("goes over all pages, in their order", async () => {
    const { server, account } = await twilioWith(
      pages((page, asked) =>
        page < 2 ? `http://${host(asked)}/v1/SmsCommands?PageSize=2&Page=${page + 1}&PageToken=PT%2B${page}` : null,
      ),
    );
    const found = await all(account.listSmsCommands({ pageSize: 2 }));
    assert.deepEqual(
      found.map((command) => command.sid),
      [0, 1, 2, 3, 4, 5].map(sid),
    );
    assert.deepEqual(
      server.requests.map(({ target }) => target),
      [
        "/v1/SmsCommands?PageSize=2",
        "/v1/SmsCommands?PageSize=2&Page=1&PageToken=PT%2B0",
        "/v1/SmsCommands?PageSize=2&Page=2&PageToken=PT%2B1",
      ],
    );
  });

  it("asks for a page only when it is needed", async () => {
    const { server, account } = await twilioWith(pages((page, asked) => `http://${host(asked)}/x?Page=${page + 1}`));
    for await (const command of account.listSmsCommands()) if (command.sid === sid(2)) break;
    assert.equal(server.requests.length, 2);
  });

  it("stays below the path of the base URL", async () => {
    const { server } = await twilioWith(
      pages((page, asked) => (page < 1 ? `http://${host(asked)}/proxy/v1/SmsCommands?Page=1` : null)),
    );
    const { account } = await twilioWith(webPage, { url: `${server.url}/proxy` });
    assert.equal((await all(account.listSmsCommands())).length, 4);
    assert.equal(server.requests[1]?.target, "/proxy/v1/SmsCommands?Page=1");
  });

  it("takes its array by the name that the page gives, or else by its own", async () => {
    for (const body of [
      { items: commands(1), meta: { key: "items", next_page_url: null } },
      { sms_commands: commands(1), meta: {} },
    ]) {
      const { account } = await twilioWith(json(body));
      assert.equal((await all(account.listSmsCommands())).length, 1);
    }
  });

  it("takes pages of up to 8 MiB", async () => {
    const page = (bytes: number): Reply => {
      const body = JSON.stringify({ sms_commands: commands(1), meta: { key: "sms_commands", next_page_url: null } });
      return answer(200, body + " ".repeat(bytes - Buffer.byteLength(body)), { "Content-Type": "application/json" });
    };
    const fits = await twilioWith(page(8 * 1024 * 1024));
    assert.equal((await all(fits.account.listSmsCommands())).length, 1);
    const tooLarge = await twilioWith(page(8 * 1024 * 1024 + 1));
    assertFailure(await failureOf(all(tooLarge.account.listSmsCommands())), "RESPONSE_TOO_LARGE", "not-sent");
  });

  it("never takes the credentials to another address", async () => {
    const { server: elsewhere } = await twilioWith(json({}));
    const others = [
      () => `${elsewhere.url}/v1/SmsCommands?Page=1`,
      (asked: RawRequest) => `https://${host(asked)}/v1/SmsCommands?Page=1`,
      () => `//${new URL(elsewhere.url).host}/v1/SmsCommands`,
      (asked: RawRequest) => `http://${host(asked)}@${new URL(elsewhere.url).host}/`,
      () => "javascript:alert(1)",
      () => "http://",
    ];
    for (const other of others) {
      const { server, account } = await twilioWith(pages((_page, asked) => other(asked)));
      const error = await failureOf(all(account.listSmsCommands()));
      assertFailure(error, "BAD_RESPONSE", "not-sent");
      assert.ok(!error.message.includes(SECRET));
      assert.equal(server.requests.length, 1);
    }
    assert.equal(elsewhere.connections, 0);
  });

  it("that comes back to a page is no list without an end", async () => {
    const { server, account } = await twilioWith(
      pages((page, asked) => `http://${host(asked)}/v1/SmsCommands?Page=${(page + 1) % 3}`),
    );
    assertFailure(await failureOf(all(account.listSmsCommands())), "BAD_RESPONSE", "not-sent");
    assert.equal(server.requests.length, 4);
  });

  for (const [what, reply] of [
    ["no JSON", webPage],
    ["no object", json([])],
    ["no meta", json({ sms_commands: [] })],
    ["no array", json({ meta: { key: "sms_commands", next_page_url: null } })],
    ["an array under an inherited name", json({ meta: { key: "constructor", next_page_url: null } })],
    ["a next page that is no text", json({ sms_commands: [], meta: { key: "sms_commands", next_page_url: 7 } })],
    ["an entry that is none", json({ sms_commands: [7], meta: { key: "sms_commands", next_page_url: null } })],
    ["half of it", answer(200, '{"sms_commands":[')],
  ] as const) {
    it(`with ${what} is no empty list but an error`, async () => {
      const { account } = await twilioWith(reply);
      assertFailure(await failureOf(all(account.listSmsCommands())), "BAD_RESPONSE", "not-sent");
    });
  }

  it("that is cut off every time is an error", async () => {
    const { account } = await twilioWith(truncated('{"sms_commands":[]'), { timeout: 2000 });
    assertFailure(await failureOf(all(account.listSmsCommands())), "CONNECTION_LOST", "not-sent");
  });
});
