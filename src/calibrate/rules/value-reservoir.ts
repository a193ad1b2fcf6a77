// A uniform sample of past values: what Novelty kept beyond its bound in states of format 1, which go on by it.
import { SortedValues } from '../../core/sorted-values.ts';
import type { StateReader, StateWriter } from '../../core/state.ts';
import { ReservoirSampler } from '../calibration/reservoir-sampler.ts';
import type { ValueMemory } from './value-memory.ts';

/** The least length of the arrays. */
const INITIAL_CAPACITY = 8;

/** Up to `maxValues` values of the past, chosen by {@link ReservoirSampler}, which numbers them by slot. */
export class ValueReservoir implements ValueMemory {
  readonly #sampler: ReservoirSampler;
  /** The kept values in ascending order. */
  readonly #sorted: SortedValues;
  /** The kept values by slot, and when each came. Slots from `size` on are free. */
  #values: Float64Array;
  #times: Float64Array;
  readonly #nearest: Float64Array;

  constructor(sampler: ReservoirSampler) {
    this.#sampler = sampler;
    this.#sorted = new SortedValues();
    this.#values = new Float64Array(INITIAL_CAPACITY);
    this.#times = new Float64Array(INITIAL_CAPACITY);
    this.#nearest = new Float64Array(1);
  }

  get maxValues(): number {
    return this.#sampler.maxValues;
  }

  get size(): number {
    return this.#sorted.size;
  }

  distance(x: number): number {
    return this.#sorted.nearestInto(x, 1, this.#nearest) === 0 ? Infinity : Math.sqrt(this.#nearest[0]!);
  }

  keep(value: number, time: number): void {
    const slot = this.#sampler.offer(this.size);
    if (slot < 0) return;
    if (slot < this.size) this.#sorted.remove(this.#values[slot]!);
    else if (slot === this.#values.length) this.#grow();
    this.#values[slot] = value;
    this.#times[slot] = time;
    this.#sorted.insert(value);
  }

  forEach(visit: (value: number, time: number) => void): void {
    for (let slot = 0; slot < this.size; slot++) visit(this.#values[slot]!, this.#times[slot]!);
  }

  clear(): void {
    this.#sampler.reset();
    this.#sorted.clear();
  }

  /** The fields of a Novelty of format 1, `time` among them. */
  writeWithTime(state: StateWriter, time: number): void {
    this.#sampler.writeCounts(state);
    state.f64(time);
    this.#sampler.writeRandom(state);
    state.f64s(this.#values.subarray(0, this.size));
    state.f64s(this.#times.subarray(0, this.size));
  }

  /** What `writeWithTime` wrote. */
  static readWithTime(state: StateReader): { reservoir: ValueReservoir; time: number } {
    const sampler = ReservoirSampler.readCounts(state);
    const time = state.f64();
    sampler.readRandom(state);
    const reservoir = new ValueReservoir(sampler);
    reservoir.#values = state.f64s();
    reservoir.#times = state.f64s();
    for (const value of reservoir.#values) reservoir.#sorted.insert(value);
    return { reservoir, time };
  }

  #grow(): void {
    const length = Math.min(this.maxValues, Math.max(INITIAL_CAPACITY, 2 * this.#values.length));
    const values = new Float64Array(length);
    const times = new Float64Array(length);
    values.set(this.#values);
    times.set(this.#times);
    this.#values = values;
    this.#times = times;
  }
}
