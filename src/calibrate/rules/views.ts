// The rule of ten views of a series: its values, order statistics of the last few values, and runs of equal values.

import { toNumber, type Value } from '../../core/series.ts';
import { SortedValues } from '../../core/sorted-values.ts';
import { StateReader, StateWriter } from '../../core/state.ts';
import { learnAll, learnOf } from '../../core/streaming-detector.ts';
import { Calibrator } from '../calibration/calibrator.ts';
import { Reservoir } from '../calibration/reservoir.ts';
import { Novelty } from './novelty.ts';
import { ReservoirNovelty } from './reservoir-novelty.ts';
import type { Rule, RuleOptions, ViewResult } from './rule.ts';
import { RunLength } from './run-length.ts';
import { farthest, type Neighborhood, nearest, type SurpriseCurve } from './surprise-curve.ts';

/** The order statistics are taken over this many last values. */
const SPANS: readonly number[] = [10, 50];

const STATISTICS = ['minimum', 'median', 'maximum', 'range'] as const;

/** The names of the views. */
const VIEWS: readonly string[] = [
  'value',
  ...SPANS.flatMap((span) => STATISTICS.map((statistic) => `${statistic} of the last ${span} values`)),
];

/** The name of the view of runs, in the sentence "where the … is 12". */
const RUN = 'run of equal values';

const KIND = 'Views';
/** Of states with nine views and reservoirs; they are read, go on by that rule, and are written again. */
const RESERVOIR_FORMAT = 1;
const FORMAT = 2;

/**
 * The sum of the surprises of ten views of a value: the value itself, the minimum, median, maximum and range of the
 * last 10 and the last 50 values, and the run of equal values that it ends (Fisher 1925 combines p-values in this way).
 * Each of the first nine views has its own novelty and its own calibrator; `RunLength` is the last. A value that is
 * slightly new in many views counts as much as one that is very new in one view. Silence, flat lines, stuck sensors and
 * new ranges are seen.
 *
 * The views depend on each other, so the sum is not the −ln p of one probability. Thresholds are larger, about 2.7 per view.
 * Missing values score NaN, and the order statistics leave them out. About 10 µs per value; 60 KB.
 */
export class Views implements Rule {
  readonly windowSize: number = 1;
  /** The past of the first view: the values and when they came. */
  #values: Novelty;
  /** The past numbers of the other views. */
  #pasts: (Novelty | ReservoirNovelty)[];
  #calibrators: Calibrator[];
  /** For each span, its last values: in a ring buffer, and in ascending order. */
  readonly #recent: Float64Array[];
  readonly #sorted: SortedValues[];
  /** Number of values in the spans so far, missing ones left out. */
  #count = 0;
  /** The number of each view at the last value, and its surprise. */
  readonly #seen: Float64Array;
  readonly #surprises: Float64Array;
  /** The value between `judge` and `settle`, whether it is to be learned, and how new its numbers are. */
  #judged = NaN;
  #isLearned: boolean;
  readonly #scores: Float64Array;
  /** The tenth view; undefined for a state of nine. */
  #run: RunLength | undefined;
  /** What a state of nine was made with: nothing depends on it any more, but its bytes hold it. */
  #oldOptions: readonly number[] | undefined;
  /** The surprise of the run at the last value. */
  #runSurprise = NaN;
  /** The sum of the surprises at the last value; NaN before the first value and for a missing one. */
  score: number = NaN;

  constructor(options: RuleOptions) {
    const { warmup, maxValues } = options;
    this.#values = new Novelty({ maxValues });
    this.#pasts = VIEWS.slice(1).map(() => new Novelty({ maxValues }));
    this.#calibrators = VIEWS.map(() => new Calibrator({ warmup }));
    this.#run = new RunLength();
    this.#oldOptions = undefined;
    this.#recent = SPANS.map((span) => new Float64Array(span));
    this.#sorted = SPANS.map(() => new SortedValues());
    this.#seen = new Float64Array(VIEWS.length);
    this.#surprises = new Float64Array(VIEWS.length).fill(NaN);
    this.#isLearned = false;
    this.#scores = new Float64Array(VIEWS.length);
  }

  update(x: Value, options?: { learn?: boolean }): number {
    const surprise = this.judge(toNumber(x), learnOf(options));
    this.settle();
    return surprise;
  }

  judge(value: number, learn: boolean): number {
    this.#judged = value;
    this.#isLearned = learn;
    this.#surprises.fill(NaN);
    this.#scores.fill(NaN);
    this.#runSurprise = this.#surpriseOfRun(value);
    if (Number.isNaN(value)) return (this.score = NaN);
    this.#observe(value, false);
    let sum = 0;
    for (let v = 0; v < VIEWS.length; v++) {
      const score = this.#distanceOf(v, this.#seen[v]!);
      const surprise = this.#calibrators[v]!.peek(score);
      this.#scores[v] = score;
      this.#surprises[v] = surprise;
      sum += surprise;
    }
    return (this.score = sum + this.#runSurprise);
  }

  settle(): void {
    const [value, learn] = [this.#judged, this.#isLearned];
    this.#run?.update(value, { learn });
    this.#values.take(value, learn);
    if (Number.isNaN(value)) return;
    this.#observe(value, true);
    for (let v = 0; v < VIEWS.length; v++) {
      if (v > 0) this.#pasts[v - 1]!.take(this.#seen[v]!, learn);
      this.#calibrators[v]!.take(this.#scores[v]!, learn);
    }
  }

  touch(): number {
    let sum = this.#values.touch();
    for (const calibrator of this.#calibrators) sum += calibrator.touch();
    for (const past of this.#pasts) if (past instanceof Novelty) sum += past.touch();
    return sum;
  }

  peek(x: Value): number {
    const value = toNumber(x);
    return Number.isNaN(value) ? NaN : this.#at(value).surprise;
  }

  surpriseCurve(): SurpriseCurve {
    return { expected: NaN, isolated: this.#run?.value ?? NaN, at: (x) => this.#at(x) };
  }

  comparedWindows(): undefined {
    return undefined;
  }

  learn(series: Iterable<Value>): number[] {
    return learnAll(this, series);
  }

  reset(): void {
    this.#values.reset();
    for (const past of this.#pasts) past.reset();
    for (const calibrator of this.#calibrators) calibrator.reset();
    for (const sorted of this.#sorted) sorted.clear();
    for (const recent of this.#recent) recent.fill(0);
    this.#count = 0;
    this.#seen.fill(0);
    this.#surprises.fill(NaN);
    this.#run?.clear();
    this.#runSurprise = NaN;
    this.score = NaN;
  }

  get numScores(): number {
    return this.#calibrators[0]!.numScores;
  }

  /** The values that the first view has seen. */
  get pastValues(): Novelty {
    return this.#values;
  }

  /** The view with the largest surprise at the last value; `undefined` before the first value and for a missing one. */
  get strangest(): ViewResult | undefined {
    const surprise = Math.max(...this.#surprises);
    if (Number.isNaN(surprise)) return undefined;
    if (this.#runSurprise > surprise) return { name: RUN, seen: this.#run!.length, surprise: this.#runSurprise };
    const v = this.#surprises.indexOf(surprise);
    return { name: VIEWS[v]!, seen: this.#seen[v]!, surprise };
  }

  save(): Uint8Array {
    const isOld = this.#oldOptions !== undefined;
    const state = isOld ? new StateWriter(KIND, RESERVOIR_FORMAT) : new StateWriter(KIND, FORMAT);
    for (const number of [...(this.#oldOptions ?? []), this.#count, this.score]) state.f64(number);
    for (const numbers of [...this.#recent, this.#seen, this.#surprises]) state.f64s(numbers);
    state.bytes(this.#values.save());
    for (const past of this.#pasts) {
      if (past instanceof ReservoirNovelty) past.reservoir.write(state);
      else state.bytes(past.save());
    }
    for (const calibrator of this.#calibrators) state.bytes(calibrator.save());
    if (this.#run !== undefined) {
      this.#run.write(state);
      state.f64(this.#runSurprise);
    }
    return state.finish();
  }

  /** The views that `save` wrote; they go on bit for bit. @throws RangeError for damaged or newer bytes */
  static load(bytes: Uint8Array): Views {
    const state = new StateReader(bytes, KIND, FORMAT);
    const isOld = state.format === RESERVOIR_FORMAT;
    const views = new Views({ warmup: 0, maxValues: 2, day: 1 });
    if (isOld) views.#oldOptions = [state.f64(), state.f64(), state.f64()];
    views.#count = state.f64();
    views.score = state.f64();
    for (const numbers of [...views.#recent, views.#seen, views.#surprises]) numbers.set(state.f64s());
    views.#values = Novelty.load(state.bytes());
    views.#pasts = views.#pasts.map(() =>
      isOld ? new ReservoirNovelty(Reservoir.read(state)) : Novelty.load(state.bytes()),
    );
    views.#calibrators = views.#calibrators.map(() => Calibrator.load(state.bytes()));
    if (isOld) {
      views.#run = undefined;
      views.#runSurprise = 0;
    } else {
      views.#run = RunLength.read(state);
      views.#runSurprise = state.f64();
    }
    state.end();
    for (const [s, recent] of views.#recent.entries()) {
      for (const value of recent.subarray(0, Math.min(views.#count, recent.length))) views.#sorted[s]!.insert(value);
    }
    return views;
  }

  /** The surprises around `x`. Every view moves by no more than the value does, but for the run. */
  #at(x: number): Neighborhood {
    const seen = this.#seen.slice();
    this.#observe(x, false);
    const scores = this.#seen.map((number, v) => this.#distanceOf(v, number));
    this.#seen.set(seen);
    const constant = this.#whereConstant(x);
    const surprises = scores.map((score, v) => this.#calibrators[v]!.peek(score));
    const sumOf = (radius: number, scoreOf: (score: number, radius: number) => number): number => {
      let sum = 0;
      for (let v = 0; v < VIEWS.length; v++) {
        const isConstant = x - radius >= constant[2 * v]! && x + radius <= constant[2 * v + 1]!;
        sum += isConstant ? surprises[v]! : this.#calibrators[v]!.peek(scoreOf(scores[v]!, radius));
      }
      return sum;
    };
    return {
      surprise: surprises.reduce((sum, surprise) => sum + surprise, 0) + this.#surpriseOfRun(x),
      atMost: (radius) => sumOf(radius, farthest),
      atLeast: (radius) => sumOf(radius, nearest),
    };
  }

  /** For each view, the interval around `x` in which its number does not depend on the newest value; empty if it does. */
  #whereConstant(x: number): number[] {
    const intervals = [NaN, NaN]; // the value itself
    for (let s = 0; s < SPANS.length; s++) {
      const sorted = this.#sorted[s]!;
      const oldest = this.#recent[s]![this.#count % SPANS[s]!]!;
      const isFull = this.#count >= SPANS[s]!;
      if (isFull) sorted.remove(oldest);
      const { size } = sorted;
      const h = (size + 1) >> 1;
      const [least, greatest] = size > 0 ? [sorted.at(0), sorted.at(size - 1)] : [Infinity, -Infinity];
      const [below, above] = [h > 0 ? sorted.at(h - 1) : -Infinity, h < size ? sorted.at(h) : Infinity];
      const median = x <= below ? [-Infinity, below] : x >= above ? [above, Infinity] : [NaN, NaN];
      // The minimum where x is above it, the median where x is on one side of it, the maximum, and the range.
      intervals.push(x >= least ? least : NaN, Infinity, ...median, -Infinity, x <= greatest ? greatest : NaN);
      intervals.push(x >= least ? least : NaN, x <= greatest ? greatest : NaN);
      if (isFull) sorted.insert(oldest);
    }
    return intervals;
  }

  /** How far the number that a view shows is from the nearest one before. */
  #distanceOf(v: number, number: number): number {
    return v === 0 ? this.#values.peek(number) : this.#pasts[v - 1]!.peek(number);
  }

  /** The surprise of the run that `x` continues or begins: 0 for a state of nine views. */
  #surpriseOfRun(x: number): number {
    return this.#run === undefined || Number.isNaN(x) ? 0 : this.#run.surprise(this.#run.lengthWith(x));
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
