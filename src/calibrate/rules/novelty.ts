// Novelty: how far a value is from every value before it. The detector behind the best published figures of this library.
import { checkInteger, checkOptions, checkSeed } from '../../core/checks.ts';
import { Random } from '../../core/random.ts';
import { toNumber, type Value } from '../../core/series.ts';
import { SortedValues } from '../../core/sorted-values.ts';
import { StateReader, StateWriter } from '../../core/state.ts';
import { learnAll, type StreamingDetector } from '../../core/streaming-detector.ts';

/** A value of the past. */
export interface PastValue {
  readonly value: number;
  /** When it came, counted in values from 0, missing ones included. */
  readonly time: number;
}

const KIND = 'Novelty';
const FORMAT = 1;

/** Places for values at the start. */
const FIRST_PLACES = 8;

/** What `Novelty` may be told. */
export interface NoveltyOptions {
  /** Values that are kept at most, at least 1; default 100 000. */
  maxValues?: number;
  /** An integer that decides which are kept; default 1. */
  seed?: number;
}

/**
 * Value novelty: the distance √((x − y)²) of a value to the nearest y that came before it, anywhere in the past: k-nearest
 * neighbors with windowSize 1 and k = 1. The first value scores 0.
 *
 * Up to `maxValues` values are all kept; beyond that they are a uniform sample of the whole past (a reservoir; Vitter 1985,
 * algorithm R), not its last part: what was usual long ago still is. While they are all kept, the scores are those of
 * `new KNN(1, 1, { side: 'left' })`, to the bit.
 *
 * Missing values score NaN and are not learned. O(log maxValues) per value; about 30 bytes per value kept.
 *
 * @example
 * new Novelty().learn([3, 3, 4, 10, 4]); // => [0, 0, 1, 6, 0]
 */
export class Novelty implements StreamingDetector {
  readonly maxValues: number;
  readonly #seed: number;
  #random: Random;
  readonly #sorted: SortedValues;
  /** The values kept and their times, in no order. */
  #values: Float64Array;
  #times: Float64Array;
  /** Values that could have been kept, and values that came. */
  #offered: number;
  #time: number;
  readonly #nearest: Float64Array;

  /**
   * @throws TypeError for an argument of the wrong kind, RangeError for a wrong value
   */
  constructor(options: NoveltyOptions = {}) {
    checkOptions(options, ['maxValues', 'seed']);
    const { maxValues = 100_000, seed = 1 } = options;
    checkInteger(maxValues, 'maxValues', 1);
    checkSeed(seed);
    this.maxValues = maxValues;
    this.#seed = seed;
    this.#random = new Random(seed);
    this.#sorted = new SortedValues();
    this.#values = new Float64Array(Math.min(FIRST_PLACES, maxValues));
    this.#times = new Float64Array(Math.min(FIRST_PLACES, maxValues));
    this.#offered = 0;
    this.#time = 0;
    this.#nearest = new Float64Array(1);
  }

  update(x: Value, { learn = true }: { learn?: boolean } = {}): number {
    const value = toNumber(x);
    const score = this.#score(value);
    if (learn && !Number.isNaN(value)) this.#keep(value);
    this.#time++;
    return score;
  }

  peek(x: Value): number {
    return this.#score(toNumber(x));
  }

  learn(series: Iterable<Value>): number[] {
    return learnAll(this, series);
  }

  /**
   * The past values nearest to `x`, nearest first, of equal ones the latest first. O(maxValues).
   *
   * @param k how many, at least 1; default 1
   * @param options.before only values that came before this time; default: all
   *
   * @example
   * const novelty = new Novelty();
   * novelty.learn([3, 3, 4, 10]);
   * novelty.nearest(9, 2); // => [{ value: 10, time: 3 }, { value: 4, time: 2 }]
   */
  nearest(x: number, k = 1, options: { before?: number } = {}): PastValue[] {
    checkInteger(k, 'k', 1);
    checkOptions(options, ['before']);
    const { before = Infinity } = options;
    const found: PastValue[] = [];
    for (let p = 0; p < this.#sorted.size; p++) {
      const [value, time] = [this.#values[p]!, this.#times[p]!];
      if (time >= before) continue;
      const isNearer = (other: PastValue): boolean => {
        const order = Math.abs(other.value - x) - Math.abs(value - x);
        return order > 0 || (order === 0 && other.time < time);
      };
      const place = found.findIndex(isNearer);
      if (place < 0 && found.length >= k) continue;
      found.splice(place < 0 ? found.length : place, 0, { value, time });
      if (found.length > k) found.pop();
    }
    return found;
  }

  /** Values that came, missing ones included: the time of the next one. */
  get time(): number {
    return this.#time;
  }

  reset(): void {
    this.#random = new Random(this.#seed);
    this.#sorted.clear();
    this.#offered = 0;
    this.#time = 0;
  }

  save(): Uint8Array {
    const { size } = this.#sorted;
    const state = new StateWriter(KIND, FORMAT);
    const numbers = [this.maxValues, this.#seed, this.#offered, this.#time];
    for (const number of numbers) state.f64(number);
    for (const word of this.#random.state) state.u32(word);
    state.f64s(this.#values.subarray(0, size));
    state.f64s(this.#times.subarray(0, size));
    return state.finish();
  }

  /** The detector that `save` wrote; it goes on bit for bit. @throws RangeError for damaged or newer bytes */
  static load(bytes: Uint8Array): Novelty {
    const state = new StateReader(bytes, KIND, FORMAT);
    const novelty = new Novelty({ maxValues: state.f64(), seed: state.f64() });
    novelty.#offered = state.f64();
    novelty.#time = state.f64();
    novelty.#random.state = novelty.#random.state.map(() => state.u32());
    novelty.#values = state.f64s();
    novelty.#times = state.f64s();
    state.end();
    for (const value of novelty.#values) novelty.#sorted.insert(value);
    return novelty;
  }

  #score(x: number): number {
    if (Number.isNaN(x)) return NaN;
    return this.#sorted.nearestInto(x, 1, this.#nearest) === 0 ? 0 : Math.sqrt(this.#nearest[0]!);
  }

  /** The t-th value is kept with probability maxValues / t, in a place of which all are equally likely. */
  #keep(value: number): void {
    this.#offered++;
    let place = this.#sorted.size;
    if (place === this.maxValues) {
      place = this.#random.below(this.#offered);
      if (place >= this.maxValues) return;
      this.#sorted.remove(this.#values[place]!);
    } else if (place === this.#values.length) this.#grow();
    this.#values[place] = value;
    this.#times[place] = this.#time;
    this.#sorted.insert(value);
  }

  #grow(): void {
    const length = Math.min(this.maxValues, Math.max(FIRST_PLACES, 2 * this.#values.length));
    const [values, times] = [new Float64Array(length), new Float64Array(length)];
    values.set(this.#values);
    times.set(this.#times);
    this.#values = values;
    this.#times = times;
  }
}
