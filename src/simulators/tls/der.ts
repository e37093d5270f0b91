/** The few ASN.1 types that a certificate is made of, written in the distinguished encoding (ITU-T X.690). */

function element(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(bytes: number): Buffer {
  if (bytes < 0x80) return Buffer.from([bytes]);
  const digits: number[] = [];
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  return Buffer.from([0x80 | digits.length, ...digits]);
}

export const sequence = (...items: readonly Uint8Array[]): Buffer => element(0x30, Buffer.concat(items));
export const set = (...items: readonly Uint8Array[]): Buffer => element(0x31, Buffer.concat(items));
export const octetString = (content: Uint8Array): Buffer => element(0x04, content);
export const utf8String = (text: string): Buffer => element(0x0c, Buffer.from(text, "utf8"));
export const trueValue = (): Buffer => element(0x01, Buffer.from([0xff]));

/** A bit string without unused bits, the only kind that a certificate needs. */
export const bitString = (content: Uint8Array): Buffer => element(0x03, Buffer.concat([Buffer.from([0]), content]));

/** An integer of zero or more, given as its big-endian bytes. */
export function unsignedInteger(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first === -1 ? Buffer.from([0]) : bytes.subarray(first);
  // A leading bit of one would make the number negative.
  const negative = ((digits[0] ?? 0) & 0x80) !== 0;
  return element(0x02, negative ? Buffer.concat([Buffer.from([0]), digits]) : digits);
}

/** An object identifier from its dotted form, e.g. `2.5.4.3`. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split(".").map(Number);
  return element(0x06, Buffer.from([first * 40 + second, ...others.flatMap(base128)]));
}

function base128(arc: number): number[] {
  const digits = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift(0x80 | (rest % 128));
  return digits;
}

/** A moment in UTC to the second. RFC 5280 asks for the two-digit year up to 2049 and for four digits after it. */
export function time(moment: Date): Buffer {
  const digits = moment.toISOString().replace(/\.\d+/, "").replace(/[-:T]/g, "");
  return moment.getUTCFullYear() < 2050
    ? element(0x17, Buffer.from(digits.slice(2), "latin1"))
    : element(0x18, Buffer.from(digits, "latin1"));
}

/** An element with a context tag around whole elements, e.g. the version of a certificate. */
export const explicit = (tag: number, content: Uint8Array): Buffer => element(0xa0 | tag, content);

/** An element with a context tag in place of its own, e.g. a name in a list of names. */
export const implicit = (tag: number, content: Uint8Array): Buffer => element(0x80 | tag, content);
