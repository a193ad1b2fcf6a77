// A bounded memory of values in which every value of the past has one near it: what novelty needs, in 3 KB.
import type { StateReader, StateWriter } from '../../core/state.ts';
import type { ValueMemory } from './value-memory.ts';

/** Entries of a new cover: a hundred thousand of them must fit in a process. */
const FIRST_LENGTH = 8;

/**
 * At most `maxValues` values in ascending order, each with the time at which it last came. While no more than that many
 * different values have come, all of them are kept. Then, with each new value, the interior one goes whose two neighbors
 * are nearest to each other. The smallest and the largest value of the past always stay.
 *
 * Bound of the error. Every past value lies between two kept neighbors a ≤ b, because the extremes are kept; so it is
 * within half a hole, (b − a)/2, of one of them. And holes are small: when one goes, there are maxValues − 1 interior values
 * whose holes, from neighbor to neighbor, sum to at most twice the range R of the past, so the smallest is at most
 * 2R/(maxValues − 1). A past value is therefore within R/(maxValues − 1) of a kept one. The distance of any x to the nearest
 * value kept is at most so much larger than its distance to the nearest past value, and never smaller.
 *
 * O(log maxValues) to look up, O(maxValues) to keep a value that is not there yet; 16 bytes per value.
 */
export class ValueCover implements ValueMemory {
  readonly maxValues: number;
  size: number;
  /** The entry that the last `keep` dropped, or whose time it replaced; NaN if none. */
  goneValue: number;
  goneTime: number;
  #values: Float64Array;
  #times: Float64Array;

  /** @param maxValues at least 2: the smallest and the largest */
  constructor(maxValues: number) {
    this.maxValues = maxValues;
    this.size = 0;
    this.goneValue = NaN;
    this.goneTime = NaN;
    const entries = new Float64Array(2 * FIRST_LENGTH);
    this.#values = entries.subarray(0, FIRST_LENGTH);
    this.#times = entries.subarray(FIRST_LENGTH);
  }

  /** The distance of `x` to the nearest value kept; Infinity while there is none. */
  distance(x: number): number {
    const p = this.#firstNotBelow(x);
    const above = p < this.size ? this.#values[p]! - x : Infinity;
    const below = p > 0 ? x - this.#values[p - 1]! : Infinity;
    const distance = Math.min(above, below);
    return Math.sqrt(distance * distance); // as KNN(1, 1) rounds it
  }

  /** Keeps a value that came at `time`, and drops another one if there are too many. */
  keep(value: number, time: number): void {
    const x = value + 0; // −0 becomes 0
    const p = this.#firstNotBelow(x);
    this.goneValue = NaN;
    this.goneTime = NaN;
    if (p < this.size && this.#values[p] === x) {
      this.goneValue = x;
      this.goneTime = this.#times[p]!;
      this.#times[p] = time;
      return;
    }
    if (this.size === this.#values.length) this.#grow();
    this.#values.copyWithin(p + 1, p, this.size);
    this.#times.copyWithin(p + 1, p, this.size);
    this.#values[p] = x;
    this.#times[p] = time;
    this.size++;
    if (this.size > this.maxValues) this.#dropOne();
  }

  /** Calls `visit` for each value kept, in ascending order, with its time. */
  forEach(visit: (value: number, time: number) => void): void {
    for (let p = 0; p < this.size; p++) visit(this.#values[p]!, this.#times[p]!);
  }

  clear(): void {
    this.size = 0;
    this.goneValue = NaN;
    this.goneTime = NaN;
  }

  /** Bytes of its arrays. */
  get bytes(): number {
    return this.#values.byteLength + this.#times.byteLength;
  }

  write(state: StateWriter): void {
    state.f64s(this.#values.subarray(0, this.size));
    for (let p = 0; p < this.size; p++) state.uint(this.#times[p]!);
    state.f64(this.goneValue);
    state.f64(this.goneTime);
  }

  /** What `write` wrote, of a cover of `maxValues`. */
  static read(state: StateReader, maxValues: number): ValueCover {
    const cover = new ValueCover(maxValues);
    cover.#values = state.f64s();
    cover.size = cover.#values.length;
    cover.#times = Float64Array.from(cover.#values, () => state.uint());
    cover.goneValue = state.f64();
    cover.goneTime = state.f64();
    return cover;
  }

  /** The index of the first value that is not below `x`; `size` if there is none. */
  #firstNotBelow(x: number): number {
    let from = 0;
    let to = this.size;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.#values[middle]! < x) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** Drops the interior value that leaves the smallest hole; of equal ones the smallest value. */
  #dropOne(): void {
    const values = this.#values;
    const end = this.size - 1;
    let smallest = Infinity;
    let at = 1;
    let before = values[0]!;
    let value = values[1]!;
    for (let p = 1; p < end; p++) {
      const next = values[p + 1]!;
      const hole = next - before;
      if (hole < smallest) {
        smallest = hole;
        at = p;
      }
      before = value;
      value = next;
    }
    this.goneValue = values[at]!;
    this.goneTime = this.#times[at]!;
    values.copyWithin(at, at + 1, this.size);
    this.#times.copyWithin(at, at + 1, this.size);
    this.size--;
  }

  #grow(): void {
    // One more than is kept: a new value comes before an old one goes.
    const length = Math.min(this.maxValues + 1, 2 * this.#values.length + FIRST_LENGTH);
    const entries = new Float64Array(2 * length); // one buffer for both
    const [values, times] = [entries.subarray(0, length), entries.subarray(length)];
    values.set(this.#values.subarray(0, this.size));
    times.set(this.#times.subarray(0, this.size));
    this.#values = values;
    this.#times = times;
  }
}
