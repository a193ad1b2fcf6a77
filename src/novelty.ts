// Novelty: how far a value is from every value before it. The detector behind the best published figures of this library.
import { checkInteger, checkOptions, learnAll, type StreamingDetector, toNumber, type Value } from './detector.ts';
import { Reservoir } from './reservoir.ts';
import { StateReader, StateWriter } from './state.ts';

const KIND = 'Novelty';
const FORMAT = 1;

/**
 * Value novelty: the distance √((x − y)²) of a value to the nearest y that came before it, anywhere in the past: k-nearest
 * neighbors with windowSize 1 and k = 1. The first value scores 0.
 *
 * Up to `maxValues` values are all kept; beyond that they are a uniform sample of the whole past (a reservoir), not its last
 * part: what was usual long ago still is. While they are all kept, the scores are those of
 * `new KNN(1, 1, { side: 'left' })`, to the bit.
 *
 * Missing values score NaN and are not learned. O(log maxValues) per value; 8 bytes per value kept, and a quarter to spare.
 *
 * @example
 * new Novelty().learn([3, 3, 4, 10, 4]); // => [0, 0, 1, 6, 0]
 */
export class Novelty implements StreamingDetector {
  #past: Reservoir;
  readonly #nearest: Float64Array;

  /**
   * @param options.maxValues values that are kept at most, at least 1; default 100 000
   * @param options.seed an integer that decides which are kept; default 1
   * @throws TypeError for an argument of the wrong kind, RangeError for a wrong value
   */
  constructor(options: { maxValues?: number; seed?: number } = {}) {
    checkOptions(options, ['maxValues', 'seed']);
    const { maxValues = 100_000, seed = 1 } = options;
    checkInteger(maxValues, 'maxValues', 1);
    this.#past = new Reservoir(maxValues, seed);
    this.#nearest = new Float64Array(1);
  }

  update(x: Value, { learn = true }: { learn?: boolean } = {}): number {
    const value = toNumber(x);
    const score = this.#score(value);
    if (learn && !Number.isNaN(value)) this.#past.offer(value);
    return score;
  }

  peek(x: Value): number {
    return this.#score(toNumber(x));
  }

  learn(series: Iterable<Value>): number[] {
    return learnAll(this, series);
  }

  reset(): void {
    this.#past.clear();
  }

  save(): Uint8Array {
    const state = new StateWriter(KIND, FORMAT);
    this.#past.write(state);
    return state.finish();
  }

  /** The detector that `save` wrote; it goes on bit for bit. @throws RangeError for damaged or newer bytes */
  static load(bytes: Uint8Array): Novelty {
    const state = new StateReader(bytes, KIND, FORMAT);
    const novelty = new Novelty();
    novelty.#past = Reservoir.read(state);
    state.end();
    return novelty;
  }

  #score(x: number): number {
    if (Number.isNaN(x)) return NaN;
    return this.#past.sorted.nearestInto(x, 1, this.#nearest) === 0 ? 0 : Math.sqrt(this.#nearest[0]!);
  }
}
