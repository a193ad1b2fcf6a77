// A series by columns of pixels: what is in each of them, for an envelope and its median line.

/** What is in the columns that have values, from left to right. */
export interface Columns {
  /** Number of columns; only so many entries of the arrays count. */
  count: number;
  readonly column: Int32Array;
  /** Index of the first value of the column. */
  readonly first: Int32Array;
  readonly least: Float64Array;
  readonly largest: Float64Array;
  /** The lower one of the two middle values of an even number; empty if it was not asked for. */
  readonly median: Float64Array;
  /** 1 where a missing value stands between the last value of the column before and the first one of this. */
  readonly isBroken: Uint8Array;
}

/**
 * The columns of the values from index `from` up to `to`. Gaps inside a column do not break it. O(to − from).
 *
 * The function uses nothing outside itself, because its own text is a part of pages, too.
 *
 * @param values NaN is missing
 * @param columnOf the column of value t, not falling
 * @param numColumns the most columns that there can be
 */
export function columnsOf(
  values: ArrayLike<number>,
  from: number,
  to: number,
  columnOf: (t: number) => number,
  numColumns: number,
  hasMedian: boolean,
): Columns {
  const columns: Columns = {
    count: 0,
    column: new Int32Array(numColumns),
    first: new Int32Array(numColumns),
    least: new Float64Array(numColumns),
    largest: new Float64Array(numColumns),
    median: new Float64Array(hasMedian ? numColumns : 0),
    isBroken: new Uint8Array(numColumns),
  };
  let inside = new Float64Array(hasMedian ? 1024 : 0);

  /** The value of this rank among the first `length` of `inside`, which it puts in another order: Hoare's FIND. */
  const select = (length: number, rank: number): number => {
    let [low, high] = [0, length - 1];
    while (low < high) {
      const pivot = inside[(low + high) >> 1]!;
      let [i, j] = [low, high];
      while (i <= j) {
        while (inside[i]! < pivot) i++;
        while (inside[j]! > pivot) j--;
        if (i > j) break;
        const x = inside[i]!;
        inside[i++] = inside[j]!;
        inside[j--] = x;
      }
      if (rank <= j) high = j;
      else if (rank >= i) low = i;
      else break;
    }
    return inside[rank]!;
  };

  let isBroken = 0;
  for (let t = from; t < to; ) {
    const begin = values[t]!;
    if (Number.isNaN(begin)) {
      isBroken = 1;
      t++;
      continue;
    }
    const c = columns.count++;
    const column = columnOf(t);
    columns.column[c] = column;
    columns.first[c] = t;
    columns.isBroken[c] = isBroken;
    let [least, largest, length] = [begin, begin, 0];
    for (; t < to && columnOf(t) === column; t++) {
      const x = values[t]!;
      isBroken = Number.isNaN(x) ? 1 : 0;
      if (isBroken === 1) continue;
      if (x < least) least = x;
      else if (x > largest) largest = x;
      if (!hasMedian) continue;
      if (length === inside.length) {
        const grown = new Float64Array(2 * length);
        grown.set(inside);
        inside = grown;
      }
      inside[length++] = x;
    }
    columns.least[c] = least;
    columns.largest[c] = largest;
    if (hasMedian) columns.median[c] = select(length, (length - 1) >> 1);
  }
  return columns;
}
