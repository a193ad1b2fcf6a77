// Several looks at one series at once: its values, and the order statistics of the last few of them.

import { toNumber, type Value } from '../../core/series.ts';
import { SortedValues } from '../../core/sorted-values.ts';
import { StateReader, StateWriter } from '../../core/state.ts';
import { learnAll } from '../../core/streaming-detector.ts';
import { Calibrator } from '../calibration/calibrator.ts';
import { Reservoir } from '../calibration/reservoir.ts';
import { Novelty, noveltyOf } from './novelty.ts';
import type { Rule, ViewResult } from './rule.ts';

/** Numbers of values that the order statistics are taken over. */
const SPANS: readonly number[] = [10, 50];

const STATISTICS = ['minimum', 'median', 'maximum', 'range'] as const;

/** What each view sees, in words. */
const VIEWS: readonly string[] = [
  'value',
  ...SPANS.flatMap((span) => STATISTICS.map((statistic) => `${statistic} of the last ${span} values`)),
];

const KIND = 'Views';
const FORMAT = 1;

/** What every view is told. */
export interface ViewOptions {
  readonly warmup: number;
  readonly maxValues: number;
  readonly seed: number;
}

/**
 * The summed surprise of nine views of a value (Fisher 1925 combines p-values so): the value itself, and the minimum, median,
 * maximum and range of the last 10 and the last 50 values, each scored by its novelty and calibrated by itself. A value
 * that is slightly new in many ways counts as one that is very new in one; silence, flat lines and new ranges are seen.
 *
 * The views depend on each other, so the sum is no −ln p: thresholds are larger, about 2.7 per view.
 * Missing values score NaN and are in no span. O(log n) per value and view.
 */
export class Views implements Rule {
  readonly #options: ViewOptions;
  /** The first view: the values themselves, with their times. */
  #values: Novelty;
  /** What the other views saw before. */
  #pasts: Reservoir[];
  #calibrators: Calibrator[];
  /** Per span the last values, a ring, and the same in order. */
  readonly #recent: Float64Array[];
  readonly #sorted: SortedValues[];
  #count: number;
  /** Of the last value: what the views saw, and their surprises. */
  readonly #looks: Float64Array;
  readonly #surprises: Float64Array;
  /** The summed surprise of the last value; NaN before the first and for a missing one. */
  score: number;

  constructor(options: ViewOptions) {
    const { warmup, maxValues, seed } = options;
    this.#options = options;
    this.#values = new Novelty({ maxValues, seed });
    this.#pasts = VIEWS.slice(1).map((_, v) => new Reservoir(maxValues, seed + 2 * v + 1));
    this.#calibrators = VIEWS.map((_, v) => new Calibrator({ warmup, maxScores: maxValues, seed: seed + 2 * v }));
    this.#recent = SPANS.map((span) => new Float64Array(span));
    this.#sorted = SPANS.map(() => new SortedValues());
    this.#count = 0;
    this.#looks = new Float64Array(VIEWS.length);
    this.#surprises = new Float64Array(VIEWS.length).fill(NaN);
    this.score = NaN;
  }

  update(x: Value, options: { learn?: boolean } = {}): number {
    const value = toNumber(x);
    const { learn = true } = options;
    const novelty = this.#values.update(value, options);
    this.#surprises.fill(NaN);
    if (Number.isNaN(value)) return (this.score = NaN);
    this.#look(value, true);
    let sum = 0;
    for (let v = 0; v < VIEWS.length; v++) {
      const look = this.#looks[v]!;
      const surprise = this.#calibrators[v]!.update(
        v === 0 ? novelty : noveltyOf(look, this.#pasts[v - 1]!.sorted),
        options,
      );
      if (v > 0 && learn) this.#pasts[v - 1]!.offer(look);
      this.#surprises[v] = surprise;
      sum += surprise;
    }
    return (this.score = sum);
  }

  peek(x: Value): number {
    const value = toNumber(x);
    if (Number.isNaN(value)) return NaN;
    const looks = this.#looks.slice();
    this.#look(value, false);
    let sum = 0;
    for (let v = 0; v < VIEWS.length; v++) {
      const score = v === 0 ? this.#values.peek(value) : noveltyOf(this.#looks[v]!, this.#pasts[v - 1]!.sorted);
      sum += this.#calibrators[v]!.peek(score);
    }
    this.#looks.set(looks);
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
    this.#looks.fill(0);
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
    return { name: VIEWS[v]!, seen: this.#looks[v]!, surprise };
  }

  save(): Uint8Array {
    const state = new StateWriter(KIND, FORMAT);
    const { warmup, maxValues, seed } = this.#options;
    for (const number of [warmup, maxValues, seed, this.#count, this.score]) state.f64(number);
    for (const numbers of [...this.#recent, this.#looks, this.#surprises]) state.f64s(numbers);
    state.bytes(this.#values.save());
    for (const past of this.#pasts) past.write(state);
    for (const calibrator of this.#calibrators) state.bytes(calibrator.save());
    return state.finish();
  }

  /** What `save` wrote. @throws RangeError for damaged or newer bytes */
  static load(bytes: Uint8Array): Views {
    const state = new StateReader(bytes, KIND, FORMAT);
    const views = new Views({ warmup: state.f64(), maxValues: state.f64(), seed: state.f64() });
    views.#count = state.f64();
    views.score = state.f64();
    for (const numbers of [...views.#recent, views.#looks, views.#surprises]) numbers.set(state.f64s());
    views.#values = Novelty.load(state.bytes());
    views.#pasts = views.#pasts.map(() => Reservoir.read(state));
    views.#calibrators = views.#calibrators.map(() => Calibrator.load(state.bytes()));
    state.end();
    for (const [s, recent] of views.#recent.entries()) {
      for (const value of recent.subarray(0, Math.min(views.#count, recent.length))) views.#sorted[s]!.insert(value);
    }
    return views;
  }

  /** Fills #looks with what the views see when `x` is the newest value; the spans stay as they were unless `keep`. */
  #look(x: number, keep: boolean): void {
    const looks = this.#looks;
    looks[0] = x;
    for (let s = 0; s < SPANS.length; s++) {
      const recent = this.#recent[s]!;
      const sorted = this.#sorted[s]!;
      const place = this.#count % recent.length;
      const oldest = recent[place]!;
      const isFull = this.#count >= recent.length;
      if (isFull) sorted.remove(oldest);
      sorted.insert(x);
      const least = sorted.at(0);
      const greatest = sorted.at(sorted.size - 1);
      const first = 1 + STATISTICS.length * s;
      looks[first] = least;
      looks[first + 1] = sorted.at(sorted.size >> 1);
      looks[first + 2] = greatest;
      looks[first + 3] = greatest - least;
      if (keep) {
        recent[place] = x;
        continue;
      }
      sorted.remove(x);
      if (isFull) sorted.insert(oldest);
    }
    if (keep) this.#count++;
  }
}
