// Where values stand on the axis of a figure, and how places of it are written.
import type { Grid } from '../read/protocol.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

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

  /** Labels of ticks: short ones, with the date where it changes. */
  ticks(places: readonly number[]): string[] {
    if (!this.isDate) return places.map((place) => new Intl.NumberFormat().format(Number(place.toPrecision(12))));
    const between = places.length > 1 ? (places[1]! - places[0]!) * 1000 : DAY;
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

/** A number for people: at most six digits that count, in the locale of the browser. */
export function writeNumber(x: number): string {
  if (!Number.isFinite(x)) return '–';
  const size = Math.abs(x);
  const isPlain = size === 0 || (size >= 1e-4 && size < 1e9);
  return new Intl.NumberFormat(undefined, {
    maximumSignificantDigits: 6,
    ...(!isPlain && { notation: 'scientific' }),
  }).format(x);
}
