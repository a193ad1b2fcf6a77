// How a score compares with what is usual for its detector on its series, and how often it is far from usual.
import type { StateReader, StateWriter } from '../../core/state.ts';

/** Scores that must be known before anything is compared with them. */
const FEWEST = 30;

/** A score is learned as at most this many times the usual. */
const CAP = 10;

/** The largest ratio: nothing more is learned from a larger one. It is also the ratio of any score to a usual score of 0. */
const LARGEST = 50;

/** A score this many times the usual is an event, */
export const EVENT = 2.5;

/** if the last event ended more values ago than this. */
const APART = 10;

/** The values that an event weighs: where one comes in 70 values or more often, they are the rule. */
const PER_EVENT = 70;

/** Values that are added to those seen, and one event: nobody is calm at the start. */
const PRIOR_VALUES = 100;

/**
 * The usual score is the larger of two means: that of about the last `span` scores (weights fall by 1/span), and that of all.
 * So a series that is quiet today is still measured by what it has been, and one that is noisy today by today.
 *
 *     ratio = s / usual          50 where usual is 0 and s is not; at most 50
 *
 * `calm` says how rare it is that the ratio exceeds 2.5, as a weight from 0 to 1:
 *
 *     calm = max(0, 1 − 70·(events + 1)/(scores + 100))
 *
 * 0 where it does more than once in 70 scores, 0.93 where it does once in 1000. O(1) per score; six numbers.
 */
export class Usual {
  readonly span: number;
  #recentMean = 0;
  #mean = 0;
  #count = 0;
  #numEvents = 0;
  /** Scores since the last that was above EVENT. */
  #sinceEvent = Infinity;

  /** @param span scores that the recent mean is about, at least 1 */
  constructor(span: number) {
    this.span = span;
  }

  /** @internal Reads what the next update reads: see src/calibrate/fleet/prefetch.ts. */
  touch(): number {
    return this.#mean;
  }

  /** The ratio of `score` to the usual one; 0 while too few are known. */
  ratio(score: number): number {
    if (this.#count <= FEWEST || score <= 0) return 0;
    const usual = this.#usual();
    return usual > 0 ? Math.min(LARGEST, score / usual) : LARGEST;
  }

  /** The weight in force once a score of this ratio has been learned. */
  calmAfter(ratio: number): number {
    const numEvents = this.#numEvents + (this.#isEvent(ratio) ? 1 : 0);
    return Math.max(0, 1 - (PER_EVENT * (numEvents + 1)) / (this.#count + PRIOR_VALUES));
  }

  /** Learns a score and its ratio. */
  learn(score: number, ratio: number): void {
    if (this.#isEvent(ratio)) {
      this.#numEvents++;
      this.#sinceEvent = 0;
    }
    this.#sinceEvent++;
    const usual = this.#count > FEWEST ? this.#usual() : 0;
    const learned = usual > 0 ? Math.min(score, CAP * usual) : score;
    this.#count++;
    this.#recentMean += Math.max(1 / this.#count, 1 / this.span) * (learned - this.#recentMean);
    this.#mean += (learned - this.#mean) / this.#count;
  }

  clear(): void {
    this.#recentMean = 0;
    this.#mean = 0;
    this.#count = 0;
    this.#numEvents = 0;
    this.#sinceEvent = Infinity;
  }

  write(state: StateWriter): void {
    const numbers = [this.span, this.#recentMean, this.#mean, this.#count, this.#numEvents, this.#sinceEvent];
    for (const number of numbers) state.f64(number);
  }

  static read(state: StateReader): Usual {
    const usual = new Usual(state.f64());
    usual.#recentMean = state.f64();
    usual.#mean = state.f64();
    usual.#count = state.f64();
    usual.#numEvents = state.f64();
    usual.#sinceEvent = state.f64();
    return usual;
  }

  #usual(): number {
    return Math.max(this.#recentMean, this.#mean);
  }

  #isEvent(ratio: number): boolean {
    return ratio > EVENT && this.#sinceEvent > APART;
  }
}
