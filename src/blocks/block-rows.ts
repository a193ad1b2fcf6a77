// The scores of a block of rows against all columns. Windows of the block are compared with each other as a self-join of
// their stretch, which meets each pair once, and with all other windows as joins with slices of the series.
//
//   columns   0 ......... a − z   a .......... b   b + z ......... N        a … b: the rows; z: the exclusion zone
//             slice slice slice   [  self-join  ]  slice slice slice
//
// Every column of a slice is allowed for every row: i ≥ a and j < a − z give i − j > z, and so on the other side. Within the
// stretch [a − z, b + z) the self-join leaves out what the zone excludes; what it finds for the windows beside the block is
// not used. The k best of every row are carried from slice to slice, so that memory depends on the length of a slice.
import { embed, type WindowSet } from '../core/windows.ts';
import { type Join, joinWith, referenceJoin, searchAll, selfJoin } from '../search/join.ts';
import { searchOf, windowsOf } from '../threads/job.ts';
import { scoreOf } from '../threads/results.ts';
import type { BlockJob } from './block-job.ts';
import { NearestRows } from './nearest-rows.ts';

/** Windows in a slice at most: 2²¹ of them take up to 200 MB in any engine. */
const MOST_IN_SLICE = 2 ** 21;

/** Windows in a slice per row. The kernel of the tree serves joins of up to eight columns per row, and needs less memory here. */
const PER_ROW = 4;

/** Windows in a slice at least: a search takes some milliseconds to begin. */
const FEWEST_IN_SLICE = 2 ** 17;

/**
 * One score per window of [from, to): NaN for one that touches a missing value.
 *
 * @param slice the largest number of windows in a slice; for tests
 */
export function scoreRows(
  job: BlockJob,
  values: Float64Array,
  from: number,
  to: number,
  slice: number = Math.min(MOST_IN_SLICE, Math.max(FEWEST_IN_SLICE, PER_ROW * (to - from))),
): Float64Array {
  const scores = new Float64Array(to - from).fill(NaN);
  if (from === to) return scores;
  const { windowSize, exclusionZone, side } = job;
  const numWindows = values.length - windowSize + 1;
  const nearest = new NearestRows(to - from, job.k);
  const windows = (first: number, end: number): WindowSet => {
    const stretch = values.subarray(first, end + windowSize - 1);
    return windowsOf({ ...job, byIndex: false, series: stretch, reference: undefined }, stretch);
  };

  // The windows of the block with each other.
  const first = Math.max(0, from - exclusionZone);
  const end = Math.min(numWindows, to + exclusionZone);
  search(job, selfJoin(windows(first, end), exclusionZone, side), nearest, first - from);

  // The windows of the block with all others, the nearest slices first: near windows tend to be near in value.
  const rows = windows(from, to);
  for (const [begin, until] of slicesOf(first, end, side === 'left' ? end : numWindows, slice)) {
    const join = referenceJoin(rows, windows(begin, until));
    search(job, joinWith(join, { limits: nearest.limits }), nearest, 0);
  }

  for (const i of embed(values.subarray(from, to + windowSize - 1), windowSize, 'none').starts) {
    scores[i] = scoreOf(job, nearest.dist, i * job.k, nearest.count[i]!);
  }
  return scores;
}

/** The slices of the columns [0, first) and [end, numWindows), by their distance from the stretch between them. */
function slicesOf(first: number, end: number, numWindows: number, size: number): [number, number][] {
  const slices: [number, number][] = [];
  for (let offset = 0; first - offset > 0 || end + offset < numWindows; offset += size) {
    if (first - offset > 0) slices.push([Math.max(0, first - offset - size), first - offset]);
    if (end + offset < numWindows) slices.push([end + offset, Math.min(numWindows, end + offset + size)]);
  }
  return slices;
}

/** Runs a search for what it adds to the nearest of the rows; `offset` leads from its rows to those of the block. */
function search(job: BlockJob, join: Join, nearest: NearestRows, offset: number): void {
  if (join.columns.starts.length === 0 || join.rows.starts.length === 0) return;
  const { search: engine, k } = searchOf(job, join);
  searchAll(engine, join, k, false, (i, dist, _index, base, count) => nearest.add(i + offset, dist, base, count));
}
