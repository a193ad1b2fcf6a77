// Novelty: how far a value is from every value before it.
import { checkInteger, checkNumber, checkOptions } from '../../core/checks.ts';
import { toNumber, type Value } from '../../core/series.ts';
import { StateReader, StateWriter } from '../../core/state.ts';
import { learnAll, learnOf, type StreamingDetector } from '../../core/streaming-detector.ts';
import { ValueCover } from './value-cover.ts';
import { AllValues } from './value-memory.ts';
import { ValueReservoir } from './value-reservoir.ts';

/** A value of the past. */
export interface PastValue {
  readonly value: number;
  /** When it came, counted in values from 0, missing ones included. */
  readonly time: number;
}

const KIND = 'Novelty';
/** Of states that keep a reservoir; they are read, go on by it, and are written again. */
const RESERVOIR_FORMAT = 1;
const FORMAT = 2;

/** What `Novelty` may be told. */
export interface NoveltyOptions {
  /** Values that are kept at most, at least 2, or `Infinity`: all of them. Default 1000. */
  maxValues?: number;
}

/**
 * Value novelty: the distance √((x − y)²) of a value to the nearest y that came before it, anywhere in the past: k-nearest
 * neighbors with windowSize 1 and k = 1. The first value scores 0.
 *
 * While no more than `maxValues` different values have come, all of them are kept and the scores are those of
 * `new KNN(1, 1, { side: 'left' })`, to the bit. Beyond that, what is kept covers the past: its smallest and largest value,
 * and every other past value within R/(maxValues − 1) of a kept one, where R is the range of the past. Scores are too
 * large by at most that, never too small, and what was usual long ago still is.
 *
 * Missing values score NaN and are not learned. O(maxValues) per new value, about 0.2 µs for 300, and 12 bytes per
 * value kept; with `maxValues: Infinity` O(log n) and 30 bytes.
 *
 * @example
 * new Novelty().learn([3, 3, 4, 10, 4]); // => [0, 0, 1, 6, 0]
 */
export class Novelty implements StreamingDetector {
  readonly maxValues: number;
  #past: AllValues | ValueCover | ValueReservoir;
  /** Values that came, missing ones included. */
  #time = 0;

  /**
   * @throws TypeError for an argument of the wrong kind, RangeError for a wrong value
   */
  constructor(options: NoveltyOptions = {}) {
    checkOptions(options, ['maxValues']);
    const { maxValues = 1000 } = options;
    checkMaxValues(maxValues);
    this.maxValues = maxValues;
    this.#past = maxValues === Infinity ? new AllValues() : new ValueCover(maxValues);
  }

  update(x: Value, options?: { learn?: boolean }): number {
    const value = toNumber(x);
    const learn = learnOf(options);
    const score = this.#score(value);
    this.take(value, learn);
    return score;
  }

  /** @internal `update` without the score, of a value that is NaN if it is missing. */
  take(value: number, learn: boolean): void {
    if (learn && !Number.isNaN(value)) this.#past.keep(value, this.#time);
    this.#time++;
  }

  /** @internal Reads what the next update reads: see src/calibrate/fleet/prefetch.ts. */
  touch(): number {
    return this.#past instanceof ValueCover ? this.#past.touch() : 0;
  }

  peek(x: Value): number {
    return this.#score(toNumber(x));
  }

  learn(series: Iterable<Value>): number[] {
    return learnAll(this, series);
  }

  /**
   * The past values nearest to `x`, nearest first, of equal ones the latest first. O(maxValues). Of values that came
   * several times, the last time counts, unless all are kept.
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
    const visit = (value: number, time: number): void => {
      if (time >= before) return;
      const isNearer = (other: PastValue): boolean => {
        const order = Math.abs(other.value - x) - Math.abs(value - x);
        return order > 0 || (order === 0 && other.time < time);
      };
      const rank = found.findIndex(isNearer);
      if (rank < 0 && found.length >= k) return;
      found.splice(rank < 0 ? found.length : rank, 0, { value, time });
      if (found.length > k) found.pop();
    };
    const past = this.#past;
    past.forEach(visit);
    // Of the time before the last value: the entry that it replaced was still there.
    if (past instanceof ValueCover && before < this.#time && !Number.isNaN(past.goneValue)) {
      visit(past.goneValue, past.goneTime);
    }
    return found;
  }

  /** Values that came, missing ones included: the time of the next one. */
  get time(): number {
    return this.#time;
  }

  reset(): void {
    this.#past.clear();
    this.#time = 0;
  }

  save(): Uint8Array {
    if (this.#past instanceof ValueReservoir) {
      const state = new StateWriter(KIND, RESERVOIR_FORMAT);
      this.#past.writeWithTime(state, this.#time);
      return state.finish();
    }
    const state = new StateWriter(KIND, FORMAT);
    state.f64(this.maxValues);
    state.f64(this.#time);
    this.#past.write(state);
    return state.finish();
  }

  /**
   * The detector that `save` wrote; it goes on bit for bit. One saved by version 0.1 keeps the random sample of the past that
   * it was saved with.
   *
   * @throws RangeError for damaged or newer bytes
   */
  static load(bytes: Uint8Array): Novelty {
    const state = new StateReader(bytes, KIND, FORMAT);
    if (state.format === RESERVOIR_FORMAT) {
      const { reservoir, time } = ValueReservoir.readWithTime(state);
      state.end();
      return Novelty.#of(reservoir.maxValues, reservoir, time);
    }
    const maxValues = state.f64();
    const time = state.f64();
    const past = maxValues === Infinity ? AllValues.read(state) : ValueCover.read(state, maxValues);
    state.end();
    return Novelty.#of(maxValues, past, time);
  }

  static #of(maxValues: number, past: AllValues | ValueCover | ValueReservoir, time: number): Novelty {
    const novelty = new Novelty();
    (novelty as { maxValues: number }).maxValues = maxValues;
    novelty.#past = past;
    novelty.#time = time;
    return novelty;
  }

  #score(x: number): number {
    if (Number.isNaN(x)) return NaN;
    return this.#past.size === 0 ? 0 : this.#past.distance(x);
  }
}

function checkMaxValues(value: unknown): void {
  const isRight = (x: number): boolean => x === Infinity || (Number.isSafeInteger(x) && x >= 2);
  checkNumber(value, 'maxValues', 'an integer of at least 2, or Infinity', isRight);
}
