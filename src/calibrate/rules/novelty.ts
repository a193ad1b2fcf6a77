// Novelty: the distance of a value to the nearest value before it.
import { checkInteger, checkOptions, checkSeed } from '../../core/checks.ts';
import { toNumber, type Value } from '../../core/series.ts';
import { SortedValues } from '../../core/sorted-values.ts';
import { StateReader, StateWriter } from '../../core/state.ts';
import { learnAll, type StreamingDetector } from '../../core/streaming-detector.ts';
import { ReservoirSampler } from '../calibration/reservoir-sampler.ts';

/** A value of the past. */
export interface PastValue {
  readonly value: number;
  /** When it came, counted in values from 0, missing ones included. */
  readonly time: number;
}

const KIND = 'Novelty';
const FORMAT = 1;

/** Slots for values at the start. */
const INITIAL_CAPACITY = 8;

/** Scratch of `noveltyOf`, shared by all detectors. */
const nearestSquare = new Float64Array(1);

/** The distance of `x` to the nearest value of `past`; 0 if there is none. O(log of their number). */
export function noveltyOf(x: number, past: SortedValues): number {
  return past.nearestInto(x, 1, nearestSquare) === 0 ? 0 : Math.sqrt(nearestSquare[0]!);
}

/** Options of {@link Novelty}. */
export interface NoveltyOptions {
  /** Largest number of values to keep, at least 1; default 100 000. */
  maxValues?: number;
  /** An integer that decides which values are kept; default 1. */
  seed?: number;
}

/**
 * Value novelty: the distance √((x − y)²) of a value to the nearest y that came before it, anywhere in the past. This is
 * k-nearest neighbors with windowSize 1 and k = 1. The first value scores 0.
 *
 * Up to `maxValues` values are all kept. Beyond that, a uniform sample of the whole past is kept (a reservoir; Vitter 1985,
 * algorithm R). A window of the last values would forget: a value that was usual long ago would be new again. While all
 * values are kept, the scores are those of `new KNN(1, 1, { side: 'left' })`, to the bit.
 *
 * Missing values score NaN and are not learned. O(log maxValues) per value; about 30 bytes per kept value.
 *
 * @example
 * new Novelty().learn([3, 3, 4, 10, 4]); // => [0, 0, 1, 6, 0]
 */
export class Novelty implements StreamingDetector {
  readonly maxValues: number;
  /** Decides which values are kept; it numbers them by slot. */
  #sampler: ReservoirSampler;
  /** The kept values in ascending order. */
  readonly #sorted: SortedValues;
  /** The kept values by slot, and when each came. Slots from `#sorted.size` on are free. */
  #values: Float64Array;
  #times: Float64Array;
  #time: number;

  /**
   * @throws TypeError for an argument of the wrong kind, RangeError for a wrong value
   */
  constructor(options: NoveltyOptions = {}) {
    checkOptions(options, ['maxValues', 'seed']);
    const { maxValues = 100_000, seed = 1 } = options;
    checkInteger(maxValues, 'maxValues', 1);
    checkSeed(seed);
    this.maxValues = maxValues;
    this.#sampler = new ReservoirSampler(maxValues, seed);
    this.#sorted = new SortedValues();
    this.#values = new Float64Array(Math.min(INITIAL_CAPACITY, maxValues));
    this.#times = new Float64Array(Math.min(INITIAL_CAPACITY, maxValues));
    this.#time = 0;
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
   * The kept values nearest to `x`, nearest first; of two at the same distance the later comes first. O(maxValues).
   *
   * @param k number of values to return, at least 1; default 1
   * @param options.before only values that came before this time are returned; default: all
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
      const rank = found.findIndex(isNearer);
      if (rank < 0 && found.length >= k) continue;
      found.splice(rank < 0 ? found.length : rank, 0, { value, time });
      if (found.length > k) found.pop();
    }
    return found;
  }

  /** Number of values so far, missing ones included. It is the time of the next value. */
  get time(): number {
    return this.#time;
  }

  reset(): void {
    this.#sampler.reset();
    this.#sorted.clear();
    this.#time = 0;
  }

  save(): Uint8Array {
    const { size } = this.#sorted;
    const state = new StateWriter(KIND, FORMAT);
    this.#sampler.writeCounts(state);
    state.f64(this.#time);
    this.#sampler.writeRandom(state);
    state.f64s(this.#values.subarray(0, size));
    state.f64s(this.#times.subarray(0, size));
    return state.finish();
  }

  /** The detector that `save` wrote; it goes on bit for bit. @throws RangeError for damaged or newer bytes */
  static load(bytes: Uint8Array): Novelty {
    const state = new StateReader(bytes, KIND, FORMAT);
    const sampler = ReservoirSampler.readCounts(state);
    const novelty = new Novelty({ maxValues: sampler.maxValues, seed: sampler.seed });
    novelty.#sampler = sampler;
    novelty.#time = state.f64();
    sampler.readRandom(state);
    novelty.#values = state.f64s();
    novelty.#times = state.f64s();
    state.end();
    for (const value of novelty.#values) novelty.#sorted.insert(value);
    return novelty;
  }

  #score(x: number): number {
    return Number.isNaN(x) ? NaN : noveltyOf(x, this.#sorted);
  }

  /** Offers the value to the sample. */
  #keep(value: number): void {
    const slot = this.#sampler.offer(this.#sorted.size);
    if (slot < 0) return;
    if (slot < this.#sorted.size) this.#sorted.remove(this.#values[slot]!);
    else if (slot === this.#values.length) this.#grow();
    this.#values[slot] = value;
    this.#times[slot] = this.#time;
    this.#sorted.insert(value);
  }

  #grow(): void {
    const length = Math.min(this.maxValues, Math.max(INITIAL_CAPACITY, 2 * this.#values.length));
    const [values, times] = [new Float64Array(length), new Float64Array(length)];
    values.set(this.#values);
    times.set(this.#times);
    this.#values = values;
    this.#times = times;
  }
}
