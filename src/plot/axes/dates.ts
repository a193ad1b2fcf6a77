// Dates in a time zone: where an axis of dates has its ticks, what they say, and how one moment is written.
import { describe } from '../../core/checks.ts';
import type { Tick } from './ticks.ts';

/** The dates of one time zone. */
export interface ZoneDates {
  /** At most `most` (at least 2) ticks between two moments, in milliseconds since 1970. */
  ticks(lo: number, hi: number, most: number): Tick[];
  /** A moment with its date, such as `2026-03-29 14:05:00`; with milliseconds where it has some. */
  write(at: number): string;
}

/** Throws if there is no such time zone. */
export function checkTimezone(timezone: unknown, argument: string): asserts timezone is string {
  const expectation = `${argument} must be a time zone such as Europe/Berlin, UTC or +09:00, got `;
  if (typeof timezone !== 'string') throw new TypeError(expectation + describe(timezone));
  try {
    datesIn(timezone).write(0);
  } catch {
    throw new RangeError(expectation + describe(timezone));
  }
}

/**
 * The dates of a time zone: a name such as `Europe/Berlin`, `UTC`, or an offset such as `+09:00`. Where clocks are changed,
 * ticks follow the clocks: what does not exist on that day has none, and an hour that comes twice has its ticks twice.
 *
 * The function uses nothing outside itself, because its own text is a part of pages, too.
 *
 * @throws RangeError for a zone that `Intl` does not know, when it is first needed
 */
export function datesIn(timezone: string): ZoneDates {
  const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000] as const;
  const NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  /** Steps of less than a day, in milliseconds. */
  const CLOCK_STEPS = [
    ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
    ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
    ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
    ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ];
  /** Steps of days: whether a tick stands at a day of the month, which is this many days after the first of 1970. */
  const DAY_STEPS: readonly [numDays: number, isTick: (dayOfMonth: number, day: number) => boolean][] = [
    [1, () => true],
    [2, (dayOfMonth) => dayOfMonth % 2 === 1 && dayOfMonth < 31],
    [5, (dayOfMonth) => dayOfMonth % 5 === 1 && dayOfMonth < 31],
    [7, (_, day) => (day - 4) % 7 === 0], // Mondays: the fifth day of 1970 was one
    [14, (_, day) => (day - 4) % 14 === 0],
  ];
  const MONTH_STEPS = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12_000];
  /** Clocks are never changed twice within this time. */
  const QUIET = 3 * HOUR;

  const fixed = /^(?:UTC|GMT|([+-])(\d\d):?(\d\d))$/.exec(timezone);
  const fixedOffset =
    (fixed?.[1] === '-' ? -1 : 1) * (Number(fixed?.[2] ?? 0) * HOUR + Number(fixed?.[3] ?? 0) * MINUTE);
  let format: Intl.DateTimeFormat | undefined;

  /** What the clocks of the zone are ahead of UTC. */
  function offsetAt(at: number): number {
    if (fixed !== null) return fixedOffset;
    format ??= new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' });
    const parts = format.formatToParts(at);
    const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours, minutes, seconds] = /([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(name) ?? [];
    const size = Number(hours ?? 0) * HOUR + Number(minutes ?? 0) * MINUTE + Number(seconds ?? 0) * SECOND;
    return sign === '-' ? -size : size;
  }

  /** A moment as if its clock showed UTC. */
  function local(at: number): Date {
    return new Date(at + offsetAt(at));
  }

  /** The moment at which clocks show this; the first one after it where they never do. */
  function momentOf(wall: number): number {
    const first = wall - offsetAt(wall);
    const second = wall - offsetAt(first);
    return second + offsetAt(second) === wall ? second : Math.max(first, second);
  }

  /** The parts of [lo, hi] in which clocks are not changed. */
  function quietParts(lo: number, hi: number): { from: number; to: number; offset: number }[] {
    const parts = [{ from: lo, to: hi, offset: offsetAt(lo) }];
    for (let at = lo; at < hi; ) {
      const next = Math.min(hi, at + QUIET);
      const last = parts[parts.length - 1]!;
      if (offsetAt(next) !== last.offset) {
        let [before, after] = [at, next];
        while (after - before > 1) {
          const middle = Math.floor((before + after) / 2);
          if (offsetAt(middle) === last.offset) before = middle;
          else after = middle;
        }
        last.to = after - 1;
        parts.push({ from: after, to: hi, offset: offsetAt(after) });
      }
      at = next;
    }
    return parts;
  }

  function clockTicks(lo: number, hi: number, step: number): number[] {
    return quietParts(lo, hi).flatMap(({ from, to, offset }) => {
      const ats: number[] = [];
      for (let at = Math.ceil((from + offset) / step) * step - offset; at <= to; at += step) ats.push(at);
      return ats;
    });
  }

  function dayTicks(lo: number, hi: number, isTick: (dayOfMonth: number, day: number) => boolean): number[] {
    const ats: number[] = [];
    const last = Math.floor((hi + offsetAt(hi)) / DAY);
    for (let day = Math.floor((lo + offsetAt(lo)) / DAY); day <= last; day++) {
      if (!isTick(new Date(day * DAY).getUTCDate(), day)) continue;
      const at = momentOf(day * DAY);
      if (at >= lo && at <= hi) ats.push(at);
    }
    return ats;
  }

  function monthTicks(lo: number, hi: number, step: number, most: number): number[] {
    const ats: number[] = [];
    const first = 12 * local(lo).getUTCFullYear() + local(lo).getUTCMonth();
    for (let month = step * Math.ceil(first / step); ats.length <= most; month += step) {
      const at = momentOf(Date.UTC(2000, month - 24_000)); // years below 100 mean 19xx to Date.UTC
      if (!(at <= hi)) break;
      if (at >= lo) ats.push(at);
    }
    return ats;
  }

  const dayText = (at: number): string => `${NAMES[local(at).getUTCMonth()]} ${local(at).getUTCDate()}`;
  const yearText = (at: number): string => String(local(at).getUTCFullYear()).replace('-', '−');

  /** The clock, as far as a step changes it. */
  function clockText(at: number, step: number): string {
    const end = step >= MINUTE ? 16 : step >= SECOND ? 19 : 23;
    return local(at)
      .toISOString()
      .replace(/^[+-]\d\d/, '')
      .slice(11, end);
  }

  /** Ticks; the second line is written where it changes, with the year where that changes. */
  function ticksAt(ats: number[], textOf: (at: number) => string, isClock: boolean): Tick[] {
    return ats.map((at, i) => {
      const before = i === 0 ? undefined : ats[i - 1]!;
      const isNewYear = before === undefined || yearText(before) !== yearText(at);
      const isNewDay = isClock && (isNewYear || dayText(before!) !== dayText(at));
      const below = [...(isNewDay ? [dayText(at)] : []), ...(isNewYear ? [yearText(at)] : [])].join(', ');
      return below === '' ? { at, text: textOf(at) } : { at, text: textOf(at), below };
    });
  }

  return {
    ticks(lo, hi, most) {
      const isCoarse = (step: number): boolean => (hi - lo) / step < most + 1;
      for (const step of CLOCK_STEPS.filter(isCoarse)) {
        const ats = clockTicks(lo, hi, step);
        if (ats.length <= most) return ticksAt(ats, (at) => clockText(at, step), true);
      }
      for (const [, isTick] of DAY_STEPS.filter(([days]) => isCoarse(days * DAY))) {
        const ats = dayTicks(lo, hi, isTick);
        if (ats.length <= most) return ticksAt(ats, dayText, false);
      }
      for (const step of MONTH_STEPS) {
        const ats = monthTicks(lo, hi, step, most);
        if (ats.length > most) continue;
        if (step < 12) return ticksAt(ats, (at) => NAMES[local(at).getUTCMonth()]!, false);
        return ats.map((at) => ({ at, text: yearText(at) }));
      }
      return [];
    },
    write(at) {
      const text = local(at).toISOString().replace('T', ' ').replace('Z', '');
      return text.endsWith('.000') ? text.slice(0, -4) : text;
    },
  };
}
