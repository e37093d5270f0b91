import { CellularError } from "../../errors/cellular-error";
import type { CheckedSms } from "../gateway";
import type { SmsOptions } from "../sms-options";

export interface BrevisOneLogin {
  readonly username: string;
  readonly password: string;
}

/**
 * The parameters of `/api.php` for one SMS, percent-encoded, in the order of the vendor's examples. What is left open
 * is not named, so that the gateway's own defaults hold.
 * @throws CellularError `TEXT_INVALID` if the text cannot be written in the charset that is asked for.
 */
export function formOf({ to, text, options }: CheckedSms, { username, password }: BrevisOneLogin): string {
  const { mode, telauto, list = "", regex = "", flash, ring } = options;
  const fields = new URLSearchParams({ text: textOnWire(text, options), to, username, password });
  if (mode !== undefined) fields.set("mode", mode);
  if (telauto === false) fields.set("telauto", "false");
  if (options.encoding === "hex") fields.set("hexmode", "true");
  if (list !== "") {
    fields.set("list", list);
    fields.set("regex", regex);
  }
  // These two are known by name alone; the value is that of `hexmode`.
  if (flash === true) fields.set("flash", "true");
  if (ring === true) fields.set("ring", "true");
  return percentEncoded(fields);
}

/** A value as it stands in the form. */
export function inForm(value: string): string {
  return percentEncoded(new URLSearchParams({ "": value })).slice(1);
}

/** A + is a space in a form only; %20 is one everywhere. */
function percentEncoded(fields: URLSearchParams): string {
  return fields.toString().replaceAll("+", "%20");
}

/**
 * The text as the gateway gets it: as it is, or as the hexadecimal digits of its bytes.
 * @throws CellularError `TEXT_INVALID` for characters that Latin-1 has not.
 */
export function textOnWire(text: string, { encoding = "text", hexCharset = "utf-8" }: SmsOptions): string {
  if (encoding === "text") return text;
  if (hexCharset === "latin1" && /[\u0100-\u{10ffff}]/u.test(text)) {
    throw new CellularError(
      "TEXT_INVALID",
      "The text holds characters that latin1 has not. Set hexCharset to utf-8, or change the text.",
    );
  }
  return Buffer.from(text, hexCharset === "latin1" ? "latin1" : "utf8").toString("hex");
}
