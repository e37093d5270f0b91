/** Whether one dotted version is the other or later: `8.10.0` is later than `8.9.4`; what follows a space is a build. */
export function atLeast(version: string, needed: string): boolean {
  const have = numbers(version);
  const need = numbers(needed);
  for (let index = 0; index < Math.max(have.length, need.length); index += 1) {
    const difference = (have[index] ?? 0) - (need[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbers(version: string): number[] {
  const digits = /^\d+(?:\.\d+)*/.exec(version)?.[0];
  if (digits === undefined) throw new RangeError(`"${version}" is no firmware version`);
  return digits.split(".").map(Number);
}
