// Reservoir sampling: which values of a stream a sample of bounded size keeps.
import { Random } from '../../core/random.ts';
import type { StateReader, StateWriter } from '../../core/state.ts';

/**
 * Chooses a uniform sample of at most `maxValues` values from a stream: of the t values offered so far, every choice of
 * `maxValues` values is equally likely to be the sample (Vitter 1985, "Random Sampling with a Reservoir", algorithm R). The
 * owner stores the values.
 *
 * Proof by induction. The t-th value is taken with probability maxValues / t, which is its share. It replaces one kept value;
 * all kept values are equally likely to be replaced, so the rest is still a uniform choice of the earlier values. The owner
 * may number the kept values in any way that does not depend on the draw: by slot, or by rank.
 *
 * The same seed gives the same choices on every machine. O(1) per value.
 */
export class ReservoirSampler {
  readonly maxValues: number;
  readonly seed: number;
  #random: Random;
  /** Values offered so far: t. */
  #offered: number;

  /** The caller checks both arguments. */
  constructor(maxValues: number, seed: number) {
    this.maxValues = maxValues;
    this.seed = seed;
    this.#random = new Random(seed);
    this.#offered = 0;
  }

  /**
   * Offers the next value of the stream to a sample of `size` values.
   *
   * @returns `size` if the value is added; a number below `maxValues` if it replaces the kept value of that number; −1 if
   * it is not taken
   */
  offer(size: number): number {
    this.#offered++;
    if (size < this.maxValues) return size;
    // One draw decides both: it is below maxValues with probability maxValues / t, and then every number is equally likely.
    const number = this.#random.below(this.#offered);
    return number < this.maxValues ? number : -1;
  }

  reset(): void {
    this.#random = new Random(this.seed);
    this.#offered = 0;
  }

  /** Writes the arguments and t. The random state is apart, as `Novelty` saves a field between them. */
  writeCounts(state: StateWriter): void {
    for (const number of [this.maxValues, this.seed, this.#offered]) state.f64(number);
  }

  writeRandom(state: StateWriter): void {
    for (const word of this.#random.state) state.u32(word);
  }

  /** Reads what `writeCounts` wrote; `readRandom` must follow. */
  static readCounts(state: StateReader): ReservoirSampler {
    const sampler = new ReservoirSampler(state.f64(), state.f64());
    sampler.#offered = state.f64();
    return sampler;
  }

  readRandom(state: StateReader): void {
    this.#random.state = [state.u32(), state.u32(), state.u32(), state.u32()];
  }
}
