// All rows of a search: which windows can still be places, and what is known of them.
import { emptyBatch, isBehind, type RowBatch } from './rows.ts';

/** A list of rows that grows, in parallel arrays. */
export class RowStore {
  readonly #k: number;
  readonly #empty: RowBatch;
  #rows: RowBatch;
  /** The number of rows. */
  count = 0;

  constructor(k: number) {
    this.#k = k;
    this.#empty = emptyBatch(1, k);
    this.#rows = emptyBatch(256, k);
  }

  /** The arrays, which are longer than the list. They change when rows are added. */
  get rows(): RowBatch {
    return this.#rows;
  }

  /** Adds a row that has seen nothing. */
  add(start: number, bound: number): void {
    const before = this.#rows;
    const r = this.count++;
    if (r === before.starts.length) {
      this.#rows = emptyBatch(2 * r, this.#k);
      for (let p = 0; p < r; p++) this.#copy(before, p, this.#rows, p);
    }
    this.#copy(this.#empty, 0, this.#rows, r);
    this.#rows.starts[r] = start;
    this.#rows.bounds[r] = bound;
  }

  /** A copy of the rows at these indices. */
  take(indices: ArrayLike<number>): RowBatch {
    const batch = emptyBatch(indices.length, this.#k);
    for (let p = 0; p < indices.length; p++) this.#copy(this.#rows, indices[p]!, batch, p);
    return batch;
  }

  /** Writes a batch back to these indices. */
  put(indices: ArrayLike<number>, batch: RowBatch): void {
    for (let p = 0; p < indices.length; p++) this.#copy(batch, p, this.#rows, indices[p]!);
  }

  #copy(from: RowBatch, p: number, to: RowBatch, q: number): void {
    const k = this.#k;
    to.starts[q] = from.starts[p]!;
    to.bounds[q] = from.bounds[p]!;
    to.seen[q] = from.seen[p]!;
    for (let o = 0; o < k; o++) {
      to.s[q * k + o] = from.s[p * k + o]!;
      to.columns[q * k + o] = from.columns[p * k + o]!;
    }
  }

  /** Keeps the rows for which `isKept` holds, in their order. */
  filter(isKept: (r: number) => boolean): void {
    let kept = 0;
    for (let r = 0; r < this.count; r++) {
      if (!isKept(r)) continue;
      if (kept < r) this.#copy(this.#rows, r, this.#rows, kept);
      kept++;
    }
    this.count = kept;
  }

  /** Drops the rows that are behind this place. */
  drop(score: number, start: number): void {
    const { bounds, starts } = this.#rows;
    this.filter((r) => !isBehind(bounds[r]!, starts[r]!, score, start));
  }

  /** Sorts the rows by start. */
  sort(): void {
    const { starts } = this.#rows;
    let isSorted = true;
    for (let r = 1; r < this.count && isSorted; r++) isSorted = starts[r - 1]! < starts[r]!;
    if (isSorted) return;
    const order = Int32Array.from({ length: this.count }, (_, r) => r).sort((a, b) => starts[a]! - starts[b]!);
    const batch = this.take(order);
    for (let r = 0; r < this.count; r++) this.#copy(batch, r, this.#rows, r);
  }
}
