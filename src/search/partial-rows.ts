// Rows as data: several runs of one join collect the neighbors that their parts found, and these are merged. A pair that
// several runs have seen counts once, so a part may be run twice, and blocks may come in any order.
import { type Emit, type Join, numAllowed, type Run } from './join.ts';

/** The nearest columns of some rows, as far as they are known: `k` slots per row, in the order (s, j). */
export interface Rows {
  readonly k: number;
  readonly starts: Int32Array;
  /** The number of known columns per row. */
  readonly count: Int32Array;
  /** The number of columns per row when all parts are known. */
  readonly most: Int32Array;
  readonly dist: Float64Array;
  readonly index: Int32Array;
}

/** Collects what `run` knows of the rows at [from, to) of `join.rows.starts`; no rows for a run whose parts emit them. */
export function collectRows(join: Join, run: Run, k: number, from: number, to: number): Rows {
  const rows = emptyRows(join.rows.starts.subarray(from, run.isByRows ? from : to), k);
  const { count, most, dist, index } = rows;
  let row = 0;
  run.finish(
    (i, d, j, base, known) => {
      for (let p = 0; p < known; p++) {
        dist[row * k + p] = d[base + p]!;
        index[row * k + p] = j[base + p]!;
      }
      count[row] = known;
      most[row++] = known === k ? k : Math.min(k, numAllowed(join, i));
    },
    from,
    to,
  );
  return rows;
}

function emptyRows(starts: Int32Array, k: number): Rows {
  const numRows = starts.length;
  return {
    k,
    starts: starts.slice(),
    count: new Int32Array(numRows),
    most: new Int32Array(numRows),
    dist: new Float64Array(numRows * k),
    index: new Int32Array(numRows * k),
  };
}

/** Merges blocks of the same rows: emits the k nearest columns that the blocks know of every row. */
export function mergeRows(
  blocks: readonly Rows[],
  emit: (...args: [...row: Parameters<Emit>, most: number]) => void,
): void {
  const { k, starts, most } = blocks[0]!;
  let best = { dist: new Float64Array(k), index: new Int32Array(k) };
  let next = { dist: new Float64Array(k), index: new Int32Array(k) };
  for (let row = 0; row < starts.length; row++) {
    let known = 0;
    for (const block of blocks) {
      known = mergeRow(best, known, block, row, next);
      [best, next] = [next, best];
    }
    emit(starts[row]!, best.dist, best.index, 0, known, most[row]!);
  }
}

type Candidates = Pick<Rows, 'dist' | 'index'>;

/** Writes the first k of two ascending lists to `out` and returns their number. A candidate in both lists counts once. */
function mergeRow(
  a: Candidates,
  countA: number,
  { k, count, dist, index }: Rows,
  row: number,
  out: Candidates,
): number {
  const endB = row * k + count[row]!;
  let p = 0;
  let q = row * k;
  let known = 0;
  while (known < k && (p < countA || q < endB)) {
    const order = p === countA ? 1 : q === endB ? -1 : a.dist[p]! - dist[q]! || a.index[p]! - index[q]!;
    const from = order <= 0 ? a : { dist, index };
    const at = order <= 0 ? p : q;
    out.dist[known] = from.dist[at]!;
    out.index[known++] = from.index[at]!;
    if (order <= 0) p++;
    if (order >= 0) q++;
  }
  return known;
}
