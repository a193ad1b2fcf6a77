// The texts of a time column as moments, one by one as they come.
import type { TimeNotation } from './columns.ts';
import { MomentSequence } from './time-column.ts';
import { clockFor } from './times.ts';

/** What numbers in a time column count since 1970; `none`: they are only shown. */
export type TimeUnit = 'none' | 's' | 'ms';

/**
 * A reader of times, which takes them in their order: milliseconds since 1970 of a date, in the notation of `--time-format` if
 * one is given, or of a number in this unit; NaN for any other text.
 */
export function momentReader(unit: TimeUnit, { timeFormat, zone }: TimeNotation): (text: string) => number {
  const given = timeFormat === undefined ? undefined : clockFor(timeFormat, zone);
  const dates = new MomentSequence(given?.isDate ? given : clockFor('iso', zone)!);
  return (text) => {
    const trimmed = text.trim();
    const date = dates.read(trimmed);
    if (!Number.isNaN(date) || unit === 'none') return date;
    const number = Number(trimmed || NaN) * (unit === 's' ? 1000 : 1);
    return Number.isFinite(number) ? number : NaN;
  };
}
