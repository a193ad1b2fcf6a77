// A time column as numbers: in what notation its texts are, and what they say.
import { fail, show } from '../errors.ts';
import type { StringColumn } from './columns.ts';
import { type Clock, clockFor, findClock } from './times.ts';

/** The notation of a column: the one that was given, or else found; `undefined` for nothing but blanks. Throws for no times. */
export function clockOf(times: StringColumn): Clock | undefined {
  return times.format === undefined ? findClock(times) : clockFor(times.format);
}

/** The numbers of a column, and the index of the first text that is no time of this clock; −1 if all are. */
export function momentsOf(
  times: StringColumn,
  clock: Clock,
): { readonly numbers: Float64Array; readonly firstOther: number } {
  const numbers = new Float64Array(times.length);
  let firstOther = -1;
  for (let t = 0; t < numbers.length; t++) {
    numbers[t] = clock.read(times.at(t).trim());
    if (firstOther < 0 && !Number.isFinite(numbers[t])) firstOther = t;
  }
  return { numbers, firstOther };
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
