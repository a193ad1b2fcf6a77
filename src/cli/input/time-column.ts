// A time column as numbers: in what notation its texts are, and what they say.
import { fail, show } from '../errors.ts';
import type { StringColumn } from './columns.ts';
import { type Clock, clockFor, findClock } from './times.ts';

/** A time of day that goes back by this much is of the next day. */
const HALF_DAY = 43_200_000;
const DAY = 2 * HALF_DAY;

/** The notation of a column: the one that was given, or else found; `undefined` for nothing but blanks. Throws for no times. */
export function clockOf(times: StringColumn): Clock | undefined {
  return times.format === undefined ? findClock(times, times.zone) : clockFor(times.format, times.zone);
}

/**
 * Reads times one after the other. What a text alone does not say the one before tells: which of two moments a time is that
 * the clocks of a zone show twice, and the day of a time of day.
 */
export class MomentSequence {
  readonly #clock: Clock;
  #last: number;
  /** Beginning of the day, of times of day. */
  #day: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#last = NaN;
    this.#day = 0;
  }

  /** NaN for a text in another notation. */
  read(text: string): number {
    const { read, later, isOfDay = false } = this.#clock;
    let at = read(text);
    if (isOfDay) {
      if (this.#day + at <= this.#last - HALF_DAY) this.#day += DAY;
      at += this.#day;
    } else if (later !== undefined && at <= this.#last) {
      const second = later(text);
      if (second > this.#last) at = second;
    }
    if (!Number.isNaN(at)) this.#last = at;
    return at;
  }
}

/** The numbers of a column, and the index of the first text that is no time of this clock; −1 if all are. */
export function momentsOf(
  times: StringColumn,
  clock: Clock,
): { readonly numbers: Float64Array; readonly firstOther: number } {
  const n = times.length;
  const numbers = new Float64Array(n);
  const sequence = new MomentSequence(clock);
  // Where the newest row comes first, the rows are read from the end.
  const isBackward =
    n > 1 && clock.read(times.at(0).trim()) > clock.read(times.at(n - 1).trim()) && isFalling(times, clock);
  let firstOther = -1;
  for (let i = 0; i < n; i++) {
    const t = isBackward ? n - 1 - i : i;
    numbers[t] = sequence.read(times.at(t).trim());
    if (!Number.isFinite(numbers[t]) && (firstOther < 0 || t < firstOther)) firstOther = t;
  }
  return { numbers, firstOther };
}

/** Whether most of the first times are below the one before. */
function isFalling(times: StringColumn, clock: Clock): boolean {
  const most = Math.min(times.length, 100);
  let numBelow = 0;
  for (let t = 1; t < most; t++) {
    if (clock.read(times.at(t).trim()) < clock.read(times.at(t - 1).trim())) numBelow++;
  }
  return numBelow > (most - 1) / 2;
}

/** Says that a row has no time of this clock. */
export function refuseTime(times: StringColumn, row: number, clock: Clock): never {
  fail(`row ${row + 1}: the time must be ${clock.expectation.replace(/,.*/, '')}, got ${show(times.at(row))}`);
}

/** A time column as numbers: milliseconds where it holds dates. Every row must have a time. */
export function readTimes(times: StringColumn): { readonly numbers: Float64Array; readonly isDate: boolean } {
  const clock = clockOf(times) ?? BLANKS;
  const { numbers, firstOther } = momentsOf(times, clock);
  if (firstOther >= 0) refuseTime(times, firstOther, clock);
  return { numbers, isDate: clock.isDate };
}

/** What a column of nothing but blanks is measured by. */
const BLANKS: Clock = { read: () => NaN, isDate: false, expectation: 'an index from 0' };
