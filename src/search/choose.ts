// The engine that answers a join of vectors: the one that is named, or the one the planner takes.
import { vectorInto, type WindowSet } from '../core/windows.ts';
import { brute } from './brute.ts';
import { dense } from './dense/engine.ts';
import { diagonal, servesDiagonal } from './diagonal/engine.ts';
import { sqDist } from './exactness.ts';
import type { Join, NeighborSearch } from './join.ts';
import { kdtree, probeTree } from './kdtree/engine.ts';
import {
  type EngineName,
  GLIMPSE,
  isFew,
  MAX_POINT_WIDTH,
  plan,
  planFromGlimpse,
  planFromSample,
  planFromWork,
  type Rival,
  rivalCost,
  type Shape,
  type TreeWork,
  treeCost,
} from './plan.ts';

/** An engine that was chosen. */
export type ChosenEngine = Exclude<EngineName, 'auto'>;

/** The engine called `name` for this join, with its name; for `'auto'` the one that promises to be fastest. */
export function chooseEngine(
  name: EngineName,
  join: Join,
  k: number,
): { engine: ChosenEngine; search: NeighborSearch } {
  // One row, as `explain` asks for, needs no index.
  if (join.rows.starts.length === 1) return { engine: 'brute', search: brute() };
  const engine = name === 'auto' ? planned(join, k) : name;
  return { engine, search: engineCalled(engine, join) };
}

/** Whether the choice, or the engine that is named, needs the index of the columns: then threads had better share it. */
export function needsIndex(name: EngineName, join: Join, k: number): boolean {
  if (join.rows.starts.length === 1) return false;
  if (name !== 'auto') return name === 'kdtree';
  const { choice } = planUnprobed(shapeOf(join, k), join);
  return choice === 'kdtree' || choice === 'probe';
}

function engineCalled(engine: ChosenEngine, join: Join): NeighborSearch {
  switch (engine) {
    case 'brute':
      return isFew(join.rows.starts.length, join.columns.starts.length) ? brute() : dense();
    case 'kdtree':
      return kdtree;
    case 'diagonal':
      return servesDiagonal(join) ? diagonalUnlessAmbiguous : dense();
  }
}

/** Above this share of ambiguous pairs, their sums cost more than the sums of all pairs do in tiles. */
const MAX_AMBIGUITY = 0.05;

const diagonalUnlessAmbiguous: NeighborSearch = {
  start(join, k, byIndex) {
    const run = diagonal().start(join, k, byIndex);
    return run.ambiguity() > MAX_AMBIGUITY ? dense().start(join, k, byIndex) : run;
  },
};

function shapeOf(join: Join, k: number): Shape {
  const { rows, columns } = join;
  return {
    numRows: rows.starts.length,
    numColumns: columns.starts.length,
    width: rows.width,
    k,
    isSelf: join.isSelf,
    // Of windows that are points it does not matter, and to know it takes a look at every value.
    diagonal: rows.width > MAX_POINT_WIDTH && servesDiagonal(join),
    isLazy: columns.normalize !== 'none',
  };
}

function planned(join: Join, k: number): ChosenEngine {
  const shape = shapeOf(join, k);
  const { choice, contrast } = planUnprobed(shape, join);
  if (choice !== 'probe') return choice;
  // A probe may cost this share of the other engine; a tree of which so little can be seen is too dear anyway.
  const budget = PROBE_SHARE * rivalCost(shape, contrast);
  const isEnough = (seen: TreeWork): boolean =>
    seen.rows > 0 && treeCost({ ...shape, numRows: seen.rows }, seen) > budget;
  return planFromWork(shape, contrast, probeTree(join, k, isEnough));
}

/** The engine, or whether to probe the tree; and what a sample said, if one was looked at. */
interface Outlook {
  readonly choice: Rival | 'kdtree' | 'probe';
  readonly contrast: number;
}

/** Outlooks by join and k: whoever asks whether an index is needed will choose the engine, too. */
const outlooks = new WeakMap<Join, { readonly k: number; readonly outlook: Outlook }>();

function planUnprobed(shape: Shape, join: Join): Outlook {
  const known = outlooks.get(join);
  if (known?.k === shape.k) return known.outlook;
  const outlook = lookAt(shape, join);
  outlooks.set(join, { k: shape.k, outlook });
  return outlook;
}

function lookAt(shape: Shape, join: Join): Outlook {
  const first = plan(shape);
  if (first !== 'sample') return { choice: first, contrast: 1 };
  const contrast = contrastOf(join);
  const choice = planFromSample(shape, contrast);
  if (choice !== 'glimpse') return { choice, contrast };
  const isEnough = (seen: TreeWork): boolean => seen.rows >= GLIMPSED_ROWS;
  return { choice: planFromGlimpse(shape, contrast, probeTree(glimpseOf(join), shape.k, isEnough)), contrast };
}

/** Rows that a glimpse answers, about. */
const GLIMPSED_ROWS = 400;

/** Pieces of a series that a glimpse sees: windows beside each other, from everywhere. */
const PIECES = 16;

/** The same join of one window in GLIMPSE. */
function glimpseOf(join: Join): Join {
  const columns = piecesOf(join.columns);
  return { ...join, columns, rows: join.isSelf ? columns : piecesOf(join.rows), arena: undefined };
}

function piecesOf(windows: WindowSet): WindowSet {
  const { starts } = windows;
  const length = Math.ceil(starts.length / (PIECES * GLIMPSE));
  const from = (piece: number): number => Math.floor((piece / PIECES) * starts.length);
  const pieces = Array.from({ length: PIECES }, (_, piece) => from(piece) + Math.floor(length / 2));
  const seen = new Int32Array(PIECES * length);
  for (const [piece, first] of pieces.entries()) seen.set(starts.subarray(first, first + length), piece * length);
  return { ...windows, starts: seen };
}

const PROBE_SHARE = 0.03;

/** Rows and columns that are compared to judge how near near windows are. */
const SAMPLED_ROWS = 5;
const SAMPLED_COLUMNS = 1024;

/** Columns of these whose middle distance is taken. */
const MIDDLE_OF = 128;

/**
 * How near the nearest of a sample of windows is, compared with the middle one: min s / median s, the median over some
 * rows. 0 for windows that have copies, near 1 where all are equally far.
 */
function contrastOf({ rows, columns, isSelf }: Join): number {
  const { width, starts, stride, normalize } = columns;
  const isPlain = normalize === 'none';
  const row = new Float64Array(width);
  const other = isPlain ? columns.data : new Float64Array(width);
  const contrasts = new Float64Array(SAMPLED_ROWS);
  const distances = new Float64Array(MIDDLE_OF);
  let random = 1;
  const anyOf = (starts: Int32Array): number => {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0; // even steps are in phase with some period
    return Math.floor((random / 2 ** 32) * starts.length);
  };
  for (let r = 0; r < SAMPLED_ROWS; r++) {
    const i = rows.starts[anyOf(rows.starts)]!;
    vectorInto(rows, i, row, 0);
    let nearest = Infinity;
    for (let c = 0; c < SAMPLED_COLUMNS; c++) {
      const column = anyOf(starts);
      const isItself = isSelf && starts[column] === i;
      const j = starts[isItself ? (column + 1) % starts.length : column]!;
      if (!isPlain) vectorInto(columns, j, other, 0);
      const isForMiddle = c < MIDDLE_OF;
      const s = sqDist(row, 0, other, isPlain ? j * stride : 0, width, isForMiddle ? Infinity : nearest);
      if (isForMiddle) distances[c] = s;
      if (s < nearest) nearest = s;
    }
    const middle = distances.sort()[MIDDLE_OF / 2]!;
    contrasts[r] = middle > 0 ? nearest / middle : 0;
  }
  return contrasts.sort()[(SAMPLED_ROWS - 1) / 2]!;
}
