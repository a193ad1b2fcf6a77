// What novelty asks of the values of the past, however they are remembered; and all of them, in order.
import { SortedValues } from '../../core/sorted-values.ts';
import type { StateReader, StateWriter } from '../../core/state.ts';

/** The values of the past, each with the time at which it came. */
export interface ValueMemory {
  /** How many are kept. */
  readonly size: number;
  /** The distance of `x` to the nearest of them; Infinity while there is none. */
  distance(x: number): number;
  keep(value: number, time: number): void;
  /** Calls `visit` for each that is kept, in any order. */
  forEach(visit: (value: number, time: number) => void): void;
  clear(): void;
}

/** The least length of the arrays. */
const FIRST_LENGTH = 8;

/** All values: exact, about 30 bytes each. O(log size) per value and question. */
export class AllValues implements ValueMemory {
  readonly #sorted: SortedValues = new SortedValues();
  /** In the order in which they came. */
  #values: Float64Array = new Float64Array(FIRST_LENGTH);
  #times: Float64Array = new Float64Array(FIRST_LENGTH);
  readonly #nearest: Float64Array = new Float64Array(1);

  get size(): number {
    return this.#sorted.size;
  }

  distance(x: number): number {
    return this.#sorted.nearestInto(x, 1, this.#nearest) === 0 ? Infinity : Math.sqrt(this.#nearest[0]!);
  }

  keep(value: number, time: number): void {
    const p = this.size;
    if (p === this.#values.length) {
      this.#values = grown(this.#values);
      this.#times = grown(this.#times);
    }
    this.#values[p] = value;
    this.#times[p] = time;
    this.#sorted.insert(value);
  }

  forEach(visit: (value: number, time: number) => void): void {
    for (let p = 0; p < this.size; p++) visit(this.#values[p]!, this.#times[p]!);
  }

  clear(): void {
    this.#sorted.clear();
  }

  write(state: StateWriter): void {
    state.f64s(this.#values.subarray(0, this.size));
    for (let p = 0; p < this.size; p++) state.uint(this.#times[p]!);
  }

  static read(state: StateReader): AllValues {
    const values = new AllValues();
    const saved = state.f64s();
    for (const value of saved) values.keep(value, state.uint());
    return values;
  }
}

/** The same entries in an array of twice the length. */
function grown(array: Float64Array): Float64Array {
  const longer = new Float64Array(2 * array.length);
  longer.set(array);
  return longer;
}
