// The engine that answers a join of vectors: the one that is named, or the one the planner takes.
import { vectorInto } from '../embed.ts';
import { brute } from './brute.ts';
import { diagonal, servesDiagonal } from './diagonal.ts';
import { kdtree, probeTree } from './kdtree.ts';
import { diagonalCost, type EngineName, plan, planFromSample, treeCost } from './plan.ts';
import { type Join, joinOfVectors, type NeighborSearch } from './search.ts';
import { sqDist } from './settle.ts';

/** The engine called `name` for this join; for `'auto'` the one that promises to be fastest. */
export function chooseEngine(name: EngineName, join: Join, k: number): NeighborSearch {
  // One row, as `explain` asks for, needs no index.
  if (join.rows.starts.length === 1) return brute();
  switch (name === 'auto' ? planned(join, k) : name) {
    case 'brute':
      return brute();
    case 'kdtree':
      return { start: (of, k, byIndex) => kdtree.start(joinOfVectors(of), k, byIndex) };
    case 'diagonal':
      return servesDiagonal(join) ? diagonal() : brute();
  }
}

function planned(join: Join, k: number): Exclude<EngineName, 'auto'> {
  const { rows, columns } = join;
  const shape = {
    numRows: rows.starts.length,
    numColumns: columns.starts.length,
    width: rows.width,
    k,
    isSelf: rows === columns,
    diagonal: servesDiagonal(join),
  };
  const choice = plan(shape);
  if (choice !== 'sample') return choice;
  if (planFromSample(shape, contrastOf(join)) === 'diagonal') return 'diagonal';
  const limit = diagonalCost(shape);
  // A probe may cost this share of the other engine; a tree of which so little can be seen is too dear anyway.
  const budget = PROBE_SHARE * limit;
  const work = probeTree(join, k, (seen) => seen.rows > 0 && treeCost({ ...shape, numRows: seen.rows }, seen) > budget);
  return treeCost(shape, work) < limit ? 'kdtree' : 'diagonal';
}

const PROBE_SHARE = 0.03;

/** Rows and columns that are compared to judge how near near windows are. */
const SAMPLED_ROWS = 9;
const SAMPLED_COLUMNS = 1024;

/**
 * How near the nearest of a sample of windows is, compared with the middle one: min s / median s, the median over some
 * rows. 0 for windows that have copies, near 1 where all are equally far.
 */
function contrastOf({ rows, columns }: Join): number {
  const { width, starts } = columns;
  const row = new Float64Array(width);
  const other = new Float64Array(width);
  const contrasts = new Float64Array(SAMPLED_ROWS);
  const distances = new Float64Array(SAMPLED_COLUMNS);
  for (let r = 0; r < SAMPLED_ROWS; r++) {
    const i = rows.starts[Math.floor(((r + 0.5) * rows.starts.length) / SAMPLED_ROWS)]!;
    vectorInto(rows, i, row, 0);
    for (let c = 0; c < SAMPLED_COLUMNS; c++) {
      // Columns in steps of the golden ratio: even, and in phase with no period.
      const column = Math.floor((((c + 1) * 0.6180339887498949 + r / SAMPLED_ROWS) % 1) * starts.length);
      const isItself = rows === columns && starts[column] === i;
      const j = starts[isItself ? (column + 1) % starts.length : column]!;
      vectorInto(columns, j, other, 0);
      distances[c] = sqDist(row, 0, other, 0, width, Infinity);
    }
    distances.sort();
    const middle = distances[SAMPLED_COLUMNS / 2]!;
    contrasts[r] = middle > 0 ? distances[0]! / middle : 0;
  }
  return contrasts.sort()[(SAMPLED_ROWS - 1) / 2]!;
}
