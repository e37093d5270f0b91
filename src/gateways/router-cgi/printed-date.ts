const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Sat Oct 26 19:04:11 2024`, as the function `ctime` of C prints it: the day has two places. */
const CTIME = /^[A-Z][a-z]{2} +([A-Z][a-z]{2}) +(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/;
const ISO = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2}):(\d{2})$/;

/**
 * Reads a date that a router printed in its local time, without a zone, as local time of this computer.
 * @returns UTC seconds, or undefined for another form or a day that no calendar has.
 */
export function readPrintedDate(text: string): number | undefined {
  const ctime = CTIME.exec(text.trim());
  if (ctime !== null) {
    const [, month = "", day, hours, minutes, seconds, year] = ctime;
    return localTime(year, MONTHS.indexOf(month) + 1, day, hours, minutes, seconds);
  }
  const iso = ISO.exec(text.trim());
  if (iso === null) return undefined;
  const [, year, month, day, hours, minutes, seconds] = iso;
  return localTime(year, month, day, hours, minutes, seconds);
}

type Places = readonly (string | number | undefined)[];

function localTime(...places: Places): number | undefined {
  const [year = NaN, month = NaN, day = NaN, hours = NaN, minutes = NaN, seconds = NaN] = places.map(Number);
  if (hours > 23 || minutes > 59 || seconds > 60) return undefined;
  const date = new Date(year, month - 1, day, hours, minutes, seconds);
  // A day that does not exist, such as February 30, would become another one. The hour may differ in spring.
  const noon = new Date(year, month - 1, day, 12);
  const isReal = noon.getFullYear() === year && noon.getMonth() === month - 1 && noon.getDate() === day;
  return isReal ? Math.floor(date.getTime() / 1000) : undefined;
}
