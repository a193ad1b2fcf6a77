// The interface of every detector that meets one value at a time, and what all of them share.
import { checkOptions, describe } from './checks.ts';
import type { Value } from './series.ts';

/**
 * A detector that meets one value at a time. It keeps what it has learned; `save` and the `load` of its class carry that
 * over a restart, to the bit.
 */
export interface StreamingDetector {
  /**
   * Scores `x`, then learns it: higher = stranger, NaN for a missing value or a window that touches one.
   *
   * @param options.learn `false`: the value enters the current window but not the memory, so that an outage is not
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
  /** All of the state as bytes, versioned and with a checksum. */
  save(): Uint8Array;
}

/** `detector.update` over a series: its scores. */
export function learnAll(detector: Pick<StreamingDetector, 'update'>, series: Iterable<Value>): number[] {
  if (typeof series?.[Symbol.iterator] !== 'function') {
    throw new TypeError(`series must be iterable, got ${describe(series)}`);
  }
  const scores: number[] = [];
  for (const x of series) scores.push(detector.update(x));
  return scores;
}

/** Whether the options of `update` say that a value is learned. @throws TypeError for anything but true or false */
export function learnOf(options: { learn?: boolean } | undefined): boolean {
  if (options === undefined) return true;
  checkOptions(options, ['learn']);
  const { learn = true } = options;
  if (typeof learn !== 'boolean') throw new TypeError(`learn must be true or false, got ${describe(learn)}`);
  return learn;
}
