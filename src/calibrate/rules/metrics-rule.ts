// The rule of preset 'metrics': a window is strange against the last day and against all of the past, or its value is new.
import { toNumber, type Value } from '../../core/series.ts';
import { StateReader, StateWriter } from '../../core/state.ts';
import { learnAll, learnOf } from '../../core/streaming-detector.ts';
import type { NextWindow } from '../../stream/next-window.ts';
import { StreamingKNN } from '../../stream/streaming-knn.ts';
import { Calibrator } from '../calibration/calibrator.ts';
import { Novelty } from './novelty.ts';
import type { Rule, RuleOptions, ViewResult } from './rule.ts';
import { farthest, type Neighborhood, nearest, type SurpriseCurve } from './surprise-curve.ts';
import { EVENT, Usual } from './usual.ts';

/** Values per window, neighbors, and windows that are remembered: 300 to 10 000 of them find the same incidents. */
const WINDOW_SIZE = 5;
const NEIGHBORS = 5;
const HISTORY = 1000;

/** The share of the scores that is the tail: of novelty, and of the windows' distances. */
const VALUE_TAIL = 0.02;
const SHAPE_TAIL = 0.1;

/** A new value counts in full where its window is this many times as strange as usual, and in proportion below. */
const FULL_RATIO = 4.5;

/** How much rarer a value must be the more values have been seen: LENGTH_WEIGHT·ln(1 + n/LENGTH). */
const LENGTH_WEIGHT = 0.3;
const LENGTH = 500;

/** The options of a value that is not learned. */
const UNLEARNED = { learn: false } as const;

const KIND = 'MetricsRule';
const FORMAT = 1;

/** What a rule consists of. */
interface Parts {
  readonly novelty: Novelty;
  readonly valueTail: Calibrator;
  readonly knn: StreamingKNN;
  readonly shapeTail: Calibrator;
  readonly usual: Usual;
}

/** What decided the last surprise: the value, or the shape of its window. */
type Look = 'value' | 'shape';

/**
 * The surprise of a value x that comes after n others, by two looks at it:
 *
 * - shape: s = StreamingKNN(5, 5) over the last 1000 windows. It must be strange on two scales: `ratio`, s divided by the
 *   usual s of the last day or of all the past, whichever is larger; and g = −ln p of s in all of the past, with an exponential
 *   tail over the largest 10 %. It counts in so far as the series is `calm`: where windows are far from usual all the
 *   time, that is what the series looks like. See {@link Usual} for ratio and calm.
 * - value: v = −ln p of the distance to the nearest past value, tail of the largest 2 %. It counts in so far as the window
 *   is unusual, too.
 *
 *     surprise = max(0, max(calm·min(ratio, g), v·min(1, ratio/4.5)) − 0.3·ln(1 + n/500))
 *
 * The last term asks the more of a value the more values have been seen, as rare ones come in any long series.
 *
 * Missing values give NaN and are not learned. The four values after one have no window: their value alone counts.
 * O(1000·5) per value, 2 µs in all; 19 KB.
 */
export class MetricsRule implements Rule {
  readonly windowSize: number = WINDOW_SIZE;
  readonly #day: number;
  readonly #novelty: Novelty;
  readonly #valueTail: Calibrator;
  readonly #knn: StreamingKNN;
  readonly #shapeTail: Calibrator;
  readonly #usual: Usual;
  /** Values that were learned: n. */
  #count = 0;
  /** The distance of the last value to the nearest past one. */
  score: number = NaN;
  /** What decided the last surprise. */
  #look: Look;
  /** Of the last value: the ratio of its window, and the surprises of value and shape, v and g. */
  #ratio = NaN;
  #valueSurprise = NaN;
  #shapeSurprise = NaN;

  /** The value between `judge` and `settle`, its distance, and whether it is to be learned. */
  #judged = NaN;
  #distance = NaN;
  #isLearned: boolean;
  #isPending: boolean;

  /** @param parts what the rule goes on with; default: new ones */
  constructor({ warmup, maxValues, day }: RuleOptions, parts?: Parts) {
    this.#day = day;
    this.#novelty = parts?.novelty ?? new Novelty({ maxValues });
    this.#valueTail = parts?.valueTail ?? new Calibrator({ warmup, tail: VALUE_TAIL });
    this.#knn = parts?.knn ?? new StreamingKNN(WINDOW_SIZE, NEIGHBORS, { history: HISTORY });
    this.#shapeTail = parts?.shapeTail ?? new Calibrator({ warmup, tail: SHAPE_TAIL });
    this.#usual = parts?.usual ?? new Usual(day);
    this.#look = 'value';
    this.#isLearned = false;
    this.#isPending = false;
  }

  get pastValues(): Novelty {
    return this.#novelty;
  }

  /** The look that decided: `undefined` for the value itself. */
  get strangest(): ViewResult | undefined {
    if (Number.isNaN(this.#valueSurprise)) return undefined;
    if (this.#look === 'value') return { name: 'value', seen: this.score, surprise: this.#valueSurprise };
    const times = `${Number(this.#ratio.toPrecision(3))} times as far as usual`;
    const says = `ends ${WINDOW_SIZE} values that are ${times} from the most similar ones of the last ${HISTORY}`;
    return { name: 'shape', seen: this.#ratio, surprise: this.#shapeSurprise, says };
  }

  get numScores(): number {
    return this.#valueTail.numScores;
  }

  update(x: Value, options?: { learn?: boolean }): number {
    const surprise = this.judge(toNumber(x), learnOf(options));
    this.settle();
    return surprise;
  }

  judge(value: number, learn: boolean): number {
    const novelty = this.#novelty.peek(value);
    const distance = this.#knn.update(value, learn ? undefined : UNLEARNED);
    const v = this.#valueTail.peek(novelty);
    const ratio = this.#usual.ratio(distance);
    const calm = this.#usual.calmAfter(ratio);
    const g = this.#shapeTail.peek(distance);
    this.score = novelty;
    this.#ratio = ratio;
    this.#valueSurprise = v;
    this.#shapeSurprise = g;
    const byShape = surpriseOfShape(distance, ratio, g, calm);
    const byValue = surpriseOfValue(distance, ratio, v);
    this.#look = byShape > byValue ? 'shape' : 'value';
    this.#judged = value;
    this.#distance = distance;
    this.#isLearned = learn;
    this.#isPending = true;
    return Number.isNaN(value) ? NaN : this.#joined(byShape, byValue);
  }

  settle(): void {
    const value = this.#judged;
    const learn = this.#isLearned;
    this.#isPending = false;
    this.#novelty.take(value, learn);
    this.#valueTail.take(this.score, learn);
    this.#shapeTail.take(this.#distance, learn);
    if (!learn || Number.isNaN(value)) return;
    if (!Number.isNaN(this.#distance)) this.#usual.learn(this.#distance, this.#ratio);
    this.#count++;
  }

  touch(): number {
    const tails = this.#valueTail.touch() + this.#shapeTail.touch();
    return this.#distance + this.#novelty.touch() + tails + this.#knn.touch() + this.#usual.touch();
  }

  peek(x: Value): number {
    const value = toNumber(x);
    return Number.isNaN(value) ? NaN : this.#surpriseOf(this.#knn.peek(value), this.#novelty.peek(value));
  }

  surpriseCurve(window: Float64Array): SurpriseCurve {
    const windows = this.#knn.nextWindow(this.#isPending ? { forgotten: this.#knn.forgotten, window } : undefined)!;
    const at = (x: number): Neighborhood => {
      const distance = windows.score(x);
      const novelty = this.#novelty.peek(x);
      return {
        surprise: this.#surpriseOf(distance, novelty),
        atMost: (radius) => this.#largest(distance, novelty, radius),
        atLeast: (radius) => this.#smallest(distance, novelty, radius),
      };
    };
    return { expected: windows.expected, isolated: NaN, at };
  }

  comparedWindows(window: Float64Array): NextWindow {
    return this.#knn.nextWindow({ forgotten: NaN, window })!;
  }

  learn(series: Iterable<Value>): number[] {
    return learnAll(this, series);
  }

  reset(): void {
    this.#novelty.reset();
    this.#valueTail.reset();
    this.#knn.reset();
    this.#shapeTail.reset();
    this.#usual.clear();
    this.#count = 0;
    this.score = NaN;
    this.#look = 'value';
    this.#ratio = NaN;
    this.#valueSurprise = NaN;
    this.#shapeSurprise = NaN;
  }

  save(): Uint8Array {
    const state = new StateWriter(KIND, FORMAT);
    state.f64(this.#day);
    state.uint(this.#count);
    for (const part of [this.#novelty, this.#valueTail, this.#knn, this.#shapeTail]) state.bytes(part.save());
    this.#usual.write(state);
    state.u8(this.#look === 'shape' ? 1 : 0);
    for (const number of [this.score, this.#ratio, this.#valueSurprise, this.#shapeSurprise]) state.f64(number);
    return state.finish();
  }

  /** What `save` wrote. @throws RangeError for damaged or newer bytes */
  static load(bytes: Uint8Array): MetricsRule {
    const state = new StateReader(bytes, KIND, FORMAT);
    const [day, count] = [state.f64(), state.uint()];
    const parts: Parts = {
      novelty: Novelty.load(state.bytes()),
      valueTail: Calibrator.load(state.bytes()),
      knn: StreamingKNN.load(state.bytes()),
      shapeTail: Calibrator.load(state.bytes()),
      usual: Usual.read(state),
    };
    const rule = new MetricsRule({ warmup: 0, maxValues: 2, day }, parts);
    rule.#count = count;
    rule.#look = state.u8() === 1 ? 'shape' : 'value';
    rule.score = state.f64();
    rule.#ratio = state.f64();
    rule.#valueSurprise = state.f64();
    rule.#shapeSurprise = state.f64();
    state.end();
    return rule;
  }

  #surpriseOf(distance: number, novelty: number): number {
    const v = this.#valueTail.peek(novelty);
    const ratio = this.#usual.ratio(distance);
    const byShape = surpriseOfShape(distance, ratio, this.#shapeTail.peek(distance), this.#usual.calmAfter(ratio));
    return this.#joined(byShape, surpriseOfValue(distance, ratio, v));
  }

  /**
   * A bound of the surprise of a value that is at most `radius` away from one of this distance and novelty: both differ by at
   * most as much. The surprise grows with both, but for calm, which falls by a step where the ratio becomes an event.
   */
  #largest(distance: number, novelty: number, radius: number): number {
    const far = farthest(distance, radius);
    const ratio = this.#usual.ratio(far);
    const g = this.#shapeTail.peek(far);
    const byShape = surpriseOfShape(far, ratio, g, this.#usual.calmAfter(ratio));
    const beforeStep = surpriseOfShape(far, Math.min(ratio, EVENT), g, this.#usual.calmAfter(0));
    const byValue = surpriseOfValue(far, ratio, this.#valueTail.peek(farthest(novelty, radius)));
    return this.#joined(Math.max(byShape, beforeStep), byValue);
  }

  /** The other bound. */
  #smallest(distance: number, novelty: number, radius: number): number {
    const near = nearest(distance, radius);
    const ratio = this.#usual.ratio(near);
    const byShape = surpriseOfShape(near, ratio, this.#shapeTail.peek(near), this.#usual.calmAfter(Infinity));
    const byValue = surpriseOfValue(near, ratio, this.#valueTail.peek(nearest(novelty, radius)));
    return this.#joined(byShape, byValue);
  }

  #joined(byShape: number, byValue: number): number {
    return Math.max(0, Math.max(byShape, byValue) - LENGTH_WEIGHT * Math.log(1 + this.#count / LENGTH));
  }
}

/** The surprise of a window by its shape. */
function surpriseOfShape(distance: number, ratio: number, g: number, calm: number): number {
  return Number.isNaN(distance) ? 0 : calm * Math.min(ratio, g);
}

/** The surprise of a value by its novelty; without a window to look at, in full. */
function surpriseOfValue(distance: number, ratio: number, v: number): number {
  return Number.isNaN(distance) ? v : v * Math.min(1, ratio / FULL_RATIO);
}
