// The phase of a value by the clocks of a time zone: the time of day, or of the week.
import { checkChoice, checkNumber, checkOptions, describe } from '../../core/checks.ts';
import type { StateReader, StateWriter } from '../../core/state.ts';
import type { Phase } from './phase.ts';
import { checkTime, clockOf, type ZoneClock } from './zone-clock.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

/** Each period in milliseconds, and how long it had begun at 1970-01-01, a Thursday: weeks begin on Monday. */
const PERIODS = {
  day: { length: DAY, begun: 0, words: ['days', 'of day'] },
  week: { length: 7 * DAY, begun: 3 * DAY, words: ['weeks', 'of the week'] },
} as const;

/** The smallest and the largest tolerance, in minutes. */
const LEAST_TOLERANCE = 5;
const MOST_TOLERANCE = 360;

/** By what clocks a series goes up and down. */
export interface CalendarOptions {
  /** The IANA name of the time zone that the series follows, such as `'Europe/Berlin'`; `'UTC'` for none. */
  timezone: string;
  /** `'day'` (default): every day is like the others. `'week'`: every Monday is like the Mondays before. */
  period?: 'day' | 'week';
  /** Minutes by which what comes at a time may come sooner or later, from 5 to 360; default 10. */
  tolerance?: number;
}

/**
 * The local time of day, or of the week, of a value's moment. A day of 23 or 25 hours, where clocks change, lacks an hour or
 * has one twice; every other hour has its usual place. Bins are `tolerance` minutes wide or up to twice that (so many fit into
 * the period evenly), and the two beside a value's own are the same phase.
 */
export class CalendarPhase implements Phase {
  readonly timezone: string;
  readonly period: 'day' | 'week';
  /** Minutes. */
  readonly tolerance: number;
  readonly numBins: number;
  readonly reach: 0 | 1 = 1;
  readonly #clock: ZoneClock;

  /** @param calendar as `checkCalendar` returns it */
  constructor({ timezone, period, tolerance }: Required<CalendarOptions>) {
    this.timezone = timezone;
    this.period = period;
    this.tolerance = tolerance;
    this.numBins = Math.floor(PERIODS[period].length / (tolerance * MINUTE));
    this.#clock = clockOf(timezone);
  }

  get length(): number {
    return PERIODS[this.period].length;
  }

  get options(): Required<CalendarOptions> {
    return { timezone: this.timezone, period: this.period, tolerance: this.tolerance };
  }

  get words(): string {
    const [periods, ofPeriod] = PERIODS[this.period].words;
    return `value of earlier ${periods} within ${this.tolerance} minutes of this time ${ofPeriod}`;
  }

  bin(_index: number, time: number): number {
    checkTime(time, 'a calendar needs the time of every value');
    const { length, begun } = PERIODS[this.period];
    const local = time + this.#clock.offset(time) + begun;
    const position = local - Math.floor(local / length) * length;
    return Math.min(this.numBins - 1, Math.floor((position * this.numBins) / length));
  }

  now(_index: number, time: number): number {
    return time;
  }

  write(state: StateWriter): void {
    state.text(this.timezone);
    state.u8(this.period === 'day' ? 0 : 1);
    state.f64(this.tolerance);
  }

  static read(state: StateReader): CalendarPhase {
    const timezone = state.text();
    return new CalendarPhase({ timezone, period: state.u8() === 0 ? 'day' : 'week', tolerance: state.f64() });
  }
}

/**
 * The calendar with its defaults.
 *
 * @throws TypeError for an argument of the wrong kind; RangeError for a wrong value, such as an unknown time zone
 */
export function checkCalendar(calendar: unknown): Required<CalendarOptions> {
  if (typeof calendar !== 'object' || calendar === null || Array.isArray(calendar)) {
    throw new TypeError(`calendar must be an object such as { timezone: 'UTC' }, got ${describe(calendar)}`);
  }
  checkOptions(calendar, ['timezone', 'period', 'tolerance']);
  const { timezone, period = 'day', tolerance = 10 } = calendar as CalendarOptions;
  clockOf(timezone);
  checkChoice(period, 'calendar.period', Object.keys(PERIODS));
  const what = `a number of minutes from ${LEAST_TOLERANCE} to ${MOST_TOLERANCE}`;
  const isTolerance = (value: number): boolean => value >= LEAST_TOLERANCE && value <= MOST_TOLERANCE;
  checkNumber(tolerance, 'calendar.tolerance', what, isTolerance);
  return { timezone, period, tolerance };
}
