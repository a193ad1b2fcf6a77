// Several looks at one series at once: its values, and the order statistics of the last few of them.

import { Calibrated } from './calibrated.ts';
import { Calibrator } from './calibrator.ts';
import { learnAll, type StreamingDetector, toNumber, type Value } from './detector.ts';
import { SortedValues } from './kernels/sorted-values.ts';
import { Novelty } from './novelty.ts';
import { StateReader, StateWriter } from './state.ts';

/** Numbers of values that the order statistics are taken over. */
const SPANS: readonly number[] = [10, 50];

/** The value, and per span the least, the middle, the greatest value and their range. */
const NUM_VIEWS = 1 + 4 * SPANS.length;

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
export class Views implements StreamingDetector {
  readonly #options: ViewOptions;
  #views: Calibrated[];
  /** Per span the last values, oldest first from #next on, and the same in order. */
  readonly #recent: Float64Array[];
  readonly #sorted: SortedValues[];
  #count: number;
  readonly #looks: Float64Array;

  constructor(options: ViewOptions) {
    const { warmup, maxValues, seed } = options;
    this.#options = options;
    this.#views = Array.from({ length: NUM_VIEWS }, (_, v) => {
      const novelty = new Novelty({ maxValues, seed: seed + 2 * v });
      return new Calibrated(novelty, new Calibrator({ warmup, maxScores: maxValues, seed: seed + 2 * v + 1 }));
    });
    this.#recent = SPANS.map((span) => new Float64Array(span));
    this.#sorted = SPANS.map(() => new SortedValues());
    this.#count = 0;
    this.#looks = new Float64Array(NUM_VIEWS);
  }

  /** The summed surprise of the last value is its score, too. */
  get score(): number {
    return this.#views.reduce((sum, view) => sum + view.surprise, 0);
  }

  update(x: Value, options: { learn?: boolean } = {}): number {
    return this.#sum(x, (view, look) => view.update(look, options), true);
  }

  peek(x: Value): number {
    return this.#sum(x, (view, look) => view.peek(look), false);
  }

  learn(series: Iterable<Value>): number[] {
    return learnAll(this, series);
  }

  reset(): void {
    for (const view of this.#views) view.reset();
    for (const sorted of this.#sorted) sorted.clear();
    this.#count = 0;
  }

  save(): Uint8Array {
    const state = new StateWriter(KIND, FORMAT);
    const { warmup, maxValues, seed } = this.#options;
    for (const number of [warmup, maxValues, seed]) state.f64(number);
    state.f64(this.#count);
    for (const recent of this.#recent) state.f64s(recent);
    for (const view of this.#views) state.bytes(view.save());
    return state.finish();
  }

  /** What `save` wrote. @throws RangeError for damaged or newer bytes */
  static load(bytes: Uint8Array): Views {
    const state = new StateReader(bytes, KIND, FORMAT);
    const views = new Views({ warmup: state.f64(), maxValues: state.f64(), seed: state.f64() });
    views.#count = state.f64();
    for (const [s, span] of SPANS.entries()) {
      views.#recent[s]!.set(state.f64s());
      const present = views.#recent[s]!.subarray(0, Math.min(views.#count, span));
      for (const value of present) views.#sorted[s]!.insert(value);
    }
    views.#views = views.#views.map(() => Calibrated.load(state.bytes(), Novelty.load));
    state.end();
    return views;
  }

  #sum(x: Value, ask: (view: Calibrated, look: number) => number, keep: boolean): number {
    const value = toNumber(x);
    if (Number.isNaN(value)) {
      for (const view of this.#views) ask(view, NaN);
      return NaN;
    }
    this.#look(value, keep);
    let sum = 0;
    for (let v = 0; v < NUM_VIEWS; v++) sum += ask(this.#views[v]!, this.#looks[v]!);
    return sum;
  }

  /** Fills #looks with what the views see when `x` is the newest value; the spans stay as they were unless `keep`. */
  #look(x: number, keep: boolean): void {
    const looks = this.#looks;
    looks[0] = x;
    for (let s = 0; s < SPANS.length; s++) {
      const span = SPANS[s]!;
      const recent = this.#recent[s]!;
      const sorted = this.#sorted[s]!;
      const place = this.#count % span;
      const oldest = recent[place]!;
      const isFull = this.#count >= span;
      if (isFull) sorted.remove(oldest);
      sorted.insert(x);
      const least = sorted.at(0);
      const greatest = sorted.at(sorted.size - 1);
      looks[1 + 4 * s] = least;
      looks[2 + 4 * s] = sorted.at(sorted.size >> 1);
      looks[3 + 4 * s] = greatest;
      looks[4 + 4 * s] = greatest - least;
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
