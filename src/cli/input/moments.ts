// The texts of a time column as moments, one by one as they come.
import { clockFor, parseDate } from './times.ts';

/** What numbers in a time column count since 1970; `none`: they are only shown. */
export type TimeUnit = 'none' | 's' | 'ms';

/**
 * A reader of times: milliseconds since 1970 of a date, in the notation of `--time-format` if one is given, or of a number in
 * this unit; NaN for any other text.
 */
export function momentReader(unit: TimeUnit, format: string | undefined): (text: string) => number {
  const given = format === undefined ? undefined : clockFor(format);
  const dateOf = given?.isDate ? given.read : (text: string): number => parseDate(text);
  return (text) => {
    const trimmed = text.trim();
    const date = dateOf(trimmed);
    if (!Number.isNaN(date) || unit === 'none') return date;
    const number = Number(trimmed || NaN) * (unit === 's' ? 1000 : 1);
    return Number.isFinite(number) ? number : NaN;
  };
}
