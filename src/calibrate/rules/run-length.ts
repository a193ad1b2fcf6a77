// How surprising a run of equal values is: a sensor that is stuck.
import type { StateReader, StateWriter } from '../../core/state.ts';

/** Equal values that surprise nobody. */
const SLACK = 10;

/**
 * A run of L equal values, where no run before was longer than M, has the surprise
 *
 *     max(0, L − 2·M − 10)·(−ln q)      q = (e + 1)/(m + 2)
 *
 * with e of m values equal to the one before them: each value beyond 10 more than twice the longest run (at first M = 1)
 * costs the probability that a value repeats. A milder rule, beyond M alone, costs 12 points on NAB: runs grow slowly in
 * many series. Missing values end a run. O(1).
 */
export class RunLength {
  #last = NaN;
  /** Length of the run under way, and of the longest one before it. */
  length: number = 0;
  #longest = 1;
  #numPairs = 0;
  #numEqual = 0;

  /** The length of the run that `x` continues or begins. */
  lengthWith(x: number): number {
    return x === this.#last ? this.length + 1 : 1;
  }

  /** The surprise of a run of `length` values. */
  surprise(length: number): number {
    const beyond = length - 2 * this.#longest - SLACK;
    return beyond <= 0 ? 0 : beyond * -Math.log((this.#numEqual + 1) / (this.#numPairs + 2));
  }

  /** The value that a run under way consists of; NaN if there is none. */
  get value(): number {
    return this.#last;
  }

  /** Takes the next value; NaN for a missing one. */
  update(x: number, { learn = true }: { learn?: boolean } = {}): void {
    const length = this.lengthWith(x);
    if (learn && length === 1) this.#longest = Math.max(this.#longest, this.length);
    if (learn && !Number.isNaN(x) && !Number.isNaN(this.#last)) {
      this.#numPairs++;
      if (length > 1) this.#numEqual++;
    }
    this.#last = x;
    this.length = Number.isNaN(x) ? 0 : length;
  }

  clear(): void {
    this.#last = NaN;
    this.length = 0;
    this.#longest = 1;
    this.#numPairs = 0;
    this.#numEqual = 0;
  }

  write(state: StateWriter): void {
    for (const number of [this.#last, this.length, this.#longest, this.#numPairs, this.#numEqual]) state.f64(number);
  }

  static read(state: StateReader): RunLength {
    const run = new RunLength();
    run.#last = state.f64();
    run.length = state.f64();
    run.#longest = state.f64();
    run.#numPairs = state.f64();
    run.#numEqual = state.f64();
    return run;
  }
}
