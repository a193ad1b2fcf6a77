// What a monitor takes in: values, or the counter that they come from, and their times.
import { checkBoolean, checkOptions, describe } from '../../core/checks.ts';
import type { StateReader, StateWriter } from '../../core/state.ts';
import type { Incident } from '../incidents/incident-tracker.ts';
import { CounterRate } from '../looks/counter-rate.ts';
import { TimeLine } from '../looks/time-line.ts';
import type { DatedIncident } from './result.ts';

/** The time of a value: milliseconds since 1970, or a date. */
export type Moment = number | Date;

/** Options of `update` and `peek` of a monitor. */
export interface MonitorUpdateOptions {
  /** `false`: the value is judged but not learned; default `true`. */
  learn?: boolean;
  /** When the value came: milliseconds since 1970, or a date; never before the last one. A `calendar` needs it. */
  time?: Moment;
}

/** Turns what comes into values, and knows when they came. */
export class Intake {
  /** `undefined`: the values are what comes. */
  #rate: CounterRate | undefined;
  /** `undefined` until a time comes; and the index of the value that had the first one. */
  #times: TimeLine | undefined;
  #firstTimed = 0;

  constructor(rate: boolean) {
    this.#rate = rate ? new CounterRate() : undefined;
    this.#times = undefined;
  }

  /**
   * The value of the next `x`.
   *
   * @param time milliseconds since 1970; NaN where it is not known
   * @throws RangeError for a counter below 0, and for a time that goes back
   */
  peek(x: number, time: number): number {
    this.#times?.check(time);
    return this.#rate === undefined ? x : this.#rate.peek(x);
  }

  /**
   * Takes the next `x`, whose value `peek` has told.
   *
   * @param index its index
   */
  take(x: number, time: number, index: number): void {
    if (this.#times === undefined && !Number.isNaN(time)) {
      this.#times = new TimeLine();
      this.#firstTimed = index;
    }
    this.#times?.update(time);
    this.#rate?.update(x);
  }

  /** @internal Reads what the next update reads: see src/calibrate/fleet/prefetch.ts. */
  touch(): number {
    return this.#times === undefined ? 0 : this.#times.touch();
  }

  /** When the value at `index` came, in milliseconds since 1970; NaN where it is not known. */
  dateOf(index: number): number {
    return this.#times === undefined ? NaN : this.#times.timeOf(index - this.#firstTimed);
  }

  /** When an incident began, was worst and ended. */
  datesOf({ begin, peak, end }: Incident): Required<DatedIncident>['dates'] {
    return {
      begin: this.dateOf(begin),
      peak: this.dateOf(peak),
      end: end === undefined ? undefined : this.dateOf(end),
    };
  }

  get hasTimes(): boolean {
    return this.#times !== undefined;
  }

  reset(): void {
    this.#rate?.reset();
    this.#times = undefined;
    this.#firstTimed = 0;
  }

  write(state: StateWriter): void {
    state.u8(Number(this.#rate !== undefined) + 2 * Number(this.#times !== undefined));
    this.#rate?.write(state);
    if (this.#times === undefined) return;
    state.uint(this.#firstTimed);
    this.#times.write(state);
  }

  static read(state: StateReader): Intake {
    const intake = new Intake(false);
    const parts = state.u8();
    if (parts & 1) intake.#rate = CounterRate.read(state);
    if (parts & 2) {
      intake.#firstTimed = state.uint();
      intake.#times = TimeLine.read(state);
    }
    return intake;
  }
}

/** The options of `update` and `peek`, checked. A tick makes them once for all of its monitors. */
export class CheckedOptions implements MonitorUpdateOptions {
  readonly learn: boolean;
  /** NaN where none is given. */
  readonly time: number;

  constructor(learn: boolean, time: number) {
    this.learn = learn;
    this.time = time;
  }
}

/** The options of `update` and `peek`, checked. */
export function updateOptionsOf(options: MonitorUpdateOptions | undefined): CheckedOptions {
  if (options === undefined) return PLAIN;
  if (options instanceof CheckedOptions) return options;
  checkOptions(options, ['learn', 'time']);
  const { learn = true, time } = options;
  checkBoolean(learn, 'learn');
  return new CheckedOptions(learn, momentOf(time));
}

const PLAIN = new CheckedOptions(true, NaN);

/** A time as milliseconds since 1970; NaN where none is given. @throws TypeError or RangeError for anything else */
function momentOf(time: unknown): number {
  if (time === undefined) return NaN;
  const expectation = 'time must be a number of milliseconds since 1970, or a Date';
  const ms = time instanceof Date ? time.getTime() : time;
  if (typeof ms !== 'number') throw new TypeError(`${expectation}, got ${describe(time)}`);
  if (!Number.isFinite(ms))
    throw new RangeError(`${expectation}, got ${time instanceof Date ? 'an invalid date' : ms}`);
  return ms;
}
