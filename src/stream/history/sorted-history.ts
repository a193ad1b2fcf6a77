// The history of windows of a single value. The values are kept sorted, so the nearest ones stand beside the scored one.
import { SortedValues } from '../../core/sorted-values.ts';
import type { HistorySearch, HistoryShape, HistoryState } from './history-search.ts';
import type { Reference } from './reference.ts';
import { RingBuffer } from './ring-buffer.ts';

/**
 * O(log history + k) per value. Memory: 16 to 32 bytes per value of `history`.
 *
 * @param reference its values are the candidates, and nothing is learned
 */
export function sortedHistory(shape: HistoryShape, state: HistoryState, reference?: Reference): HistorySearch {
  return new SortedHistory(shape, state, reference);
}

class SortedHistory implements HistorySearch {
  dist: Float64Array;
  readonly base: number;
  readonly #shape: HistoryShape;
  readonly #ring: RingBuffer;
  /** The candidates of the next value. */
  readonly #sorted: SortedValues;
  /** Whether values become candidates. */
  readonly #isLearning: boolean;

  constructor(shape: HistoryShape, state: HistoryState, reference: Reference | undefined) {
    this.dist = new Float64Array(1);
    this.base = 0;
    this.#shape = shape;
    this.#ring = new RingBuffer(shape, state);
    this.#sorted = reference?.sorted ?? new SortedValues();
    this.#isLearning = reference === undefined && shape.exclusionZone < shape.history;
    if (!this.#isLearning) return;
    const { memory } = state;
    for (let p = 0; p < memory.length - shape.exclusionZone; p++) this.#insert(memory[p]!);
  }

  update(x: number, learn: boolean): number {
    const found = this.peek(x);
    const { exclusionZone } = this.#shape;
    const t = this.#ring.numValues;
    this.#ring.push(x, learn);
    const { forgotten } = this.#ring;
    if (this.#isLearning) {
      if (t >= exclusionZone) this.#insert(this.#ring.at(t - exclusionZone));
      if (!Number.isNaN(forgotten)) this.#sorted.remove(forgotten);
    }
    return found;
  }

  peek(x: number): number {
    if (Number.isNaN(x)) return -1;
    const numSlots = Math.min(this.#shape.k, this.#sorted.size);
    if (numSlots > this.dist.length) {
      this.dist = new Float64Array(Math.min(this.#shape.k, Math.max(numSlots, 2 * this.dist.length)));
    }
    return this.#sorted.nearestInto(x, numSlots, this.dist);
  }

  snapshot(): HistoryState {
    return this.#ring.snapshot();
  }

  get forgotten(): number {
    return this.#ring.forgotten;
  }

  /** An estimate: SortedValues takes up to twice the bytes of its values. */
  get bytes(): number {
    return this.#ring.bytes + this.dist.byteLength + (this.#isLearning ? 12 * this.#sorted.size : 0);
  }

  #insert(x: number): void {
    if (!Number.isNaN(x)) this.#sorted.insert(x);
  }
}
