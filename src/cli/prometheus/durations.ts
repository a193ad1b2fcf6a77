// Durations in the notation of Prometheus, and rates of alarms.
import { show, UsageError } from '../errors.ts';

const SECONDS: Readonly<Record<string, number>> = {
  ...{ ms: 1e-3, s: 1, m: 60, h: 3600 },
  ...{ d: 86_400, w: 604_800, y: 31_536_000 },
};

/** The seconds of `90s`, `5m`, `1h30m`, `7d` or a plain number. */
export function durationOf(text: string, option: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  const parts = [...text.matchAll(/(\d+)(ms|[smhdwy])/g)];
  if (parts.length > 0 && parts.map(([part]) => part).join('') === text) {
    return parts.reduce((sum, [, number, unit]) => sum + Number(number) * SECONDS[unit!]!, 0);
  }
  throw new UsageError(`${option} must be a time such as 30s, 5m, 1h30m or 7d, got ${show(text)}`);
}

const UNITS: Readonly<Record<string, number>> = { hour: 24, day: 1, week: 1 / 7, month: 1 / 30 };

/** The alarms per day of `5/day`, `2/week` or a plain number. */
export function rateOf(text: string, option: string): number {
  const [, number, unit = 'day'] = /^(\d+(?:\.\d+)?)(?:\/(\w+))?$/.exec(text.trim()) ?? [];
  const rate = Number(number) * (UNITS[unit] ?? NaN);
  if (rate > 0) return rate;
  throw new UsageError(`${option} must be a number of alarms such as 5/day or 2/week, got ${show(text)}`);
}

/** Seconds for people, in the notation of {@link durationOf}: `1d12h`. */
export function shortDuration(seconds: number): string {
  let rest = Math.round(seconds);
  const parts: string[] = [];
  for (const unit of ['d', 'h', 'm', 's']) {
    const count = Math.floor(rest / SECONDS[unit]!);
    if (count > 0) parts.push(`${count}${unit}`);
    rest -= count * SECONDS[unit]!;
  }
  return parts.slice(0, 2).join('') || '0s';
}
