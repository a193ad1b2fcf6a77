// The texts of a time column as moments, one by one as they come.
import { parseDate } from './times.ts';

/** What numbers in a time column count since 1970; `none`: they are only shown. */
export type TimeUnit = 'none' | 's' | 'ms';

/** Milliseconds since 1970 of a date, or of a number in this unit; NaN for any other text. */
export function momentOf(text: string, unit: TimeUnit): number {
  const trimmed = text.trim();
  const date = parseDate(trimmed);
  if (!Number.isNaN(date) || unit === 'none') return date;
  const number = Number(trimmed || NaN) * (unit === 's' ? 1000 : 1);
  return Number.isFinite(number) ? number : NaN;
}
