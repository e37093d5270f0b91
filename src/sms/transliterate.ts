/**
 * What stands for what. Only characters that say the same in GSM-7 are here. Left out on purpose: letters with
 * accents, emoji, the middle dot (a letter's mark in Catalan), fractions and superscripts ("1½" would read 11/2),
 * joiners and direction marks (they change how other scripts are read).
 */
const EQUIVALENTS: readonly (readonly [replacement: string, characters: string])[] = [
  // Single quotes, apostrophes, primes, the accents that are typed in their place
  ["'", "\u2018\u2019\u201a\u201b\u2039\u203a\u2032\u2035\u02b9\u02bc\u00b4\u0060"],
  // Double quotes, guillemets, double primes
  ['"', "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\u2036\u02ba\u301d\u301e\u301f"],
  ["'''", "\u2034"],
  // Hyphens, dashes, the minus sign, the hyphen bullet
  ["-", "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63"],
  // Bullets
  ["*", "\u2022\u2023\u25e6\u2219\u204e"],
  // Leaders and the ellipsis
  [".", "\u2024"],
  ["..", "\u2025"],
  ["...", "\u2026"],
  // Fraction slash and division slash
  ["/", "\u2044\u2215"],
  // The tab, the non-breaking space, spaces of every width
  [" ", "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"],
  // Line and paragraph separators
  ["\n", "\u000b\u0085\u2028\u2029"],
  // Soft hyphen, zero-width space, word joiner, byte order mark: nothing is seen of them
  ["", "\u00ad\u200b\u2060\ufeff"],
  // Ligatures
  ["ff", "\ufb00"],
  ["fi", "\ufb01"],
  ["fl", "\ufb02"],
  ["ffi", "\ufb03"],
  ["ffl", "\ufb04"],
  ["st", "\ufb05\ufb06"],
  ["IJ", "\u0132"],
  ["ij", "\u0133"],
  ["OE", "\u0152"],
  ["oe", "\u0153"],
  // Signs of units that Unicode defines as equal to a letter: ohm, kelvin, angstrom
  ["\u03a9", "\u2126"],
  ["K", "\u212a"],
  ["\u00c5", "\u212b"],
];

const REPLACEMENTS: ReadonlyMap<string, string> = new Map(
  EQUIVALENTS.flatMap(([replacement, characters]) =>
    Array.from(characters, (character) => [character, replacement] as const),
  ),
);

const REPLACEABLE = new RegExp(`[${[...REPLACEMENTS.keys()].join("")}]`, "g");

/**
 * Writes typographic quotes, dashes, ellipses, ligatures, spaces, bullets and the like in GSM-7, where nothing is lost
 * in meaning; so one curly quote does not turn a text into UCS-2. Everything else stays as it is. A text of nothing but
 * invisible characters becomes empty.
 */
export function transliterate(text: string): string {
  return text.replace(REPLACEABLE, (character) => REPLACEMENTS.get(character) ?? character);
}
