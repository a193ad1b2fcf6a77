// The ticks of an axis of numbers and their texts. Without logarithms and locale, so that every machine writes the same bytes.

/** A tick of an axis; `below` is a second line under its text. */
export interface Tick {
  readonly at: number;
  readonly text: string;
  readonly below?: string;
}

/** The part of a step by which an end may miss its tick, because of rounding: 0.3 / 0.05 is 5.999…. */
const ROUNDING = 1e-9;

/** At most `most` (at least 2) ticks at multiples of 1, 2 or 5 times a power of ten from `lo` to `hi`; lo < hi. */
export function numberTicks(lo: number, hi: number, most: number): Tick[] {
  const span = hi - lo;
  const smallest = exponentOf(span / most);
  for (let exponent = smallest; ; exponent++) {
    for (const factor of [1, 2, 5]) {
      const step = Number(`${factor}e${exponent}`);
      const [first, last] = [Math.ceil(lo / step - ROUNDING), Math.floor(hi / step + ROUNDING)];
      if (last - first >= most) continue;
      return Array.from({ length: last - first + 1 }, (_, i) => {
        const at = decimal((first + i) * factor, exponent);
        return { at, text: tickText(at, exponent, Math.max(Math.abs(lo), Math.abs(hi))) };
      });
    }
  }
}

/** The power of ten in a positive number. */
function exponentOf(x: number): number {
  return Number(x.toExponential().split('e')[1]);
}

/** digits · 10^exponent, rounded once. */
function decimal(digits: number, exponent: number): number {
  return Number(`${digits}e${exponent}`) + 0; // −0 is 0
}

/** @param largest the largest magnitude on the axis, which decides between decimals and powers of ten */
function tickText(at: number, exponent: number, largest: number): string {
  if (at === 0) return '0';
  const isLarge = largest >= 1e7 && exponent >= 3;
  if (isLarge || largest < 1e-4) return minus(at.toExponential().replace('e+', 'e'));
  const [whole, fraction] = at.toFixed(Math.min(100, Math.max(0, -exponent))).split('.') as [string, string?];
  const grouped = whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
  return minus(fraction === undefined ? grouped : `${grouped}.${fraction}`);
}

/** A number with the minus sign of typesetters. */
export function minus(text: string): string {
  return text.replaceAll('-', '−');
}
