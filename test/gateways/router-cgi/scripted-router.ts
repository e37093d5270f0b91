import { CgiRouter, type CgiRouterOptions } from "../../../src/gateways/router-cgi";
import { answer, bytes } from "../../support/raw-replies";
import { RawServer, type Reply } from "../../support/raw-server";

export const SEND = "/cgi-bin/sms_send";
export const LIST = "/cgi-bin/sms_list";
export const DELETE = "/cgi-bin/sms_delete";

export const USERNAME = "smsuser";
export const PASSWORD = "p&ss=w%rd+'ö-99";
export const TO = "+447700900101";
export const TEXT = "Door 'north' is öpen:\n1234 & more";
export const sms = { to: TO, text: TEXT };
export const LONG_TEXT = "Alarm in hall 3, door open. ".repeat(8);

export const login = { username: USERNAME, password: PASSWORD };

export const ok = answer(200, "OK\n");
export const says = (word: string): Reply => answer(200, `${word}\n`);

/** A whole answer of HTTP 200 with exactly these bytes as its body. */
export function body(content: Buffer): Reply {
  return bytes(Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n\r\n`), content]));
}

/** A line of 30 dashes. */
export const DASHES = "-".repeat(30);

export interface PrintedSms {
  readonly index: number | string;
  readonly date?: string;
  readonly sender?: string;
  readonly text?: string;
  readonly status?: string;
}

/** One record as a router prints it. */
export function printed({
  index,
  date = "Sat Oct 26 19:04:11 2024",
  sender = "+447700900102",
  text = "x",
  status = "read",
}: PrintedSms): string {
  return `Index: ${index}\nDate: ${date}\nSender: ${sender}\nText: ${text}\nStatus: ${status}\n${DASHES}\n`;
}

const usual: Readonly<Record<string, Reply>> = {
  [SEND]: ok,
  [LIST]: says("NO MESSAGES"),
  [DELETE]: ok,
  "/": answer(200, "<!doctype html><title>Router</title>", { "content-type": "text/html" }),
};

const running: { readonly server: RawServer; readonly router: CgiRouter }[] = [];

/** A driver and the router that it speaks to, which answers as usual where `replies` names nothing else. */
export async function routerWith(
  replies: Readonly<Record<string, Reply>> = {},
  options: Omit<CgiRouterOptions, "url"> = {},
): Promise<{ readonly server: RawServer; readonly router: CgiRouter }> {
  const script = { ...usual, ...replies };
  const server = await RawServer.start(({ path }) => script[path] ?? answer(404));
  const router = new CgiRouter({ url: server.url, timeout: 5000, ...login, ...options });
  running.push({ server, router });
  return { server, router };
}

afterEach(async () => {
  for (const { server, router } of running.splice(0)) {
    await server.stop();
    await router.close();
  }
});
