// Times in two columns, a date and a time of day, as `--time date,clock` names them.
import { parseDate } from '../times.ts';
import { readClockTime } from './clock-time.ts';

/** The names in the value of `--time`: one that is the name of a column, or else those between commas. */
export function timeNames(time: string | undefined, known: readonly string[]): string[] {
  if (time === undefined) return [];
  return known.includes(time) || !time.includes(',') ? [time] : time.split(',').map((name) => name.trim());
}

/** Whether a text is a date without a time of day. */
export function isDay(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed.includes(':') || !/\D/.test(trimmed)) return false;
  return !Number.isNaN(parseDate(trimmed, 'dmy')) || !Number.isNaN(parseDate(trimmed, 'mdy'));
}

/** Whether a text is a time of day without a date. */
export function isClockTime(text: string): boolean {
  return !Number.isNaN(readClockTime(text.trim()));
}

/**
 * The columns whose texts make the times together with the one that was asked for; that one alone where nothing else is certain.
 * A time of day takes the only column of dates. A date that repeats takes the only column of times of day.
 *
 * @param column of the first rows, by its index
 */
export function partners(
  index: number,
  width: number,
  column: (c: number) => readonly string[],
  isStream: boolean,
): number[] {
  const texts = column(index);
  if (texts.length === 0) return [index];
  const others = (is: (text: string) => boolean): number[] =>
    Array.from({ length: width }, (_, c) => c).filter((c) => c !== index && column(c).every(is));
  if (texts.every(isClockTime)) {
    const days = others(isDay);
    return days.length === 1 ? [days[0]!, index] : [index];
  }
  // Of the first row of a stream nobody knows whether its date will repeat.
  if (isStream || !texts.every(isDay) || new Set(texts).size > texts.length / 2) return [index];
  const clocks = others(isClockTime);
  return clocks.length === 1 ? [index, clocks[0]!] : [index];
}
