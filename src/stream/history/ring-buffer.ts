// The last values of a stream in a ring buffer, for all histories but the one in WASM.
import { countPresent, type HistoryShape, type HistoryState, stateOf } from './history-search.ts';

/** Slots of a new buffer. */
const FIRST_CAPACITY = 64;

/**
 * The last `span` = history + w − 1 values of a stream, and its window: the last w − 1 values, learned or not.
 *
 * The value at position p stands in slot p mod capacity. The capacity starts small and doubles until it is `span`, so slots
 * are reused only when the capacity is `span`. With `isContiguous` the slots 0 … w − 2 have copies behind the last slot:
 *
 *   index     0   1   2   3   4 | 5   6
 *   slot      0   1   2   3   4 | 0   1       capacity 5, w = 3
 *
 * Then every remembered window is in one piece: w values from the slot of its first value on.
 */
export class RingBuffer {
  /** The number of all values so far; the position of the next one. */
  numValues: number;
  /** The last w − 1 values, then an entry for the value that is scored. NaN: missing, or before the first value. */
  readonly window: Float64Array;
  /** The slots and the copies behind them. NaN: missing, or not learned. */
  values: Float64Array;
  /** The number of slots. */
  capacity: number;
  /** The value that the last `push` overwrote; NaN if there was none. */
  forgotten: number = NaN;
  readonly #span: number;
  readonly #numCopies: number;
  /** Values in a row, up to the last one, that are not missing. */
  #numPresent: number;
  /** Values in a row, up to the last one, that are not missing and were learned. */
  #numLearned: number;

  constructor(
    { windowSize, history }: HistoryShape,
    { numValues, memory, window }: HistoryState,
    isContiguous: boolean = false,
  ) {
    this.numValues = numValues;
    this.window = new Float64Array(windowSize).fill(NaN);
    this.window.set(window, windowSize - 1 - window.length);
    this.#span = history + windowSize - 1;
    this.#numCopies = isContiguous ? windowSize - 1 : 0;
    this.#numPresent = countPresent(window);
    this.#numLearned = countPresent(memory);
    this.capacity = Math.min(this.#span, Math.max(FIRST_CAPACITY, numValues));
    this.values = new Float64Array(this.capacity + this.#numCopies);
    for (let p = 0; p < memory.length; p++) this.#set(numValues - memory.length + p, memory[p]!);
  }

  /** Whether `x` completes a window without a missing value. */
  completes(x: number): boolean {
    return !Number.isNaN(x) && this.#numPresent >= this.window.length - 1;
  }

  /** Appends `x`; returns whether the window that ends with it may be a candidate. */
  push(x: number, learn: boolean): boolean {
    // The window: `x` becomes its newest value.
    const { window } = this;
    window[window.length - 1] = x;
    window.copyWithin(0, 1);
    const isMissing = Number.isNaN(x);
    this.#numPresent = isMissing ? 0 : this.#numPresent + 1;
    this.#numLearned = isMissing || !learn ? 0 : this.#numLearned + 1;
    // The buffer: `x` takes the next slot, where it overwrites the oldest value once there are `span`.
    if (this.numValues === this.capacity && this.numValues < this.#span) this.#grow();
    this.forgotten = this.numValues < this.#span ? NaN : this.at(this.numValues - this.#span);
    this.#set(this.numValues++, learn ? x : NaN);
    return this.#numLearned >= window.length;
  }

  /** The value at one of the last `span` positions: NaN if it is missing or was not learned. */
  at(position: number): number {
    return this.values[this.slotOf(position)]!;
  }

  slotOf(position: number): number {
    return position % this.capacity;
  }

  /** The number of values that it holds. */
  get size(): number {
    return Math.min(this.numValues, this.#span);
  }

  get bytes(): number {
    return this.window.byteLength + this.values.byteLength;
  }

  snapshot(): HistoryState {
    const { numValues, window, size } = this;
    const memory = new Float64Array(size);
    for (let p = 0; p < size; p++) memory[p] = this.at(numValues - size + p);
    const end = window.length - 1;
    const last = window.slice(end - Math.min(numValues, end), end);
    return stateOf(numValues, memory, last, this.#numPresent);
  }

  #set(position: number, x: number): void {
    const slot = this.slotOf(position);
    this.values[slot] = x;
    if (slot < this.#numCopies) this.values[this.capacity + slot] = x;
  }

  /** Doubles the capacity, up to `span`. All slots are full, and slot p holds position p. */
  #grow(): void {
    const capacity = Math.min(this.#span, 2 * this.capacity);
    const values = new Float64Array(capacity + this.#numCopies);
    values.set(this.values.subarray(0, this.capacity));
    values.copyWithin(capacity, 0, this.#numCopies);
    this.values = values;
    this.capacity = capacity;
  }
}
