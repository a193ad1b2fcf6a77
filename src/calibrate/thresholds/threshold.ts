// The interface of all thresholds, and the parts shared by thresholds that keep a sample of the scores.
import { checkInteger, checkNumber, checkOptions } from '../../core/checks.ts';
import type { Value } from '../../core/series.ts';
import { Reservoir } from '../calibration/reservoir.ts';

/** Decides which scores are alarms, one score at a time. */
export interface Threshold {
  /** The next score is an alarm if it is above this; Infinity while too few scores are known. */
  readonly value: number;
  /** Whether `score` is an alarm; then learns it. A missing score is no alarm and is not learned. */
  update(score: Value): boolean;
  /** Forgets everything: as newly constructed. */
  reset(): void;
  /** All of the state as bytes. */
  save(): Uint8Array;
}

/** Restores a threshold from what its `save` returned. */
export type LoadThreshold = (bytes: Uint8Array) => Threshold;

/** Options of thresholds that keep a sample of the scores. */
export interface SampleOptions {
  /** Largest number of scores to keep, at least 1; default 100 000. Beyond that, a uniform sample of all scores is kept. */
  maxScores?: number;
  /** An integer that decides which scores are kept; default 1. */
  seed?: number;
}

/** Throws unless `value` is a number above 0 and below 1. */
export function checkShare(value: unknown, argument: string): void {
  checkNumber(value, argument, 'a number above 0 and below 1', (share) => share > 0 && share < 1);
}

/**
 * An empty sample for these options.
 *
 * @param known names of the caller's other options
 */
export function sampleOf(options: SampleOptions, known: readonly string[]): Reservoir {
  checkOptions(options, [...known, 'maxScores', 'seed']);
  const { maxScores = 100_000, seed = 1 } = options;
  checkInteger(maxScores, 'maxScores', 1);
  return new Reservoir(maxScores, seed);
}
