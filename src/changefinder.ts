// ChangeFinder: two SDAR models, one after the other. The first finds outliers, the second changes.
import { checkInteger, checkOptions, learnAll, type StreamingDetector, toNumber, type Value } from './detector.ts';
import { checkDiscount, SDAR, type SDARState } from './sdar.ts';
import { StateReader, StateWriter } from './state.ts';

const KIND = 'ChangeFinder';
const FORMAT = 1;

/**
 * ChangeFinder (Takeuchi & Yamanishi 2006, IEEE TKDE 18(4), section 4): scores each value by how much the process behind
 * the series seems to change there.
 *
 *     outlier score  =  logarithmic loss of x under the first SDAR model
 *     y              =  mean of the last `smoothing` outlier scores (of those that exist)
 *     change score   =  logarithmic loss of y under the second SDAR model
 *
 * `update` returns the change score. A lone outlier raises y for `smoothing` values and by little, a change of level,
 * variance or dynamics raises it for as long as the first model needs to learn anew, about 1/discount values. Scores are
 * not bounded and have no common scale; the first ones, about 1/discount, are the start, not a finding.
 *
 * Missing values score NaN and change nothing. O(outlierOrder² + changeOrder²) per value, nothing is allocated.
 *
 * @example
 * new ChangeFinder(3, 0.1, 3, 0.1, 4).update(1); // => 6.2017912433901
 */
export class ChangeFinder implements StreamingDetector {
  readonly smoothing: number;
  /** The first stage's score of the last value; NaN before the first and for a missing one. */
  outlierScore: number;
  /** The second stage's score of the last value, which `update` returned; NaN before the first and for a missing one. */
  changeScore: number;
  #outlier: SDAR;
  #change: SDAR;
  /** The last outlier scores: a ring. */
  readonly #scores: Float64Array;
  #next: number;
  #count: number;

  /**
   * @param outlierOrder coefficients of the first model, at least 1
   * @param outlierDiscount how fast it forgets, above 0 and below 1
   * @param changeOrder coefficients of the second model, at least 1
   * @param changeDiscount how fast that forgets
   * @param smoothing number of outlier scores that are averaged, at least 1
   * @param options.outlier state that the first model starts from: see {@link SDAR}
   * @param options.change state that the second one starts from
   * @throws TypeError for an argument of the wrong kind, RangeError for a wrong value
   */
  constructor(
    outlierOrder: number,
    outlierDiscount: number,
    changeOrder: number,
    changeDiscount: number,
    smoothing: number,
    options: { outlier?: SDARState; change?: SDARState } = {},
  ) {
    checkInteger(outlierOrder, 'outlierOrder', 1);
    checkDiscount(outlierDiscount, 'outlierDiscount');
    checkInteger(changeOrder, 'changeOrder', 1);
    checkDiscount(changeDiscount, 'changeDiscount');
    checkInteger(smoothing, 'smoothing', 1);
    checkOptions(options, ['outlier', 'change']);
    const { outlier = {}, change = {} } = options;
    this.smoothing = smoothing;
    this.outlierScore = NaN;
    this.changeScore = NaN;
    this.#outlier = new SDAR(outlierOrder, outlierDiscount, { initial: outlier });
    this.#change = new SDAR(changeOrder, changeDiscount, { initial: change });
    this.#scores = new Float64Array(smoothing);
    this.#next = 0;
    this.#count = 0;
  }

  update(x: Value, { learn = true }: { learn?: boolean } = {}): number {
    const value = toNumber(x);
    this.outlierScore = this.#outlier.update(value, { learn });
    if (Number.isNaN(value)) return (this.changeScore = NaN);
    const smoothed = this.#smooth(this.outlierScore);
    this.#scores[this.#next] = this.outlierScore;
    this.#next = (this.#next + 1) % this.smoothing;
    if (this.#count < this.smoothing) this.#count++;
    return (this.changeScore = this.#change.update(smoothed, { learn }));
  }

  peek(x: Value): number {
    const score = this.#outlier.peek(x);
    return Number.isNaN(score) ? NaN : this.#change.peek(this.#smooth(score));
  }

  learn(series: Iterable<Value>): number[] {
    return learnAll(this, series);
  }

  reset(): void {
    this.#outlier.reset();
    this.#change.reset();
    this.#next = 0;
    this.#count = 0;
    this.outlierScore = NaN;
    this.changeScore = NaN;
  }

  save(): Uint8Array {
    const state = new StateWriter(KIND, FORMAT);
    state.u32(this.smoothing);
    state.bytes(this.#outlier.save());
    state.bytes(this.#change.save());
    state.f64s(this.#scores.subarray(0, this.#count));
    state.u32(this.#next);
    state.f64(this.outlierScore);
    state.f64(this.changeScore);
    return state.finish();
  }

  /** The detector that `save` wrote; it goes on bit for bit. @throws RangeError for damaged or newer bytes */
  static load(bytes: Uint8Array): ChangeFinder {
    const state = new StateReader(bytes, KIND, FORMAT);
    const smoothing = state.u32();
    const [outlier, change] = [SDAR.load(state.bytes()), SDAR.load(state.bytes())];
    const { order, discount } = outlier;
    const detector = new ChangeFinder(order, discount, change.order, change.discount, smoothing);
    const scores = state.f64s();
    detector.#outlier = outlier;
    detector.#change = change;
    detector.#scores.set(scores);
    detector.#count = scores.length;
    detector.#next = state.u32();
    detector.outlierScore = state.f64();
    detector.changeScore = state.f64();
    state.end();
    return detector;
  }

  /** The mean of `score` and the scores before it, oldest first: summed anew, so that nothing is left of a large one. */
  #smooth(score: number): number {
    const { smoothing } = this;
    const before = Math.min(this.#count, smoothing - 1);
    let sum = 0;
    for (let p = before; p > 0; p--) sum += this.#scores[(this.#next + smoothing - p) % smoothing]!;
    return (sum + score) / (before + 1);
  }
}
