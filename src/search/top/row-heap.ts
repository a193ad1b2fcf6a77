// The rows in a heap: the largest bound first, of equal bounds the smallest start.

/** Rows with a bound each, which may change. */
export interface BoundedRows {
  readonly count: number;
  readonly rows: { readonly bounds: Float64Array; readonly starts: Int32Array };
}

/** A binary heap of rows, such as those of a store, which stay where they are. */
export class RowHeap {
  readonly #store: BoundedRows;
  readonly #heap: Int32Array;
  size: number;

  constructor(store: BoundedRows) {
    this.#store = store;
    this.#heap = Int32Array.from({ length: store.count }, (_, r) => r);
    this.size = store.count;
    this.build();
  }

  /** The row on top. */
  get first(): number {
    return this.#heap[0]!;
  }

  /** Restores the order when any bounds have changed. */
  build(): void {
    for (let p = (this.size >> 1) - 1; p >= 0; p--) this.#sift(p);
  }

  /** Adds a row that was removed. */
  add(r: number): void {
    const heap = this.#heap;
    let p = this.size++;
    for (; p > 0; p = (p - 1) >> 1) {
      const parent = heap[(p - 1) >> 1]!;
      if (!this.#isBefore(r, parent)) break;
      heap[p] = parent;
    }
    heap[p] = r;
  }

  removeFirst(): void {
    this.#heap[0] = this.#heap[--this.size]!;
    this.#sift(0);
  }

  #isBefore(a: number, b: number): boolean {
    const { bounds, starts } = this.#store.rows;
    return bounds[a]! > bounds[b]! || (bounds[a] === bounds[b] && starts[a]! < starts[b]!);
  }

  #sift(p: number): void {
    const heap = this.#heap;
    const row = heap[p]!;
    for (let child = 2 * p + 1; child < this.size; child = 2 * p + 1) {
      if (child + 1 < this.size && this.#isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!this.#isBefore(heap[child]!, row)) break;
      heap[p] = heap[child]!;
      p = child;
    }
    heap[p] = row;
  }
}
