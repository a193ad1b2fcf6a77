// The interface between a monitor and its rule: the surprise of each value, and the facts that explain it.
import type { StreamingDetector } from '../../core/streaming-detector.ts';
import type { NextWindow } from '../../stream/next-window.ts';
import type { PastValue } from './novelty.ts';
import type { SurpriseCurve } from './surprise-curve.ts';

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

/**
 * A streaming detector whose scores are surprises. A monitor has one rule.
 *
 * `update` is `judge` and then `settle`: in between, the surprise of the value is known, and nothing that it is founded on
 * has changed yet.
 */
export interface Rule extends StreamingDetector {
  /** Values per window; 1 if the rule compares single values. */
  readonly windowSize: number;
  /** The surprise of `x`, which is NaN if it is missing. `settle` must follow. */
  judge(x: number, learn: boolean): number;
  /** Learns the value that was judged, if it was to be learned. */
  settle(): void;
  /** Reads what the next `judge` and `settle` read: see ../fleet/prefetch.ts. Returns a number that depends on all of it. */
  touch(): number;
  /**
   * The surprises of all values that may come next; between `judge` and `settle`, of all that could have come instead.
   *
   * @param window the windowSize − 1 values that came before
   * @returns `undefined` where a detector of the user is not understood
   */
  surpriseCurve(window: Float64Array): SurpriseCurve | undefined;
  /**
   * The windows that the last value, which is settled, was compared with; `undefined` where there are none.
   *
   * @param window the windowSize − 1 values before it
   */
  comparedWindows(window: Float64Array): NextWindow | undefined;
  /** The raw score behind the last surprise. NaN before the first value and for a missing one. */
  readonly score: number;
  /** The past values that explain a surprise. `undefined` where the rule uses a detector of the user. */
  readonly pastValues: PastValues | undefined;
  /** Number of scores that a surprise is founded on: it cannot say more than "not seen in so many values". */
  readonly numScores: number;
  /** The view with the largest surprise. `undefined` where the values are the only view, or no view was scored. */
  readonly strangest: ViewResult | undefined;
}
