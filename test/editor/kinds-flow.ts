export type Saved = Readonly<Record<string, unknown>>;
type SavedNode = Saved & { readonly id: string; readonly type: string };

export const KINDS = ["peplink", "brevis-one", "router-cgi"];
const RECIPIENT = "+447700900101";

/** What was saved by hand, or with another gateway: for each kind something that it does not know. */
export const FULL_SEND = {
  ...{ connId: "two", mode: "telgroup", telauto: false, list: "white", regex: "^0", encoding: "hex" },
  ...{ hexCharset: "latin1", flash: true, ring: true, transliterate: true, to: RECIPIENT, toType: "str" },
};

/** The same once it is saved with a gateway whose kind knows none of it. */
export const DEFAULT_SEND = {
  ...{ connId: "", mode: "number", telauto: true, list: "", regex: "", encoding: "text" },
  ...{ hexCharset: "utf-8", flash: false, ring: false, transliterate: true },
};

/** Gateways of each kind and of an unknown one, saved with settings that they do not know, and nodes that use them. */
export const flows: readonly SavedNode[] = [
  { id: "tab", type: "tab", label: "Flow 1" },
  ...[...KINDS, "satellite"].map((kind) => ({
    ...{ id: kind, type: "cellular-gateway", name: `by ${kind}`, kind, url: "https://192.0.2.1" },
    ...(kind === "peplink" ? {} : { connId: "7", auth: "client", lineBreak: "percent-n", numberFormat: "00" }),
  })),
  node("send", "cellular-sms-send", 60, { gateway: "brevis-one", ...FULL_SEND }),
  node("send-plain", "cellular-sms-send", 120, { gateway: "peplink" }),
  node("send-later", "cellular-sms-send", 180, { gateway: "satellite", ...FULL_SEND, connId: "7" }),
  node("receive", "cellular-sms-receive", 240, { gateway: "router-cgi", interval: "0", connId: "two" }),
  node("delete", "cellular-sms-delete", 300, { gateway: "peplink", connId: "2", iccid: "8999901000000000121" }),
  node("ussd", "cellular-ussd", 360, { gateway: "brevis-one", connId: "2" }),
];

function node(id: string, type: string, y: number, saved: Saved): SavedNode {
  return { id, type, z: "tab", name: id, x: 300, y, wires: [[]], ...saved };
}
