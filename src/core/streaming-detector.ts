// The interface of the streaming detectors, and the code that all of them share.
import { checkBoolean, checkOptions, describe } from './checks.ts';
import type { Value } from './series.ts';

/**
 * A detector that gets one value at a time and keeps what it has learned. `save` and the `load` of its class restore
 * its state after a restart, to the bit.
 */
export interface StreamingDetector {
  /**
   * Scores `x`, then learns it: higher = stranger, NaN for a missing value or a window that touches one.
   *
   * @param options.learn `false`: the value enters the current window but not the history, so that an outage is not
   * learned; default `true`
   * @throws TypeError when `x` is neither a number nor missing
   */
  update(x: Value, options?: { learn?: boolean }): number;
  /** The score that `update(x)` would return; changes nothing. */
  peek(x: Value): number;
  /** `update` over a series: its scores. */
  learn(series: Iterable<Value>): number[];
  /** Forgets everything: as newly constructed. */
  reset(): void;
  /** The whole state as bytes, with a version and a checksum. */
  save(): Uint8Array;
}

/** Calls `detector.update` for each value of a series; returns the scores. */
export function learnAll(detector: Pick<StreamingDetector, 'update'>, series: Iterable<Value>): number[] {
  if (typeof series?.[Symbol.iterator] !== 'function') {
    throw new TypeError(`series must be iterable, got ${describe(series)}`);
  }
  const scores: number[] = [];
  for (const x of series) scores.push(detector.update(x));
  return scores;
}

/** The option `learn` of `update`, true by default. @throws TypeError for anything but true or false */
export function learnOf(options: { learn?: boolean } | undefined): boolean {
  if (options === undefined) return true;
  checkOptions(options, ['learn']);
  const { learn = true } = options;
  checkBoolean(learn, 'learn');
  return learn;
}
