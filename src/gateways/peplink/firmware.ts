import * as v from "valibot";

const FirmwareBank = v.looseObject({ version: v.string(), inUse: v.optional(v.unknown()) });

/** The running firmware: the router lists its banks by number, one marked as in use. */
export function firmwareVersion(response: unknown): string | null {
  const banks = v.safeParse(v.record(v.string(), v.unknown()), response);
  if (!banks.success) return null;
  const found = [response, ...Object.values(banks.output)].flatMap((value) => {
    const bank = v.safeParse(FirmwareBank, value);
    return bank.success ? [bank.output] : [];
  });
  return (found.find(({ inUse }) => inUse === true) ?? found[0])?.version ?? null;
}
