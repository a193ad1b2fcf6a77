// The one interface of all engines: a join of rows and columns with an allowed interval of columns per row.
import type { WindowSet } from '../core/windows.ts';
import type { Memory } from '../wasm/arena.ts';
import type { IndexHolder, PreparedSearch } from './kdtree/index.ts';
import type { Unprobed } from './plan.ts';

/**
 * "For each window of `rows`, its k nearest windows of `columns`." With lag = j − i, column j is allowed for row i if
 *
 *     exclusion < lag ≤ after   or   exclusion < −lag ≤ before
 *
 * A self-join has exclusion ≥ 0 and after = before = Infinity, its left side after = 0, a history before = history;
 * a join with a reference has exclusion −1 and both Infinity: everything is allowed.
 */
export interface Join {
  readonly rows: WindowSet;
  readonly columns: WindowSet;
  /** Whether every column is a row, too: then each pair is met twice, once from each end. */
  readonly isSelf: boolean;
  readonly exclusion: number;
  readonly before: number;
  readonly after: number;
  /**
   * Per row i: columns with s of at least `limits[i]` are of no interest, and may be left out of what is emitted. An engine
   * may use it or not.
   */
  readonly limits?: Float64Array;
  /** The memory that holds the values of the columns and can grow to hold an index of them; this join alone uses it. */
  readonly arena?: Memory | undefined;
  /** Holds the index of `columns` when there is one. Joins with the same columns may share it. */
  readonly indexHolder: IndexHolder;
  /** Results of planning this very join, for the search that follows. */
  readonly cache: JoinCache;
}

/** What planning found out about a join. */
export interface JoinCache {
  /** The decision that needs no probe, the contrast that it was made by, and the k that it was made for. */
  decision: { readonly k: number; readonly choice: Unprobed; readonly contrast: number } | undefined;
  /** The search that a probe of the tree prepared. */
  prepared: PreparedSearch | undefined;
  /** The threads that do the join together in memory that they share, if there are any. */
  threads: JoinThreads | undefined;
}

/** Threads of a join. */
export interface JoinThreads {
  readonly numThreads: number;
  /** The number of this thread among them, from 0 on. */
  readonly thread: number;
  /** A memory that can grow, and the last of the values that it must keep; what lies behind them is free. */
  readonly arena: { readonly memory: Memory; readonly values: Float64Array } | undefined;
}

function emptyCache(): JoinCache {
  return { decision: undefined, prepared: undefined, threads: undefined };
}

/** All windows of one series against each other. */
export function selfJoin(windows: WindowSet, exclusionZone: number, side: 'both' | 'left'): Join {
  return {
    rows: windows,
    columns: windows,
    isSelf: true,
    exclusion: exclusionZone,
    before: Infinity,
    after: side === 'left' ? 0 : Infinity,
    indexHolder: { index: undefined },
    cache: emptyCache(),
  };
}

/**
 * All windows of one series against those of another. The owner of columns that are searched again and again passes the same
 * `indexHolder` every time: they are indexed once.
 */
export function referenceJoin(
  rows: WindowSet,
  columns: WindowSet,
  indexHolder: IndexHolder = { index: undefined },
): Join {
  const allowed = { exclusion: -1, before: Infinity, after: Infinity };
  return { rows, columns, isSelf: false, ...allowed, indexHolder, cache: emptyCache() };
}

/** A join with some changes. It shares the index of the columns unless these change, but nothing that was planned. */
export function joinWith(join: Join, changes: Partial<Omit<Join, 'indexHolder' | 'cache'>>): Join {
  const { columns = join.columns } = changes;
  const indexHolder = columns === join.columns ? join.indexHolder : { index: undefined };
  return { ...join, ...changes, indexHolder, cache: emptyCache() };
}

/**
 * The same join for the rows at [from, to) of `join.rows.starts`: no self-join any more. Its rows stay windows of the columns'
 * own series, which engines find out by their `data`.
 */
export function rowBlock(join: Join, from: number, to: number): Join {
  return joinWith(join, { rows: { ...join.rows, starts: join.rows.starts.subarray(from, to) }, isSelf: false });
}

/** The same join for one row only: no self-join any more. */
export function oneRow(join: Join, i: number): Join {
  return joinWith(join, { rows: { ...join.rows, starts: Int32Array.of(i) }, isSelf: false });
}

/** Whether column j is allowed for row i. */
export function isAllowed({ exclusion, before, after }: Join, i: number, j: number): boolean {
  const lag = j - i;
  return lag > exclusion ? lag <= after : -lag > exclusion && -lag <= before;
}

/** The smallest column that may be allowed for row i. */
export function firstColumn(join: Join, i: number): number {
  return join.before > join.exclusion ? i - join.before : i + join.exclusion + 1;
}

/** The largest column that may be allowed for row i. */
export function lastColumn(join: Join, i: number): number {
  return join.after > join.exclusion ? i + join.after : i - join.exclusion - 1;
}

/** How many columns are allowed for row i. O(log N). */
export function numAllowed({ columns: { starts }, exclusion, before, after }: Join, i: number): number {
  const between = (from: number, to: number): number =>
    Math.max(0, positionOf(starts, to + 1) - positionOf(starts, from));
  if (exclusion < 0) return between(i - before, i + after);
  return between(i - before, i - exclusion - 1) + between(i + exclusion + 1, i + after);
}

/** The position of the first start that is ≥ `start`. */
export function positionOf(starts: Int32Array, start: number): number {
  let from = 0;
  let to = starts.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (starts[middle]! < start) from = middle + 1;
    else to = middle;
  }
  return from;
}

/**
 * Receives a finished row: the `count` nearest columns of row i in the order of exactness.ts, at `base` of the two
 * arrays, which are reused. `dist` is s for vectors and the metric's own value for a function metric.
 */
export type Emit = (i: number, dist: Float64Array, index: Int32Array, base: number, count: number) => void;

/** What an engine has prepared for several threads: plain data, which can be sent, and which that engine alone reads. */
export interface SharedRun {
  readonly k: number;
  readonly byIndex: boolean;
}

/**
 * A search in parts of moderate size, which can be run in any order, or be distributed to several runs of the same join.
 * A part emits the rows that it completes; `finish` emits the rows that several parts add to.
 */
export interface Run {
  readonly numParts: number;
  /** The number of leading parts that every run does: they are cheap and tighten the thresholds of all others. */
  readonly numCommon: number;
  /** Whether each row is complete when its part is: then `finish` emits none. */
  readonly isByRows: boolean;
  /** What other threads need to take part in this very run: see `attachDiagonals`. Its rows may then be finished by any of them. */
  readonly shared?: SharedRun | undefined;
  /** The cost of part p, in a unit that all parts share. */
  work(p: number): number;
  run(p: number, emit: Emit): void;
  /**
   * Emits the rows that no part emits: all, or those at [from, to) of `join.rows.starts`. It may be called before all parts
   * are run, and again: it then emits upper bounds of the final distances.
   */
  finish(emit: Emit, from?: number, to?: number): void;
}

/** An engine. Engines differ in speed only. */
export interface NeighborSearch {
  /**
   * Prepares a search. Its parts and `finish` together call `emit` once for each row of `join.rows.starts`, in any order.
   * With `byIndex` the neighbors are the first k in the order (s, j). Without it the k distances are the same, but `index` may
   * name other columns at these distances, or none.
   */
  start(join: Join, k: number, byIndex: boolean): Run;
}

/** Runs all parts of a search. */
export function searchAll(search: NeighborSearch, join: Join, k: number, byIndex: boolean, emit: Emit): void {
  const run = search.start(join, k, byIndex);
  for (let p = 0; p < run.numParts; p++) run.run(p, emit);
  run.finish(emit);
}

/** A run in which each part completes `rowsPerPart` of `numRows` rows. */
export function runByRows(
  numRows: number,
  rowsPerPart: number,
  answer: (from: number, to: number, emit: Emit) => void,
): Run {
  const from = (p: number): number => Math.min(numRows, p * rowsPerPart);
  return {
    numParts: Math.ceil(numRows / rowsPerPart),
    numCommon: 0,
    isByRows: true,
    work: (p) => from(p + 1) - from(p),
    run: (p, emit) => answer(from(p), from(p + 1), emit),
    finish: () => {},
  };
}
