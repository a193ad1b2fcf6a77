// A look at runs of missing values: a source that has fallen silent.
import type { StateReader, StateWriter } from '../../core/state.ts';
import type { Look } from './look.ts';
import { ordinal, RunSurprise } from './run-surprise.ts';

/**
 * Missing values that count as no gap: one or two are lost where a source restarts. Then a series without gaps is silent from
 * its 5th missing value on: with a value a minute, after the five minutes by which Prometheus calls a series stale. Alarms
 * on the gaps of 29 NAB series (1293 days, 1915 gaps), and per 20 000 values that are missing at random:
 *
 *     slack   NAB    of 5 %    of 20 %   first alarm of a series without gaps
 *       1     13       2.6       2.2        3rd missing value
 *       2     12       0.07      2.1        5th
 */
const SLACK = 2;

/** That of `Stuck`: what was not seen in 148 values. */
const THRESHOLD = 5;

/**
 * The surprise of a value that is missing: see {@link RunSurprise}. A series without gaps has fallen silent at the 5th missing
 * value in a row, once it has 148 values; so has one that lost one or two at a time. Where gaps are usual, as at night or in a
 * series that has a value now and then, a gap must be twice as long as the usual ones. O(1) per value, 0.2 µs.
 */
export class NoData implements Look {
  readonly name: string = 'no data';
  readonly threshold: number = THRESHOLD;
  #run: RunSurprise;

  constructor() {
    this.#run = new RunSurprise(SLACK);
  }

  get says(): string {
    const { length } = this.#run;
    if (length === 0) return '';
    return length === 1 ? 'is missing' : `is the ${ordinal(length)} missing value in a row`;
  }

  update(x: number, learn: boolean, _time: number): number {
    const length = this.#lengthWith(x);
    const surprise = this.#run.surprise(length);
    this.#run.update(length, learn);
    return surprise;
  }

  peek(x: number, _time: number): number {
    return this.#run.surprise(this.#lengthWith(x));
  }

  reset(): void {
    this.#run.reset();
  }

  write(state: StateWriter): void {
    this.#run.write(state);
  }

  static read(state: StateReader): NoData {
    const look = new NoData();
    look.#run = RunSurprise.read(state);
    return look;
  }

  #lengthWith(x: number): number {
    return Number.isNaN(x) ? this.#run.length + 1 : 0;
  }
}
