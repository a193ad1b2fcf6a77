// The k smallest s of every row, as far as they are known, which several searches add to.

/** Rows of up to k ascending distances. */
export class NearestRows {
  readonly #k: number;
  /** Row i begins at i·k. */
  readonly dist: Float64Array;
  /** The number of known distances of each row. */
  readonly count: Int32Array;
  /** The k-th distance of each row: only a smaller one changes the row. Infinity while fewer are known. */
  readonly limits: Float64Array;
  readonly #merged: Float64Array;

  constructor(numRows: number, k: number) {
    this.#k = k;
    this.dist = new Float64Array(numRows * k);
    this.count = new Int32Array(numRows);
    this.limits = new Float64Array(numRows).fill(Infinity);
    this.#merged = new Float64Array(k);
  }

  /** Merges `count` ascending distances from `dist[base]` on into row i; nothing for an i that is no row. O(k). */
  add(i: number, dist: Float64Array, base: number, count: number): void {
    if (i < 0 || i >= this.count.length) return;
    const known = this.dist;
    const merged = this.#merged;
    const k = this.#k;
    const from = i * k;
    const numKnown = this.count[i]!;
    const total = Math.min(k, numKnown + count);
    for (let m = 0, p = 0, q = 0; m < total; m++) {
      const isKnown = q === count || (p < numKnown && known[from + p]! <= dist[base + q]!);
      merged[m] = isKnown ? known[from + p++]! : dist[base + q++]!;
    }
    for (let m = 0; m < total; m++) known[from + m] = merged[m]!;
    this.count[i] = total;
    if (total === k) this.limits[i] = known[from + k - 1]!;
  }
}
