// The rule of nine views of a series: its values, and order statistics of the last few values.

import { toNumber, type Value } from '../../core/series.ts';
import { SortedValues } from '../../core/sorted-values.ts';
import { StateReader, StateWriter } from '../../core/state.ts';
import { learnAll } from '../../core/streaming-detector.ts';
import { Calibrator } from '../calibration/calibrator.ts';
import { Reservoir } from '../calibration/reservoir.ts';
import { Novelty, noveltyOf } from './novelty.ts';
import type { Rule, RuleOptions, ViewResult } from './rule.ts';

/** The order statistics are taken over this many last values. */
const SPANS: readonly number[] = [10, 50];

const STATISTICS = ['minimum', 'median', 'maximum', 'range'] as const;

/** The names of the views. */
const VIEWS: readonly string[] = [
  'value',
  ...SPANS.flatMap((span) => STATISTICS.map((statistic) => `${statistic} of the last ${span} values`)),
];

const KIND = 'Views';
const FORMAT = 1;

/**
 * The sum of the surprises of nine views of a value: the value itself, and the minimum, median, maximum and range of the
 * last 10 and the last 50 values (Fisher 1925 combines p-values in this way). Each view has its own novelty and its own
 * calibrator. A value that is slightly new in many views counts as much as one that is very new in one view. Silence, flat
 * lines and new ranges are seen.
 *
 * The views depend on each other, so the sum is not the −ln p of one probability. Thresholds are larger, about 2.7 per view.
 * Missing values score NaN, and the order statistics leave them out. O(log n) per value and view.
 */
export class Views implements Rule {
  /** Kept for `save`. */
  readonly #options: RuleOptions;
  /** The past of the first view: the values and when they came. */
  #values: Novelty;
  /** The past numbers of the other views. */
  #pasts: Reservoir[];
  #calibrators: Calibrator[];
  /** For each span, its last values: in a ring buffer, and in ascending order. */
  readonly #recent: Float64Array[];
  readonly #sorted: SortedValues[];
  /** Number of values in the spans so far, missing ones left out. */
  #count: number;
  /** The number of each view at the last value, and its surprise. */
  readonly #seen: Float64Array;
  readonly #surprises: Float64Array;
  /** The sum of the surprises at the last value; NaN before the first value and for a missing one. */
  score: number;

  constructor(options: RuleOptions) {
    const { warmup, maxValues, seed } = options;
    this.#options = options;
    this.#values = new Novelty({ maxValues, seed });
    this.#pasts = VIEWS.slice(1).map((_, v) => new Reservoir(maxValues, seed + 2 * v + 1));
    this.#calibrators = VIEWS.map((_, v) => new Calibrator({ warmup, maxScores: maxValues, seed: seed + 2 * v }));
    this.#recent = SPANS.map((span) => new Float64Array(span));
    this.#sorted = SPANS.map(() => new SortedValues());
    this.#count = 0;
    this.#seen = new Float64Array(VIEWS.length);
    this.#surprises = new Float64Array(VIEWS.length).fill(NaN);
    this.score = NaN;
  }

  update(x: Value, options: { learn?: boolean } = {}): number {
    const value = toNumber(x);
    const { learn = true } = options;
    const novelty = this.#values.update(value, options);
    this.#surprises.fill(NaN);
    if (Number.isNaN(value)) return (this.score = NaN);
    this.#observe(value, true);
    let sum = 0;
    for (let v = 0; v < VIEWS.length; v++) {
      const number = this.#seen[v]!;
      const surprise = this.#calibrators[v]!.update(
        v === 0 ? novelty : noveltyOf(number, this.#pasts[v - 1]!.sorted),
        options,
      );
      if (v > 0 && learn) this.#pasts[v - 1]!.offer(number);
      this.#surprises[v] = surprise;
      sum += surprise;
    }
    return (this.score = sum);
  }

  peek(x: Value): number {
    const value = toNumber(x);
    if (Number.isNaN(value)) return NaN;
    const seen = this.#seen.slice();
    this.#observe(value, false);
    let sum = 0;
    for (let v = 0; v < VIEWS.length; v++) {
      const score = v === 0 ? this.#values.peek(value) : noveltyOf(this.#seen[v]!, this.#pasts[v - 1]!.sorted);
      sum += this.#calibrators[v]!.peek(score);
    }
    this.#seen.set(seen);
    return sum;
  }

  learn(series: Iterable<Value>): number[] {
    return learnAll(this, series);
  }

  reset(): void {
    this.#values.reset();
    for (const past of this.#pasts) past.clear();
    for (const calibrator of this.#calibrators) calibrator.reset();
    for (const sorted of this.#sorted) sorted.clear();
    for (const recent of this.#recent) recent.fill(0);
    this.#count = 0;
    this.#seen.fill(0);
    this.#surprises.fill(NaN);
    this.score = NaN;
  }

  /** The values that the first view has seen. */
  get pastValues(): Novelty {
    return this.#values;
  }

  /** The view with the largest surprise at the last value; `undefined` before the first value and for a missing one. */
  get strangest(): ViewResult | undefined {
    const surprise = Math.max(...this.#surprises);
    if (Number.isNaN(surprise)) return undefined;
    const v = this.#surprises.indexOf(surprise);
    return { name: VIEWS[v]!, seen: this.#seen[v]!, surprise };
  }

  save(): Uint8Array {
    const state = new StateWriter(KIND, FORMAT);
    const { warmup, maxValues, seed } = this.#options;
    for (const number of [warmup, maxValues, seed, this.#count, this.score]) state.f64(number);
    for (const numbers of [...this.#recent, this.#seen, this.#surprises]) state.f64s(numbers);
    state.bytes(this.#values.save());
    for (const past of this.#pasts) past.write(state);
    for (const calibrator of this.#calibrators) state.bytes(calibrator.save());
    return state.finish();
  }

  /** The views that `save` wrote; they go on bit for bit. @throws RangeError for damaged or newer bytes */
  static load(bytes: Uint8Array): Views {
    const state = new StateReader(bytes, KIND, FORMAT);
    const views = new Views({ warmup: state.f64(), maxValues: state.f64(), seed: state.f64() });
    views.#count = state.f64();
    views.score = state.f64();
    for (const numbers of [...views.#recent, views.#seen, views.#surprises]) numbers.set(state.f64s());
    views.#values = Novelty.load(state.bytes());
    views.#pasts = views.#pasts.map(() => Reservoir.read(state));
    views.#calibrators = views.#calibrators.map(() => Calibrator.load(state.bytes()));
    state.end();
    for (const [s, recent] of views.#recent.entries()) {
      for (const value of recent.subarray(0, Math.min(views.#count, recent.length))) views.#sorted[s]!.insert(value);
    }
    return views;
  }

  /**
   * Sets `#seen` to the numbers of the views with `x` as the newest value.
   *
   * @param keep whether `x` stays in the spans; otherwise they are left as they were
   */
  #observe(x: number, keep: boolean): void {
    const seen = this.#seen;
    seen[0] = x;
    for (let s = 0; s < SPANS.length; s++) {
      const recent = this.#recent[s]!;
      const sorted = this.#sorted[s]!;
      const slot = this.#count % recent.length;
      const oldest = recent[slot]!;
      const isFull = this.#count >= recent.length;
      if (isFull) sorted.remove(oldest);
      sorted.insert(x);
      const least = sorted.at(0);
      const greatest = sorted.at(sorted.size - 1);
      const first = 1 + STATISTICS.length * s;
      seen[first] = least;
      seen[first + 1] = sorted.at(sorted.size >> 1);
      seen[first + 2] = greatest;
      seen[first + 3] = greatest - least;
      if (keep) {
        recent[slot] = x;
        continue;
      }
      sorted.remove(x);
      if (isFull) sorted.insert(oldest);
    }
    if (keep) this.#count++;
  }
}
