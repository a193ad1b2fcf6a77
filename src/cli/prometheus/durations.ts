// Durations in the notation of Prometheus, and rates of alarms.
import { show, UsageError } from '../errors.ts';
import { durationOf as spanOf, UNITS } from '../input/time/duration.ts';

/** Milliseconds. A year of Prometheus has 365 days. */
const ALL_UNITS: Readonly<Record<string, number>> = { ...UNITS, y: 365 * UNITS.d! };

/** The seconds of `90s`, `5m`, `1h30m`, `7d`, of what other commands take for a time, such as `1.5h`, or of a plain number. */
export function durationOf(text: string, option: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  const span = spanOf(text);
  if (span?.unit !== undefined) return (span.number * span.unit) / 1000;
  const parts = [...text.matchAll(/(\d+)(ms|[smhdwy])/g)];
  if (parts.length > 0 && parts.map(([part]) => part).join('') === text) {
    return parts.reduce((sum, [, number, unit]) => sum + Number(number) * ALL_UNITS[unit!]!, 0) / 1000;
  }
  throw new UsageError(`${option} must be a time such as 30s, 5m, 1h30m or 7d, got ${show(text)}`);
}

/** Of a rate, in days. */
const PER: Readonly<Record<string, number>> = { hour: 24, day: 1, week: 1 / 7, month: 1 / 30 };

/** The alarms per day of `5/day`, `2/week` or a plain number. */
export function rateOf(text: string, option: string): number {
  const [, number, unit = 'day'] = /^(\d+(?:\.\d+)?)(?:\/(\w+))?$/.exec(text.trim()) ?? [];
  const rate = Number(number) * (PER[unit] ?? NaN);
  if (rate > 0) return rate;
  throw new UsageError(`${option} must be a number of alarms such as 5/day or 2/week, got ${show(text)}`);
}

/** Seconds for people, in the notation of {@link durationOf}: `1d12h`. */
export function shortDuration(seconds: number): string {
  let rest = Math.round(seconds);
  const parts: string[] = [];
  for (const unit of ['d', 'h', 'm', 's']) {
    const count = Math.floor(rest / (UNITS[unit]! / 1000));
    if (count > 0) parts.push(`${count}${unit}`);
    rest -= (count * UNITS[unit]!) / 1000;
  }
  return parts.slice(0, 2).join('') || '0s';
}
