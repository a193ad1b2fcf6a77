// A uniform sample of all values so far, in ascending order. Its size is bounded.
import { checkSeed } from '../../core/checks.ts';
import { SortedValues } from '../../core/sorted-values.ts';
import type { StateReader, StateWriter } from '../../core/state.ts';
import { ReservoirSampler } from './reservoir-sampler.ts';

/**
 * Keeps up to `maxValues` values: all values at first, then a uniform sample of them, chosen by {@link ReservoirSampler},
 * which numbers the kept values by rank. So the order of the values is all that has to be stored.
 *
 * The same seed and values give the same sample on every machine. O(log maxValues) per value, without allocation once full.
 */
export class Reservoir {
  readonly maxValues: number;
  /** The kept values. */
  readonly sorted: SortedValues;
  #sampler: ReservoirSampler;

  constructor(maxValues: number, seed: number) {
    checkSeed(seed);
    this.maxValues = maxValues;
    this.sorted = new SortedValues();
    this.#sampler = new ReservoirSampler(maxValues, seed);
  }

  offer(value: number): void {
    const rank = this.#sampler.offer(this.sorted.size);
    if (rank < 0) return;
    if (rank < this.sorted.size) this.sorted.removeAt(rank);
    this.sorted.insert(value);
  }

  clear(): void {
    this.sorted.clear();
    this.#sampler.reset();
  }

  write(state: StateWriter): void {
    this.#sampler.writeCounts(state);
    this.#sampler.writeRandom(state);
    state.f64s(this.sorted.toArray());
  }

  static read(state: StateReader): Reservoir {
    const sampler = ReservoirSampler.readCounts(state);
    sampler.readRandom(state);
    const reservoir = new Reservoir(sampler.maxValues, sampler.seed);
    reservoir.#sampler = sampler;
    for (const value of state.f64s()) reservoir.sorted.insert(value);
    return reservoir;
  }
}
