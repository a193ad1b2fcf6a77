// The ticks of an axis and their texts. Without logarithms and locale, so that every machine writes the same bytes.

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

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Steps of less than a month, in milliseconds; all start at the epoch, which was a midnight. */
const STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 5, 10].map((days) => days * DAY),
];

/** Steps in months. */
const MONTHS = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12_000];

const NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** At most `most` (at least 2) ticks between two moments, in milliseconds since the epoch; UTC. */
export function dateTicks(lo: number, hi: number, most: number): Tick[] {
  const step = STEPS.find((candidate) => Math.floor(hi / candidate) - Math.ceil(lo / candidate) < most);
  if (step !== undefined && step < 5 * DAY) {
    const first = Math.ceil(lo / step);
    const ats = Array.from({ length: Math.floor(hi / step) - first + 1 }, (_, i) => (first + i) * step);
    return step < DAY ? withChanges(ats, clockText(step), dayText) : withChanges(ats, dayText, yearText);
  }
  return monthTicks(lo, hi, most);
}

function monthTicks(lo: number, hi: number, most: number): Tick[] {
  const monthOf = (at: number): number => 12 * new Date(at).getUTCFullYear() + new Date(at).getUTCMonth();
  for (const step of MONTHS) {
    const ats: number[] = [];
    for (let month = step * Math.ceil(monthOf(lo) / step); ats.length <= most; month += step) {
      const at = Date.UTC(2000, month - 24_000); // years below 100 mean 19xx to Date.UTC
      if (!(at <= hi)) break;
      if (at >= lo) ats.push(at);
    }
    if (ats.length > most) continue;
    return step < 12
      ? withChanges(ats, (at) => NAMES[new Date(at).getUTCMonth()]!, yearText)
      : plainTicks(ats, yearText);
  }
  return [];
}

/** Ticks. The second line is written only where it changes. */
function withChanges(ats: number[], textOf: (at: number) => string, belowOf: (at: number) => string): Tick[] {
  return ats.map((at, i) => {
    const below = belowOf(at);
    return i > 0 && belowOf(ats[i - 1]!) === below ? { at, text: textOf(at) } : { at, text: textOf(at), below };
  });
}

function plainTicks(ats: number[], textOf: (at: number) => string): Tick[] {
  return ats.map((at) => ({ at, text: textOf(at) }));
}

/** The part of an ISO date that a step changes: hours and minutes, seconds, or milliseconds. */
function clockText(step: number): (at: number) => string {
  const end = step >= MINUTE ? 16 : step >= SECOND ? 19 : 23;
  return (at) =>
    new Date(at)
      .toISOString()
      .replace(/^[+-]\d\d/, '')
      .slice(11, end);
}

function dayText(at: number): string {
  const date = new Date(at);
  return `${NAMES[date.getUTCMonth()]} ${date.getUTCDate()}`;
}

function yearText(at: number): string {
  return minus(String(new Date(at).getUTCFullYear()));
}
