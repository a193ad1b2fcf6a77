// A bounded memory of all that ever came: a uniform sample, in order.
import { checkSeed } from '../../core/checks.ts';
import { Random } from '../../core/random.ts';
import { SortedValues } from '../../core/sorted-values.ts';
import type { StateReader, StateWriter } from '../../core/state.ts';

/**
 * Keeps up to `maxValues` values; beyond, every choice of `maxValues` out of the t values offered so far is equally likely to
 * be what is kept (Vitter 1985, "Random Sampling with a Reservoir", algorithm R).
 *
 * Proof by induction: the t-th is taken with probability maxValues / t, which is its share, in the place of one of those kept,
 * all equally likely, so that what remains of them is a uniform choice, too. The one that goes is the one of a random rank:
 * ranks number the kept values one to one, and the draw does not depend on them. So order is all that has to be stored.
 *
 * The same seed and values give the same sample on every machine. O(log maxValues) per value, without allocation once full.
 */
export class Reservoir {
  readonly maxValues: number;
  /** What is kept. */
  readonly sorted: SortedValues;
  readonly #seed: number;
  #random: Random;
  /** Values offered so far: t. */
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
    // One draw decides both: it is less than maxValues with probability maxValues / t, and then any rank alike.
    const rank = this.#random.below(this.#offered);
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
    for (const number of [this.maxValues, this.#seed, this.#offered]) state.f64(number);
    for (const word of this.#random.state) state.u32(word);
    state.f64s(this.sorted.toArray());
  }

  static read(state: StateReader): Reservoir {
    const reservoir = new Reservoir(state.f64(), state.f64());
    reservoir.#offered = state.f64();
    reservoir.#random.state = [state.u32(), state.u32(), state.u32(), state.u32()];
    for (const value of state.f64s()) reservoir.sorted.insert(value);
    return reservoir;
  }
}
