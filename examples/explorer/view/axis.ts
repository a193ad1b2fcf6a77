// Where values stand on the axis of a figure, and how places of it are written.
import type { Grid } from '../read/protocol.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Characters that have space beside an axis. */
const MOST_CHARACTERS = 8;

/** The axis of a series: indices, numbers or dates. */
export class Axis {
  readonly isDate: boolean;
  readonly #start: number;
  readonly #step: number;
  /** The zone in which dates are shown; `undefined`: the browser's. */
  readonly zone: string | undefined;
  readonly #formats: Map<string, Intl.DateTimeFormat>;

  /** Whether the series lies in more than one year. */
  readonly #hasYears: boolean;

  /** @param length number of values */
  constructor(grid: Grid | undefined, length: number, zone?: string) {
    this.isDate = grid?.isDate ?? false;
    this.#start = grid?.start ?? 0;
    this.#step = grid?.step ?? 1;
    this.zone = zone;
    this.#formats = new Map();
    const yearOf = (index: number): number => new Date(this.placeOf(index) * 1000).getUTCFullYear();
    this.#hasYears = this.isDate && yearOf(0) !== yearOf(length - 1);
  }

  /** The place of a value: seconds since 1970 between dates. */
  placeOf(index: number): number {
    const at = this.#start + index * this.#step;
    return this.isDate ? at / 1000 : at;
  }

  /** A moment in words, as the place of a value is written. */
  writeTime(milliseconds: number): string {
    return this.write((milliseconds - this.#start) / this.#step);
  }

  /** Whether values are counted, so that no label stands between two of them. */
  get isCount(): boolean {
    return !this.isDate && this.#start === 0 && this.#step === 1;
  }

  /** The index at a place, not rounded. */
  indexOf(place: number): number {
    return ((this.isDate ? place * 1000 : place) - this.#start) / this.#step;
  }

  /** The place of a value in words: with the year where the series has several. */
  write(index: number): string {
    const at = this.#start + index * this.#step;
    if (!this.isDate) return new Intl.NumberFormat().format(at);
    return this.#format('full', {
      ...(this.#hasYears && { year: 'numeric' }),
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      ...(this.#step % MINUTE !== 0 && { second: '2-digit' }),
      ...(this.#step < 1000 && { fractionalSecondDigits: 3 }),
    }).format(at);
  }

  /** The ISO form of a place for files, and the number where there are no dates. */
  writeExact(index: number): string {
    const at = this.#start + index * this.#step;
    return this.isDate ? new Date(at).toISOString() : String(at);
  }

  /** Labels of ticks: short ones, with the date where it changes. @param step between ticks, as places */
  ticks(places: readonly number[], step: number): string[] {
    if (!this.isDate) return places.map((place) => new Intl.NumberFormat().format(Number(place.toPrecision(12))));
    const between = step * 1000;
    let before = '';
    return places.map((place) => {
      const at = place * 1000;
      const date = this.#format('date', { month: 'short', day: 'numeric' }).format(at);
      const year = this.#format('year', { year: 'numeric' }).format(at);
      const clock =
        between >= DAY
          ? ''
          : this.#format(between < MINUTE ? 'seconds' : 'minutes', {
              hour: '2-digit',
              minute: '2-digit',
              ...(between < MINUTE && { second: '2-digit' }),
            }).format(at);
      const below = clock === '' ? year : date;
      const label = clock === '' ? date : clock;
      const isNew = below !== before;
      before = below;
      return isNew ? `${label}\n${below}` : label;
    });
  }

  #format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    let format = this.#formats.get(name);
    if (format === undefined) {
      format = new Intl.DateTimeFormat(undefined, { ...options, ...(this.zone && { timeZone: this.zone }) });
      this.#formats.set(name, format);
    }
    return format;
  }
}

/** Numbers for people, all with as many decimals as let the largest have four digits, so that they stand below each other. */
export function writeAlike(numbers: readonly number[]): string[] {
  const size = Math.max(0, ...numbers.filter(Number.isFinite).map(Math.abs));
  const decimals = Math.min(20, Math.max(0, 3 - Math.floor(Math.log10(size))));
  if (!(size >= 1e-4 && size < 1e9)) return numbers.map((x) => writeNumber(x));
  const format = new Intl.NumberFormat(undefined, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return numbers.map((x) => (Number.isFinite(x) ? format.format(x) : '–'));
}

/** Labels of an axis of numbers: short ones, such as 120M, where these differ. */
export function writeTicks(numbers: readonly number[]): string[] {
  const isTold = (texts: readonly string[]): boolean => new Set(texts).size === numbers.length;
  let full = numbers.map((x) => writeNumber(x));
  if (!isTold(full)) full = numbers.map((x) => writeNumber(x, 12));
  if (!full.some((text) => text.length > MOST_CHARACTERS)) return full;
  const format = new Intl.NumberFormat(undefined, { notation: 'compact', maximumSignificantDigits: 5 });
  const short = numbers.map((x) => format.format(x));
  return isTold(short) ? short : full;
}

/** A number for people: at most so many digits that count, in the locale of the browser. */
export function writeNumber(x: number, digits = 6): string {
  if (!Number.isFinite(x)) return '–';
  const size = Math.abs(x);
  const isPlain = size === 0 || (size >= 1e-4 && size < 1e9);
  return new Intl.NumberFormat(undefined, {
    maximumSignificantDigits: digits,
    ...(!isPlain && { notation: 'scientific' }),
  }).format(x);
}
