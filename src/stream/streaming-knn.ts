// StreamingKNN: one value in, one exact score out. It checks the values; settings.ts and history/ do the rest.
import { checkOptions } from '../core/checks.ts';
import type { DistanceFunction } from '../core/metric.ts';
import { missingError, toNumber, type Value } from '../core/series.ts';
import { StateReader, StateWriter } from '../core/state.ts';
import { learnAll, learnOf, type StreamingDetector } from '../core/streaming-detector.ts';
import { type HistorySearch, NO_VALUES, openHistory } from './history/history.ts';
import { type LastStep, type NextWindow, nextWindow } from './next-window.ts';
import { checkedSettings, optionsOf, type StreamingKNNOptions, type StreamSettings } from './settings.ts';
import { readHistoryState, readSettings, writeHistory, writeSettings } from './settings-state.ts';
import { windowScore } from './window-score.ts';

/** The version of the saved bytes. */
const FORMAT = 1;

/**
 * k-nearest-neighbor anomaly scores of a stream: the distance of each window from the k most similar windows before it.
 *
 * Windows and distances are those of {@link KNN}. The score of value t is that of window i = t − w + 1, which ends with the
 * value. Its candidates are the windows j with i − history ≤ j < i − exclusionZone. The score is the mean of the k smallest
 * d(i, j); of all d(i, j) if there are fewer than k candidates; 0 if there is none. The first w − 1 scores are 0. A window that
 * touches a missing value scores NaN and is no candidate later, but it counts as one of the `history` windows.
 * So with `history` at least as long as the series, the scores are those of `new KNN(w, k, { side: 'left' })`, to the bit.
 *
 * With `update(x, { learn: false })` the value enters the current window but not the memory. The windows that contain it, which
 * are this one and up to w − 1 later ones, are scored but are no candidates later.
 *
 * Memory per value of `history`: about 30 bytes for windowSize 1; 10 for windowSize 2 to 8 with a history of up to 1000; 48 for
 * longer windows or histories; and 8·windowSize more, for one vector, with function metrics and normalized or whitened windows.
 *
 * @example
 * const detector = new StreamingKNN(2, 1);
 * [1, 2, 1, 2, 9, 2].map((x) => detector.update(x)); // => [0, 0, Math.SQRT2, 0, Math.sqrt(50), Math.sqrt(50)]
 */
export class StreamingKNN implements StreamingDetector {
  readonly windowSize: number;
  readonly k: number;
  readonly #settings: StreamSettings;
  #history: HistorySearch;
  /** The number of values so far. */
  #count = 0;

  /**
   * @param windowSize number of values in a window (w), at least 1
   * @param k number of neighbors, at least 1; if there are fewer candidates, all of them are neighbors
   * @throws TypeError for an argument of the wrong kind, RangeError for a wrong value
   */
  constructor(windowSize: number, k: number, options: StreamingKNNOptions = {}) {
    this.windowSize = windowSize;
    this.k = k;
    this.#settings = checkedSettings(windowSize, k, options);
    this.#history = openHistory(this.#settings, NO_VALUES);
  }

  /**
   * Returns the score of `x`, higher = stranger, then learns `x`. NaN where the window touches a missing value.
   *
   * O(log history) for windowSize 1; O(history) for longer windows, whatever their size; O(history · windowSize) for function
   * metrics and for normalized or whitened windows.
   *
   * @param x `null`, `undefined`, NaN, ±Infinity and |x| > 2⁵⁰⁰ are missing values
   * @param options.learn `false`: score `x`, but keep windows that contain it out of the memory; default `true`
   * @throws TypeError when `x` is neither a number nor missing; RangeError when `x` is missing and `missing` is `'throw'`,
   * or when a function metric returns anything but a number ≥ 0. An error leaves the detector unchanged.
   *
   * @example
   * const detector = new StreamingKNN(1, 1);
   * [3, 3, 7, 7].map((x) => detector.update(x, { learn: x < 5 })); // => [0, 0, 4, 4]
   */
  update(x: Value, options?: { learn?: boolean }): number {
    const value = this.#valueOf(x);
    const learn = learnOf(options);
    const score = this.#scoreOf(this.#history.update(value, learn));
    this.#count++;
    return score;
  }

  /** @internal Reads what the next update reads: see src/calibrate/fleet/prefetch.ts. */
  touch(): number {
    return this.#settings.k + (this.#history.touch?.() ?? 0);
  }

  /**
   * The score that `update(x)` would return; changes nothing. O(history · windowSize).
   *
   * @throws where `update` does
   *
   * @example
   * const detector = new StreamingKNN(1, 1);
   * detector.learn([1, 2, 3]);
   * detector.peek(7); // => 4
   */
  peek(x: Value): number {
    return this.#scoreOf(this.#history.peek(this.#valueOf(x)));
  }

  /**
   * Calls `update` for each value of a series; returns the scores.
   *
   * @throws where `update` does; the values before have been learned
   *
   * @example
   * new StreamingKNN(2, 1).learn([1, 2, 1, 2, 9]); // => [0, 0, Math.SQRT2, 0, Math.sqrt(50)]
   */
  learn(series: Iterable<Value>): number[] {
    return learnAll(this, series);
  }

  /** @internal The value that the last `update` made it forget; NaN if there was none. */
  get forgotten(): number {
    return this.#history.forgotten;
  }

  /**
   * How the score of the next value depends on that value.
   *
   * @internal
   * @param last as it was before the last value: what it has `forgotten` for it, and the windowSize − 1 values before the last
   * @returns `undefined` where windows are not compared value by value, or not with those of the stream
   */
  nextWindow(last?: LastStep): NextWindow | undefined {
    const { metric, normalize, reference } = this.#settings;
    if (metric !== undefined || normalize !== 'none' || reference !== undefined) return undefined;
    return nextWindow(this.#settings, this.#history.snapshot(), last);
  }

  /** Forgets all values, so that the detector is as newly constructed. A reference stays. */
  reset(): void {
    this.#history = openHistory(this.#settings, NO_VALUES);
    this.#count = 0;
  }

  /**
   * The whole state as bytes: about 8 per remembered value. A detector loaded from these bytes continues bit for bit, also in
   * another process or on another machine. The bytes do not contain a function metric: see {@link StreamingKNN.load}.
   *
   * @example
   * const detector = new StreamingKNN(2, 1);
   * detector.learn([1, 2, 1, 2]);
   * StreamingKNN.load(detector.save()).update(9); // => Math.sqrt(50)
   */
  save(): Uint8Array {
    const writer = new StateWriter('StreamingKNN', FORMAT);
    writeSettings(writer, this.#settings);
    writeHistory(writer, this.#history);
    return writer.finish();
  }

  /**
   * Loads a detector that `save` wrote.
   *
   * @param options.metric the function metric that the detector was made with, if it was made with one: bytes cannot hold it
   * @throws TypeError when `bytes` is no `Uint8Array`, or `metric` is needed and not given; RangeError when the bytes are
   * damaged, of another class, or written by a newer version
   */
  static load(bytes: Uint8Array, options: { metric?: DistanceFunction } = {}): StreamingKNN {
    checkOptions(options, ['metric']);
    const reader = new StateReader(bytes, 'StreamingKNN', FORMAT);
    const settings = readSettings(reader, options.metric);
    const state = readHistoryState(reader, settings);
    reader.end();
    const detector = new StreamingKNN(settings.windowSize, settings.k, optionsOf(settings));
    detector.#history = openHistory(detector.#settings, state);
    detector.#count = state.numValues;
    return detector;
  }

  #valueOf(x: Value): number {
    const value = toNumber(x);
    if (this.#settings.missing === 'throw' && Number.isNaN(value)) {
      throw missingError('x', x, ` at index ${this.#count}`);
    }
    return value;
  }

  #scoreOf(numFound: number): number {
    return windowScore(this.#settings, this.#history, numFound, this.#count);
  }
}
