// The interface between a monitor and its rule: the surprise of each value, and the facts that explain it.
import type { StreamingDetector } from '../../core/streaming-detector.ts';
import type { PastValue } from './novelty.ts';

/** The options of `monitor` that a rule depends on. */
export interface RuleOptions {
  readonly warmup: number;
  /** Largest number of values that novelty keeps. */
  readonly maxValues: number;
  /** Number of values in a day. */
  readonly day: number;
}

/** One view of a series, such as its values or the maximum of the last 10 values, and how it stood at the last value. */
export interface ViewResult {
  /** The name of the view, as it stands in a sentence. */
  readonly name: string;
  /** The number that the view showed. */
  readonly seen: number;
  /** The surprise of that number: −ln p. */
  readonly surprise: number;
  /** What a sentence says of the value, where it is not how far the value is from the nearest past one. */
  readonly says?: string;
}

/** Past values that can be searched for the nearest ones. */
export interface PastValues {
  /** The `k` values nearest to `x` that came before the time `before`, nearest first. */
  nearest(x: number, k: number, options: { before: number }): PastValue[];
}

/** A streaming detector whose scores are surprises. A monitor has one rule. */
export interface Rule extends StreamingDetector {
  /** The raw score behind the last surprise. NaN before the first value and for a missing one. */
  readonly score: number;
  /** The past values that explain a surprise. `undefined` where the rule uses a detector of the user. */
  readonly pastValues: PastValues | undefined;
  /** Number of scores that a surprise is founded on: it cannot say more than "not seen in so many values". */
  readonly numScores: number;
  /** The view with the largest surprise. `undefined` where the values are the only view, or no view was scored. */
  readonly strangest: ViewResult | undefined;
}
