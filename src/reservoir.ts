// A bounded memory of all that ever came: a uniform sample, in order.
import { checkSeed } from './detector.ts';
import { SortedValues } from './kernels/sorted-values.ts';
import { Random } from './random.ts';
import type { StateReader, StateWriter } from './state.ts';

/**
 * Keeps up to `maxValues` values; beyond, each of the t values offered so far is kept with the same probability maxValues / t
 * (Vitter 1985, algorithm R): the t-th is taken with that probability, in the place of one of those kept, all equally likely.
 * A random rank is as good as a random place, so the values need no other order than their own.
 */
export class Reservoir {
  readonly maxValues: number;
  readonly sorted: SortedValues;
  readonly #seed: number;
  #random: Random;
  #offered: number;

  constructor(maxValues: number, seed: number) {
    checkSeed(seed);
    this.maxValues = maxValues;
    this.sorted = new SortedValues();
    this.#seed = seed;
    this.#random = new Random(seed);
    this.#offered = 0;
  }

  offer(value: number): void {
    this.#offered++;
    if (this.sorted.size < this.maxValues) {
      this.sorted.insert(value);
      return;
    }
    // One draw decides both: below maxValues it is the rank that goes.
    const rank = Math.floor(this.#random.next() * this.#offered);
    if (rank >= this.maxValues) return;
    this.sorted.removeAt(rank);
    this.sorted.insert(value);
  }

  clear(): void {
    this.sorted.clear();
    this.#random = new Random(this.#seed);
    this.#offered = 0;
  }

  write(state: StateWriter): void {
    for (const number of [this.maxValues, this.#seed, this.#random.state, this.#offered]) state.f64(number);
    state.f64s(this.sorted.toArray());
  }

  static read(state: StateReader): Reservoir {
    const reservoir = new Reservoir(state.f64(), state.f64());
    reservoir.#random.state = state.f64();
    reservoir.#offered = state.f64();
    for (const value of state.f64s()) reservoir.sorted.insert(value);
    return reservoir;
  }
}
