import { BrevisOneGateway, type BrevisOneGatewayOptions } from "../../../src/gateways/brevis-one";
import { answer } from "../../support/raw-replies";
import { RawServer, type Reply } from "../../support/raw-server";

export const PASSWORD = 'p"&=%+ wörd-99';
export const TO = "00447700900101";
export const TEXT = 'Door "north" is öpen:\n1234';
export const sms = { to: TO, text: TEXT };

export const login = { username: "apiuser", password: PASSWORD };
export const ok = answer(200, "OK");

export type Settings = Partial<BrevisOneGatewayOptions>;

const running: { readonly server: RawServer; readonly gateway: BrevisOneGateway }[] = [];

/** A driver and the gateway that it speaks to, which answers everything with `reply`. */
export async function gatewayWith(
  reply: Reply = ok,
  settings: Settings = {},
): Promise<{ readonly server: RawServer; readonly gateway: BrevisOneGateway }> {
  const server = await RawServer.start(() => reply);
  const gateway = new BrevisOneGateway({ url: server.url, timeout: 5000, ...login, ...settings });
  running.push({ server, gateway });
  return { server, gateway };
}

afterEach(async () => {
  for (const { server, gateway } of running.splice(0)) {
    await server.stop();
    await gateway.close();
  }
});
