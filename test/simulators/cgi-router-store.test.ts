import assert from "node:assert/strict";
import { once } from "node:events";
import { CgiRouterSimulator, type CgiRouterSimulatorOptions } from "../../src/simulators/index.js";
import { CgiClient, login } from "./cgi-client.js";
import { ask } from "./raw-client.js";

const DASHES = "------------------------------";
const CTIME = "Sat Oct 26 19:04:11 2024";

describe("simulated CGI router: the store", () => {
  let device: CgiRouterSimulator;
  let client: CgiClient;

  async function start(options: CgiRouterSimulatorOptions = {}): Promise<void> {
    device = await new CgiRouterSimulator(options).start();
    client = new CgiClient(device.url);
  }
  const list = async (): Promise<string> => (await client.get("sms_list")).text;
  const remove = async (number: string): Promise<string> =>
    (await client.post("sms_delete", { ...login, number })).text;
  const indices = () => device.store.map(({ index }) => index);

  afterEach(() => device.stop());

  it("is printed as labelled lines with a line of dashes below each record, the first index is 0", async () => {
    await start();
    device.receive({ from: "+447700900102", text: "first line\nsecond line", date: CTIME });
    device.receive({ from: "Tarifinfo", text: "", date: "Fri Nov  1 00:00:00 2024" });
    const record = (index: number, date: string, from: string, text: string, status: string): string =>
      `Index: ${index}\nDate: ${date}\nSender: ${from}\nText: ${text}\nStatus: ${status}\n${DASHES}\n`;
    const first = record(0, CTIME, "+447700900102", "first line\nsecond line", "unread");
    assert.equal(await list(), first + record(1, "Fri Nov  1 00:00:00 2024", "Tarifinfo", "", "unread"));
    assert.equal((await list()).startsWith(first.replace("unread", "read")), true);
  });

  it("escapes nothing", async () => {
    await start();
    const text = `Index: 5\nStatus: read\n${DASHES}\n<b>&amp;`;
    device.receive({ from: "Text: x", text, date: CTIME });
    assert.ok((await list()).includes(`\nSender: Text: x\nText: ${text}\nStatus: unread\n`));
  });

  it("prints dates of local time in the form that it is told to", async () => {
    const timestamp = new Date(2024, 9, 6, 9, 4, 1).getTime() / 1000;
    await start();
    assert.equal(device.receive({ from: "988", text: "x", timestamp })[0]?.date, "Sun Oct  6 09:04:01 2024");
    await device.stop();
    await start({ dialect: { date: "iso" } });
    assert.equal(device.receive({ from: "988", text: "x", timestamp })[0]?.date, "2024-10-06 09:04:01");
  });

  it("is nothing or NO MESSAGES where it is empty", async () => {
    await start();
    assert.equal(await list(), "NO MESSAGES\n");
    await device.stop();
    await start({ dialect: { empty: "nothing" } });
    assert.equal(await list(), "");
  });

  it("comes with CR and LF, in <pre>, in Latin-1 where its firmware does so", async () => {
    await start({ dialect: { lineEnd: "crlf", pre: true, encoding: "latin1" } });
    device.receive({ from: "988", text: "Tür\n€", date: CTIME });
    const url = `${device.url}/cgi-bin/sms_list?${new URLSearchParams({ ...login }).toString()}`;
    const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
    assert.ok(bytes.includes(Buffer.from("Text: T\u00fcr\r\n?\r\n", "latin1")));
    assert.match(bytes.toString("latin1"), /^<pre>\nIndex: 0\r\n[^]*<\/pre>\n$/);
  });

  it("comes as XML where its firmware does so", async () => {
    await start({ dialect: { form: "xml" } });
    device.receive({ from: "988", text: "a < b & c", date: CTIME });
    const { text, headers } = await client.get("sms_list");
    assert.equal(headers["content-type"], "text/xml");
    assert.match(text, /<sms><index>0<\/index>.*<text>a &lt; b &amp; c<\/text><status>unread<\/status><\/sms>/);
  });

  it("holds the parts of a long SMS one by one, or joined with what is lost marked", async () => {
    await start();
    const long = `${"a".repeat(153)}${"b".repeat(153)}c`;
    device.receive({ from: "988", text: long, date: CTIME });
    assert.deepEqual(
      device.store.map(({ index, text }) => [index, text]),
      [
        [0, "a".repeat(153)],
        [1, "b".repeat(153)],
        [2, "c"],
      ],
    );
    await device.stop();
    await start({ joinsParts: true });
    device.receive({ from: "988", text: long, date: CTIME, lost: [1] });
    assert.deepEqual(
      device.store.map(({ text }) => text),
      [`${"a".repeat(153)}<part_missing>c`],
    );
  });

  it("uses the lowest free slot again, and lists in the order of arrival", async () => {
    await start();
    for (const text of ["a", "b", "c"]) device.receive({ from: "988", text });
    const gone = once(device, "deleted");
    assert.equal(await remove("1"), "OK\n");
    assert.equal(((await gone) as [{ index: number }])[0].index, 1);
    device.receive({ from: "988", text: "d" });
    assert.deepEqual(indices(), [0, 2, 1]);
    assert.match(await list(), /Index: 0\n[^]*Index: 2\n[^]*Index: 1\n/);
  });

  it("deletes nothing for an index that is none or is not taken", async () => {
    await start();
    device.receive({ from: "988", text: "a" });
    assert.equal(await remove("1"), "NO MESSAGE\n");
    for (const number of ["", "all", "-1", "0,1", "1.0"]) assert.equal(await remove(number), "ERROR\n");
    assert.deepEqual(indices(), [0]);
  });

  it("gives one SMS by its index, and counts them all", async () => {
    await start({ storeCapacity: 5 });
    device.receive({ from: "988", text: "a" });
    device.receive({ from: "988", text: "b" });
    const { text } = await client.get("sms_read", { ...login, number: "1" });
    assert.match(text, /^Index: 1\n[^]*Text: b\n/);
    assert.equal((await client.get("sms_read", { ...login, number: "7" })).text, "NO MESSAGE\n");
    assert.equal((await client.get("sms_total")).text, "Used: 2\nTotal: 5\nLeft: 3\n");
  });

  it("loses what it cannot take, counts it, and forgets all when it is cleared", async () => {
    await start({ storeCapacity: 2 });
    assert.equal(device.receive({ from: "988", text: "z".repeat(400) }).length, 2);
    assert.deepEqual(device.receive({ from: "988", text: "a" }), []);
    assert.equal(device.dropped, 2);
    device.clear();
    assert.deepEqual([device.store, device.dropped, device.requests], [[], 0, []]);
  });

  it("is more than any client should take when told so, in one record", async () => {
    await start();
    device.fail("oversized", { times: 1 });
    const text = await list();
    assert.ok(text.startsWith("Index: 0\n") && text.endsWith(`${DASHES}\n`) && text.length > 8 * 1024 * 1024);
  });

  it("answers over HTTPS too", async () => {
    await start({ tls: true });
    assert.match(device.url, /^https:/);
    const query = new URLSearchParams({ ...login }).toString();
    assert.equal((await ask(`${device.url}/cgi-bin/sms_list?${query}`, "GET")).text, "NO MESSAGES\n");
  });
});
