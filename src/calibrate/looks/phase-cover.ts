// A few values for each phase of a period, such that what came at a phase has one near it.
import type { StateReader, StateWriter } from '../../core/state.ts';

/** Values that are kept per bin: 4 miss a fifth more of the injected values than 8, 16 find no more. */
const PER_BIN = 8;

/** A new value comes before an old one goes. */
const SLOTS = PER_BIN + 1;

/**
 * At most 8 values per bin, in ascending order: all, while there are no more. Then, with each new one, the interior value
 * goes whose two neighbors are nearest to each other, as in `ValueCover`: the smallest and the largest of a bin always
 * stay, and any past value of it is within a seventh of its range of one that is kept. 72 bytes per bin.
 */
export class PhaseCover {
  readonly numBins: number;
  /** SLOTS values for each bin. */
  readonly #values: Float64Array;
  /** How many of them each bin has. */
  readonly #sizes: Uint8Array;

  constructor(numBins: number) {
    this.numBins = numBins;
    this.#values = new Float64Array(SLOTS * numBins);
    this.#sizes = new Uint8Array(numBins);
  }

  /** The distance of `x` to the nearest value of the bins up to `reach` to either side of `bin`; Infinity if there is none. */
  distance(bin: number, reach: number, x: number): number {
    let nearest = Infinity;
    for (let step = -reach; step <= reach; step++) {
      const at = (bin + step + this.numBins) % this.numBins;
      const from = SLOTS * at;
      const end = from + this.#sizes[at]!;
      for (let p = from; p < end; p++) {
        const distance = Math.abs(this.#values[p]! - x);
        if (distance < nearest) nearest = distance;
      }
    }
    return nearest;
  }

  keep(bin: number, value: number): void {
    const values = this.#values;
    const x = value + 0; // −0 becomes 0
    const from = SLOTS * bin;
    const end = from + this.#sizes[bin]!;
    let p = from;
    while (p < end && values[p]! < x) p++;
    if (p < end && values[p] === x) return;
    values.copyWithin(p + 1, p, end);
    values[p] = x;
    if (end - from === PER_BIN) this.#dropOne(from, end);
    else this.#sizes[bin]!++;
  }

  /** Whether a bin has values. */
  has(bin: number): boolean {
    return this.#sizes[bin]! > 0;
  }

  /** Keeps all values of a bin in a bin of another cover, and none here. */
  moveInto(other: PhaseCover, bin: number, otherBin: number): void {
    const from = SLOTS * bin;
    for (let p = from; p < from + this.#sizes[bin]!; p++) other.keep(otherBin, this.#values[p]!);
    this.#sizes[bin] = 0;
  }

  clear(): void {
    this.#sizes.fill(0);
  }

  /** Bytes of its arrays. */
  get bytes(): number {
    return this.#values.byteLength + this.#sizes.byteLength;
  }

  write(state: StateWriter): void {
    state.bytes(this.#sizes);
    for (let bin = 0; bin < this.numBins; bin++) {
      for (let p = 0; p < this.#sizes[bin]!; p++) state.f64(this.#values[SLOTS * bin + p]!);
    }
  }

  static read(state: StateReader): PhaseCover {
    const sizes = state.bytes();
    const cover = new PhaseCover(sizes.length);
    cover.#sizes.set(sizes);
    for (let bin = 0; bin < sizes.length; bin++) {
      for (let p = 0; p < sizes[bin]!; p++) cover.#values[SLOTS * bin + p] = state.f64();
    }
    return cover;
  }

  /** Drops the interior one of values[first … last] that leaves the smallest hole; of equal ones the smallest. */
  #dropOne(first: number, last: number): void {
    const values = this.#values;
    let smallest = Infinity;
    let at = first + 1;
    for (let p = first + 1; p < last; p++) {
      const hole = values[p + 1]! - values[p - 1]!;
      if (hole < smallest) {
        smallest = hole;
        at = p;
      }
    }
    values.copyWithin(at, at + 1, last + 1);
  }
}
