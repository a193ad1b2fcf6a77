// A look at runs of missing values: a source that has fallen silent.
import type { StateReader, StateWriter } from '../../core/state.ts';
import type { Look } from './look.ts';
import { ordinal, RunSurprise } from './run-surprise.ts';

/**
 * Missing values that count as no gap: one is lost at every restart of a source. A series without gaps is then silent at its
 * 3rd missing value.
 */
const SLACK = 1;

/** That of {@link Stuck}: what was not seen in 148 values. */
const THRESHOLD = 5;

/**
 * The surprise of a value that is missing: see {@link RunSurprise}. A series without gaps has fallen silent at the 3rd missing
 * value in a row, once it has 148 values; so has one that lost single values. Where gaps are usual, as at night or in a
 * series that has a value now and then, a gap must be twice as long as the usual ones. O(1) per value, 0.1 µs.
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
