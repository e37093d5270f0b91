import assert from "node:assert/strict";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";

/** The events of the handset page's stream as they come, read without an EventSource. */
export async function* eventsOf(url: string): AsyncGenerator<{ name: string; data: unknown }, void> {
  const [response] = (await once(get(`${url}/events`, { agent: false }), "response")) as [IncomingMessage];
  assert.equal(response.headers["content-type"], "text/event-stream");
  response.setEncoding("utf8");
  let text = "";
  for await (const chunk of response as AsyncIterable<string>) {
    text += chunk;
    for (let end = text.indexOf("\n\n"); end !== -1; end = text.indexOf("\n\n")) {
      const event = /^event: (.*)\ndata: (.*)$/.exec(text.slice(0, end));
      text = text.slice(end + 2);
      if (event) yield { name: event[1]!, data: JSON.parse(event[2]!) };
    }
  }
}
