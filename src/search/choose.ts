// The engine that answers a join of vectors: the named one, or the one that the planner takes. This file gathers the evidence
// that plan.ts asks for.
import type { WindowSet } from '../core/windows.ts';
import { brute } from './brute.ts';
import { contrastOf } from './contrast.ts';
import { dense } from './dense/engine.ts';
import { diagonal, servesDiagonal } from './diagonal/engine.ts';
import { type Join, joinWith, type NeighborSearch } from './join.ts';
import { kdtree, probeTree } from './kdtree/engine.ts';
import {
  alternativeCost,
  decide,
  type EngineName,
  isFew,
  MAX_POINT_WIDTH,
  MOST_COORDINATES,
  PILOT_SHARE,
  type Shape,
  type TreeWork,
  treeCost,
  type Unprobed,
} from './plan.ts';

/** An engine that was chosen. */
export type ChosenEngine = Exclude<EngineName, 'auto'>;

/** The engine called `name` for this join, with its name; for `'auto'` the one that promises to be fastest. */
export function chooseEngine(
  name: EngineName,
  join: Join,
  k: number,
): { engine: ChosenEngine; search: NeighborSearch } {
  const isIndexed = name !== 'brute' && name !== 'diagonal' && servesKept(join);
  if (isIndexed) return { engine: 'kdtree', search: kdtree };
  // One row, as `explain` asks for, needs no index.
  if (join.rows.starts.length === 1) return { engine: 'brute', search: brute() };
  const engine = name === 'auto' ? planned(join, k) : name;
  return { engine, search: engineCalled(engine, join) };
}

/** Whether the named engine, or the choice among all before the tree is probed, is that of diagonals. */
export function takesDiagonals(name: EngineName, join: Join, k: number): boolean {
  if (join.rows.starts.length === 1) return false;
  return name === 'auto' ? decideUnprobed(shapeOf(join, k), join).choice === 'diagonal' : name === 'diagonal';
}

/** Whether the named engine, or the choice among all, needs the index of the columns, so that threads should share it. */
export function needsIndex(name: EngineName, join: Join, k: number): boolean {
  if (join.rows.starts.length === 1) return false;
  if (name !== 'auto') return name === 'kdtree';
  const { choice } = decideUnprobed(shapeOf(join, k), join);
  return choice === 'kdtree' || choice === 'probe';
}

/** Rows that are compared with kept columns one by one in the time that indexing these takes; chosen. */
const ROWS_PER_INDEX = 25;

/**
 * Whether few rows are searched in the index of columns that are kept. Columns are indexed when comparing rows with all of them
 * has taken as long as indexing takes: at most twice the time of the better choice is spent.
 */
function servesKept(join: Join): boolean {
  const { rows, columns, indexHolder: holder } = join;
  const [numRows, numColumns] = [rows.starts.length, columns.starts.length];
  if (holder.compared === undefined || !isFew(numRows, numColumns) || numColumns < MIN_INDEXED) return false;
  if (holder.index !== undefined || holder.compared >= ROWS_PER_INDEX * numColumns) return true;
  if (columns.normalize !== 'none' && numColumns * columns.width > MOST_COORDINATES) return false;
  holder.compared += numRows * numColumns;
  return false;
}

/** Fewer columns are compared one by one. */
const MIN_INDEXED = 512;

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
    // Skipped when width ≤ MAX_POINT_WIDTH: the tree is chosen anyway, and the check takes O(n).
    diagonal: rows.width > MAX_POINT_WIDTH && servesDiagonal(join),
    isLazy: columns.normalize !== 'none',
  };
}

/** The time of a probe over that of the alternative, at most. */
const PROBE_SHARE = 0.03;

function planned(join: Join, k: number): ChosenEngine {
  const shape = shapeOf(join, k);
  const { choice, contrast } = decideUnprobed(shape, join);
  if (choice !== 'probe') return choice;
  // A tree that answers few rows within the budget is too slow anyway.
  const budget = PROBE_SHARE * alternativeCost(shape, contrast);
  const isEnough = (seen: TreeWork): boolean =>
    seen.rows > 0 && treeCost({ ...shape, numRows: seen.rows }, seen) > budget;
  return decide(shape, { contrast, probe: probeTree(join, k, isEnough) });
}

/** The decision that needs no probe of the whole tree: an engine, or to probe. The join keeps it for the next question. */
function decideUnprobed(shape: Shape, join: Join): { choice: Unprobed; contrast: number } {
  const known = join.cache.decision;
  if (known?.k === shape.k) return known;
  const decision = { k: shape.k, ...gatherEvidence(shape, join) };
  join.cache.decision = decision;
  return decision;
}

/** Number of rows that a pilot answers, about. */
const PILOT_ROWS = 400;

function gatherEvidence(shape: Shape, join: Join): { choice: Unprobed; contrast: number } {
  const byShape = decide(shape);
  if (byShape !== 'sample') return { choice: byShape, contrast: 1 };
  const contrast = contrastOf(join);
  const byContrast = decide(shape, { contrast });
  if (byContrast !== 'pilot') return { choice: byContrast, contrast };
  const pilot = probeTree(pilotOf(join), shape.k, ({ rows }) => rows >= PILOT_ROWS);
  return { choice: decide(shape, { contrast, pilot }), contrast };
}

/** Number of pieces of the series that a pilot consists of: windows beside each other, from everywhere. */
const PIECES = 16;

/** A subsample of the join: one window in PILOT_SHARE. */
function pilotOf(join: Join): Join {
  const columns = piecesOf(join.columns);
  return joinWith(join, { columns, rows: join.isSelf ? columns : piecesOf(join.rows), arena: undefined });
}

function piecesOf(windows: WindowSet): WindowSet {
  const { starts } = windows;
  const length = Math.ceil(starts.length / (PIECES * PILOT_SHARE));
  const from = (piece: number): number => Math.floor((piece / PIECES) * starts.length);
  const pieces = Array.from({ length: PIECES }, (_, piece) => from(piece) + Math.floor(length / 2));
  const kept = new Int32Array(PIECES * length);
  for (const [piece, first] of pieces.entries()) kept.set(starts.subarray(first, first + length), piece * length);
  return { ...windows, starts: kept };
}
