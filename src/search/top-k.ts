// The k best candidates of a row, in flat arrays. A candidate is (distance, index); the order is smaller distance
// first, then smaller index. A row starts at `base` and holds its WORST candidate there, so that the test
// "is this one better than my k-th?" reads one place.
//
//   k ≤ SORTED_UP_TO   the row is sorted from worst to best: insertion by shifting, O(k)
//   k > SORTED_UP_TO   the row is a binary heap with the worst on top: insertion O(log k)
//
// (A row sorted from worst to best is such a heap, too: finishing is the same for both.)

/** Rows up to this length are kept sorted: shifting 16 entries costs about what sifting through a heap does. */
export const SORTED_UP_TO = 16;

/** The index of an empty place: behind every window, so that empty places are worst of all. */
export const EMPTY = 0x7fffffff;

/** Empties `numRows` rows of length k, the first at index 0. */
export function clearRows(dist: Float64Array, index: Int32Array, numRows: number, k: number): void {
  dist.fill(Infinity, 0, numRows * k);
  index.fill(EMPTY, 0, numRows * k);
}

/** Puts (d, j) in the place of the row's worst candidate. The caller has seen that it is better than that one. */
export function replaceWorst(
  dist: Float64Array,
  index: Int32Array,
  base: number,
  k: number,
  d: number,
  j: number,
): void {
  if (k > SORTED_UP_TO) {
    siftDown(dist, index, base, k, d, j);
    return;
  }
  const last = base + k - 1;
  let p = base;
  while (p < last) {
    const next = dist[p + 1]!;
    if (next < d || (next === d && index[p + 1]! < j)) break;
    dist[p] = next;
    index[p] = index[p + 1]!;
    p++;
  }
  dist[p] = d;
  index[p] = j;
}

/** Lets (d, j) sink from the top of the heap `base … base + size − 1` to its place. */
function siftDown(dist: Float64Array, index: Int32Array, base: number, size: number, d: number, j: number): void {
  let p = 0;
  for (let child = 1; child < size; child = 2 * p + 1) {
    if (child + 1 < size && isWorse(dist, index, base + child + 1, dist[base + child]!, index[base + child]!)) child++;
    if (!isWorse(dist, index, base + child, d, j)) break;
    dist[base + p] = dist[base + child]!;
    index[base + p] = index[base + child]!;
    p = child;
  }
  dist[base + p] = d;
  index[base + p] = j;
}

function isWorse(dist: Float64Array, index: Int32Array, p: number, d: number, j: number): boolean {
  return dist[p]! > d || (dist[p] === d && index[p]! > j);
}

/** Sorts the row from best to worst and returns how many of its places are filled. */
export function finishRow(dist: Float64Array, index: Int32Array, base: number, k: number): number {
  if (k > SORTED_UP_TO) heapSort(dist, index, base, k);
  else reverse(dist, index, base, base + k - 1);
  return filledPlaces(index, base, k);
}

/** How many places of a finished row are filled. */
export function filledPlaces(index: Int32Array, base: number, k: number): number {
  let filled = k;
  while (filled > 0 && index[base + filled - 1] === EMPTY) filled--;
  return filled;
}

/** In place, entry by entry: `subarray(…).reverse()` makes two objects per row, a tenth of a search. */
function reverse(dist: Float64Array, index: Int32Array, first: number, last: number): void {
  for (let p = first, q = last; p < q; p++, q--) {
    const d = dist[p]!;
    dist[p] = dist[q]!;
    dist[q] = d;
    const j = index[p]!;
    index[p] = index[q]!;
    index[q] = j;
  }
}

function heapSort(dist: Float64Array, index: Int32Array, base: number, k: number): void {
  for (let size = k - 1; size > 0; size--) {
    const d = dist[base + size]!;
    const j = index[base + size]!;
    dist[base + size] = dist[base]!;
    index[base + size] = index[base]!;
    siftDown(dist, index, base, size, d, j);
  }
}
