// The further looks of a monitor, joined with its rule on one scale.
import { checkBoolean } from '../../core/checks.ts';
import type { StateReader, StateWriter } from '../../core/state.ts';
import type { CalendarOptions } from './calendar.ts';
import type { Look } from './look.ts';
import { NoData } from './no-data.ts';
import { PhaseNovelty } from './phase-novelty.ts';
import { Stuck } from './stuck.ts';
import { checkTime } from './zone-clock.ts';

/** Options of `monitor` that make it look at more than its rule does. */
export interface LookOptions {
  /** Whether a run of equal values that is long for this series is an alarm: a stuck sensor. Default false. */
  stuck?: boolean;
  /** Whether a run of missing values that is long for this series is an alarm, from the 5th on. Default false. */
  noData?: boolean;
  /** Values from one period to the next, at least 2: a value is compared with those at its place of the period, too. */
  period?: number;
  /** The clocks that the series follows, in the place of `period`; `update` then needs the time of each value. */
  calendar?: CalendarOptions;
}

export const LOOK_OPTIONS = ['stuck', 'noData', 'period', 'calendar'] as const;

/** How each kind is read. A state keeps the names. */
const READ: Readonly<Record<string, (state: StateReader) => Look>> = {
  stuck: Stuck.read,
  'no data': NoData.read,
  phase: PhaseNovelty.read,
};

/**
 * All looks of a monitor. A look has a threshold of its own; its surprise counts in proportion, so that the look is an alarm where
 * the monitor's threshold is reached: surprise·(threshold of the monitor)/(threshold of the look).
 */
export class Looks {
  readonly #looks: readonly Look[];
  /** The timezone of the calendar, if there is one. */
  readonly timezone: string | undefined;
  /** Whether each value needs its time. */
  readonly needsTime: boolean;
  /** The look with the largest surprise at the last value, and that surprise, in its own measure. */
  #strangest: Look | undefined;
  #surprise = 0;

  /** The looks of these options; one object for all monitors without any, of which there may be very many. */
  static of(options: LookOptions): Looks {
    const looks = new Looks(options);
    return looks.isNone ? (Looks.#none ??= looks) : looks;
  }

  static #none: Looks | undefined;

  /** @throws TypeError for an option of the wrong kind, RangeError for a wrong value */
  constructor(options: LookOptions, looks: readonly Look[] = looksOf(options)) {
    this.#looks = looks;
    this.timezone = options.calendar?.timezone;
    this.needsTime = options.calendar !== undefined;
    this.#strangest = undefined;
  }

  get isNone(): boolean {
    return this.#looks.length === 0;
  }

  /** The view that decided at the last value, if its surprise in the monitor's measure is at least `surprise`. */
  strangest(surprise: number, threshold: number): { name: string; says: string; surprise: number } | undefined {
    const look = this.#strangest;
    if (look === undefined || this.#surprise === 0) return undefined;
    if (this.#surprise * shareOf(look, threshold) < surprise) return undefined;
    return { name: look.name, says: look.says, surprise: this.#surprise };
  }

  /** @throws for a time that is needed and missing; nothing is changed then */
  check(time: number): void {
    if (this.needsTime) checkTime(time, 'give update(x, { time }): a calendar is set');
  }

  /**
   * The largest surprise of a value, in the measure of a monitor that raises an alarm from `threshold` on; learns the value.
   *
   * @param x NaN for a missing value
   */
  update(x: number, learn: boolean, time: number, threshold: number): number {
    this.#strangest = undefined;
    this.#surprise = 0;
    let largest = 0;
    for (const look of this.#looks) {
      const surprise = look.update(x, learn, time);
      const scaled = surprise * shareOf(look, threshold);
      if (scaled <= largest) continue;
      largest = scaled;
      this.#strangest = look;
      this.#surprise = surprise;
    }
    return largest;
  }

  /** What `update` would return; changes nothing. */
  peek(x: number, time: number, threshold: number): number {
    let largest = 0;
    for (const look of this.#looks) largest = Math.max(largest, look.peek(x, time) * shareOf(look, threshold));
    return largest;
  }

  reset(): void {
    for (const look of this.#looks) look.reset();
    this.#strangest = undefined;
    this.#surprise = 0;
  }

  write(state: StateWriter): void {
    state.text(this.timezone ?? '');
    state.u8(Number(this.needsTime));
    state.u8(this.#looks.length);
    for (const look of this.#looks) {
      state.text(look.name);
      look.write(state);
    }
    state.u8(this.#looks.findIndex((look) => look.name === this.#strangest?.name) + 1);
    state.f64(this.#surprise);
  }

  static read(state: StateReader): Looks {
    const timezone = state.text();
    const needsTime = state.u8() === 1;
    const looks: Look[] = [];
    for (let p = state.u8(); p > 0; p--) looks.push(READ[state.text()]!(state));
    const joined = new Looks(needsTime ? { calendar: { timezone } } : {}, looks);
    joined.#strangest = looks[state.u8() - 1];
    joined.#surprise = state.f64();
    return looks.length === 0 ? Looks.of({}) : joined;
  }
}

/** What a unit of a look's surprise is in the measure of a monitor; nothing while a threshold that learns is not known yet. */
function shareOf(look: Look, threshold: number): number {
  return threshold < Infinity ? threshold / look.threshold : 0;
}

function looksOf({ stuck = false, noData = false, period, calendar }: LookOptions): Look[] {
  for (const [name, value] of Object.entries({ stuck, noData })) {
    checkBoolean(value, name);
  }
  const looks: Look[] = [];
  if (stuck) looks.push(new Stuck());
  if (noData) looks.push(new NoData());
  if (period !== undefined || calendar !== undefined) {
    looks.push(
      new PhaseNovelty({ ...(period !== undefined && { period }), ...(calendar !== undefined && { calendar }) }),
    );
  }
  return looks;
}
