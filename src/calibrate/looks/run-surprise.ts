// How surprising it is that something goes on: equal values, missing values.
import type { StateReader, StateWriter } from '../../core/state.ts';
import { Calibrator } from '../calibration/calibrator.ts';

/** A run under way counts as so many times shorter than it is. */
const FACTOR = 2;

/** Places of a run that are learned at its end: 0.14 s for so many, which came in 70 days of a value a minute. */
const MOST_LEARNED = 100_000;

/**
 * The surprise of a run that has reached length L, among the values of the past. A value at place L of its run has the
 * score max(0, L − slack), so the longer a run was, the more values are as far in their runs as this one. Of a run under
 * way half its length counts: it must be twice as long as what is usual before it surprises.
 *
 *     surprise(L) = −ln p(score ≥ L/2 − slack)      by a Calibrator; 0 where L ≤ 2·slack
 *
 * Where no run was ever longer than `slack` among m past values, that is 0 up to L = 2·slack and ln(m + 1) from then on.
 *
 * Values are learned as they come, but for those beyond `slack` of a run. These are learned when the run has ended, so that
 * a run does not become usual by going on. Of a longer run its first 100 000 values are. O(1) per value and O(L) at the
 * end of a run; 0.2 to 2 KB.
 */
export class RunSurprise {
  readonly slack: number;
  /** The length of the run under way; 0 for none. */
  length: number = 0;
  /** How far the run under way is to be learned: up to the first value that was not. */
  #learnable = 0;
  /** The scores of past values. */
  #past: Calibrator;

  /** @param slack the longest run that counts as none, at least 0 */
  constructor(slack: number) {
    this.slack = slack;
    this.#past = new Calibrator({ warmup: 0 });
  }

  /** The surprise of a run of `length` values. */
  surprise(length: number): number {
    const score = length / FACTOR - this.slack;
    return score > 0 ? this.#past.peek(score) : 0;
  }

  /** Goes on by a value whose run has reached `length`: one more than before, or 1 or 0 where the last run has ended. */
  update(length: number, learn: boolean): void {
    if (length <= this.length) this.#endRun();
    if (learn && this.#learnable === length - 1) this.#learnable = length;
    if (learn && length <= this.slack) this.#past.update(0);
    this.length = length;
  }

  reset(): void {
    this.length = 0;
    this.#learnable = 0;
    this.#past.reset();
  }

  write(state: StateWriter): void {
    state.uint(this.slack);
    state.uint(this.length);
    state.uint(this.#learnable);
    state.bytes(this.#past.save());
  }

  static read(state: StateReader): RunSurprise {
    const run = new RunSurprise(state.uint());
    run.length = state.uint();
    run.#learnable = state.uint();
    run.#past = Calibrator.load(state.bytes());
    return run;
  }

  #endRun(): void {
    const end = Math.min(this.#learnable, this.slack + MOST_LEARNED);
    for (let place = this.slack + 1; place <= end; place++) this.#past.update(place - this.slack);
    this.#learnable = 0;
  }
}

/** A number as a rank in a sentence: 1st, 2nd, 3rd, 4th, 11th, 21st. */
export function ordinal(n: number): string {
  const isTeen = n % 100 >= 11 && n % 100 <= 13;
  const ending = isTeen ? undefined : ['th', 'st', 'nd', 'rd'][n % 10];
  return `${n}${ending ?? 'th'}`;
}
