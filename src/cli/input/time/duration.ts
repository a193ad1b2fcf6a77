// Spans of time as people write them: 30s, 5m, 1h, 1d, and numbers in the unit of a time column.

/** A number, and its unit in milliseconds if it has one. */
export interface Span {
  readonly number: number;
  readonly unit: number | undefined;
}

/** Milliseconds by the name of a unit. */
export const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  sec: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** A positive span; `undefined` for any other text. */
export function durationOf(text: string): Span | undefined {
  const [, digits, unit] = /^(\d+(?:\.\d+)?|\.\d+) ?([a-z]*)$/.exec(text.trim()) ?? [];
  const number = Number(digits);
  if (!(number > 0) || unit === undefined || !(unit === '' || Object.hasOwn(UNITS, unit))) return undefined;
  return { number, unit: unit === '' ? undefined : UNITS[unit]! };
}

/** A span between dates in words, in the largest unit of which it is a whole number: `5 min`. */
export function formatSpan(milliseconds: number): string {
  for (const [name, unit] of [
    ['d', UNITS.d!],
    ['h', UNITS.h!],
    ['min', UNITS.min!],
    ['s', UNITS.s!],
  ] as const) {
    if (milliseconds % unit === 0) return `${milliseconds / unit} ${name}`;
    if (milliseconds > 10 * unit) return `${(milliseconds / unit).toFixed(2)} ${name}`;
  }
  return `${Number(milliseconds.toPrecision(6))} ms`;
}
