// A look at runs of equal values: a sensor that is stuck.
import type { StateReader, StateWriter } from '../../core/state.ts';
import type { Look } from './look.ts';
import { ordinal, RunSurprise } from './run-surprise.ts';

/**
 * Equal values that count as no run. False alarms per series and day on 35 web KPIs (a value a minute, 2589 days) and 30
 * cloud metrics (most hourly, 1005 days), and the share of flat lines of 6 hours (24 where values are hourly) that are found
 * at 10 places per series, at THRESHOLD:
 *
 *     slack   web KPIs                     cloud metrics      first alarm of a series without runs
 *       3     0.036   95 %                 0.002   91 %        7th equal value
 *       5     0.034   95 %                 0.001   91 %       11th
 *       7     0.022   95 %                 0.001   91 %       15th
 *      10     0.017   96 %                 0.001   91 %       21st
 *
 * With slack 10 and the full length of a run in the place of half of it, 0.071 and 0.031. Poisson counts of any mean have at
 * most 0.7 alarms in 20 000 values.
 */
const SLACK = 7;

/**
 * With a slack of 7: 4 finds 100 % and 93 % at 0.039 and 0.001 false alarms, 5 finds 95 % and 91 % at 0.022 and 0.001, 6
 * finds 95 % and 65 % at 0.016 and 0.001. What is not found at 5 are series that often have such runs, or that are younger
 * than 148 values: the surprise of what was never seen in m values is ln(m + 1).
 */
const THRESHOLD = 5;

/**
 * The surprise of a value that equals those before it: see {@link RunSurprise}. A series that never had 8 equal values in a
 * row is stuck at the 15th, once it has 148 values. Where equal values are usual, as counts, zeros at night, or a value that
 * is always the same, a run must be twice as long as the usual ones. Missing values are passed over: they neither end a run
 * nor belong to it. O(1) per value, 0.2 µs.
 */
export class Stuck implements Look {
  readonly name: string = 'stuck';
  readonly threshold: number = THRESHOLD;
  #run: RunSurprise;
  /** The last value that was not missing. */
  #last = NaN;
  /** Whether the last value was missing. */
  #isMissing: boolean;

  constructor() {
    this.#run = new RunSurprise(SLACK);
    this.#isMissing = true;
  }

  get says(): string {
    const { length } = this.#run;
    return this.#isMissing || length < 2 ? '' : `is the ${ordinal(length)} equal value in a row`;
  }

  update(x: number, learn: boolean, _time: number): number {
    this.#isMissing = Number.isNaN(x);
    if (this.#isMissing) return 0;
    const length = this.#lengthWith(x);
    const surprise = this.#run.surprise(length);
    this.#run.update(length, learn);
    this.#last = x;
    return surprise;
  }

  peek(x: number, _time: number): number {
    return Number.isNaN(x) ? 0 : this.#run.surprise(this.#lengthWith(x));
  }

  reset(): void {
    this.#run.reset();
    this.#last = NaN;
    this.#isMissing = true;
  }

  write(state: StateWriter): void {
    this.#run.write(state);
    state.f64(this.#last);
    state.u8(this.#isMissing ? 1 : 0);
  }

  static read(state: StateReader): Stuck {
    const look = new Stuck();
    look.#run = RunSurprise.read(state);
    look.#last = state.f64();
    look.#isMissing = state.u8() === 1;
    return look;
  }

  #lengthWith(x: number): number {
    return x === this.#last ? this.#run.length + 1 : 1;
  }
}
