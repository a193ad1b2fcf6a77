// The k-d tree engine: a join answered leaf by leaf.
import { vectorsOf, type WindowSet } from '../../core/windows.ts';
import type { KernelModule } from '../../wasm/load.ts';
import {
  type Emit,
  firstColumn,
  type Join,
  lastColumn,
  type NeighborSearch,
  type Run,
  referenceJoin,
  runByRows,
} from '../join.ts';
import type { TreeWork } from '../plan.ts';
import { filledSlots } from '../top-k.ts';
import type { KDTree } from './build.ts';
import { guestsFrom, MOST_GUESTS } from './guests.ts';
import { indexOf, treeLike } from './index.ts';
import { project, reachOf } from './projection.ts';
import { LeafSearch, type LeafSearcher, type PreparedSearch } from './query.ts';
import { kdtreeModule } from './wasm.ts';
import { wasmLeafSearch } from './wasm-search.ts';

export { LEAF } from './build.ts';

/** The engine for vectors of few coordinates. About O(N log N) where neighbors are near; at most every pair. */
export const kdtree: NeighborSearch = {
  start: (join, k, byIndex) => start(join, k, byIndex, kdtreeModule()),
};

/** The same without WASM. */
export const scalarKdtree: NeighborSearch = {
  start: (join, k, byIndex) => start(join, k, byIndex, null),
};

/** The mask of all rows of a leaf. */
const ALL = -1;

/** A few milliseconds of work. */
const LEAVES_PER_PART = 64;

/** Indexes rows and columns, and prepares the search. */
function prepare(join: Join, k: number, byIndex: boolean, module: KernelModule | null): PreparedSearch {
  const { isSelf } = join;
  const index = indexOf(join, k);
  const { tree: columns, projection, inPlace } = index;
  const reach = projection && reachOf(projection, join.columns.width);
  if (isSelf && module && inPlace && k <= inPlace.k) {
    return { rows: columns, leafSearch: inPlace.worker.search({ k, byIndex, allowed: join }, reach), allowed: join };
  }
  const rowVectors = isSelf ? index.vectors() : vectorsOf(join.rows);
  const rows = isSelf ? columns : treeLike(index, rowVectors);
  const refinement = reach && { rows: rowVectors, columns: index.vectors(), width: join.columns.width, reach };
  const query = { rows, columns, k, byIndex, allowed: join, refinement };
  const isWorthCopying = !areGuests(join);
  const leafSearch = module && isWorthCopying ? wasmLeafSearch(module, query) : new LeafSearch(query);
  return { rows, leafSearch, allowed: join };
}

/**
 * Whether the rows come to the memory of the columns' index, some at a time. Many rows get a memory of their own, to which that
 * index is copied: the larger a tree of rows, the nearer to each other are those that are searched for together.
 */
function areGuests({ rows, columns, isSelf }: Join): boolean {
  return !isSelf && rows.starts.length < columns.starts.length / 8;
}

function start(join: Join, k: number, byIndex: boolean, module: KernelModule | null): Run {
  const guests = module !== null && areGuests(join) ? guestRun(join, k, byIndex) : undefined;
  if (guests !== undefined) return guests;
  const { prepared } = join.cache;
  // A probe's search serves this very join in WASM, for the same k, without an order by index.
  const isReusable = !byIndex && module !== null && prepared?.allowed === join && prepared.leafSearch.k === k;
  const { rows, leafSearch } = isReusable ? prepared : prepare(join, k, byIndex, module);
  return runByRows(rows.numLeaves, LEAVES_PER_PART, (from, to, emit) => {
    for (let slot = from; slot < to; slot++) answerLeaf(join, rows, leafSearch, slot, emit);
  });
}

/** The search for rows that come to the index; `undefined` where it has no memory for them or for so many neighbors. */
function guestRun(join: Join, k: number, byIndex: boolean): Run | undefined {
  const { projection, inPlace } = indexOf(join, k);
  if (!inPlace?.worker.searchGuests || k > inPlace.k) return undefined;
  const reach = projection && reachOf(projection, join.columns.width);
  const searcher = inPlace.worker.searchGuests({ k, byIndex, allowed: join }, reach);
  const pointsOf = (vectors: WindowSet): WindowSet => (projection ? project(projection, vectors) : vectors);
  return runByRows(join.rows.starts.length, MOST_GUESTS, (from, end, emit) => {
    const part = { ...join.rows, starts: join.rows.starts.subarray(from, end) };
    for (let next = 0; next < part.starts.length; ) {
      const { guests, to } = guestsFrom(part, next, pointsOf);
      const { rows, leafSearch } = searcher.admit(guests);
      for (let slot = 0; slot < rows.numLeaves; slot++) answerLeaf(join, rows, leafSearch, slot, emit);
      next = to;
    }
  });
}

/** Searches for vectors that come one at a time. */
export interface VectorSearch {
  /** The squared distances of the last vector to its k nearest columns, ascending; the next search overwrites them. */
  readonly dist: Float64Array;
  /** Columns whose s was computed because they were near as points, over all searches. */
  readonly refinements: number;
  /** Searches for a vector; returns how many columns were found. */
  search(vector: Float64Array): number;
}

/** Indexes `columns` for vectors that come one at a time; `undefined` where WASM is refused or memory is short. */
export function indexVectors(columns: WindowSet, k: number): VectorSearch | undefined {
  const join = referenceJoin({ ...columns, starts: new Int32Array(0) }, columns);
  const { projection, inPlace } = indexOf(join, k);
  const reach = projection && reachOf(projection, columns.width);
  const searcher = inPlace?.worker.searchGuests?.({ k, byIndex: false, allowed: join }, reach);
  if (searcher === undefined) return undefined;
  const { width } = columns;
  const one = { stride: width, width, normalize: 'none', numWindows: 1, starts: new Int32Array(1) } as const;
  let dist: Float64Array = new Float64Array(0);
  let refinements = 0;
  return {
    get dist() {
      return dist;
    },
    get refinements() {
      return refinements;
    },
    search(vector) {
      const vectors = { ...one, data: vector };
      const points = projection ? project(projection, vectors) : vectors;
      const { rows, leafSearch } = searcher.admit({ vectors, points, first: 0 });
      leafSearch.run(rows.numLeaves, -Infinity, Infinity, ALL);
      dist = leafSearch.dist;
      refinements = leafSearch.work.refinements;
      return filledSlots(leafSearch.index, 0, k);
    },
  };
}

/** Answers the rows of `mask` in a leaf, and emits all of its rows. */
function answerLeaf(join: Join, rows: KDTree, leafSearch: LeafSearcher, slot: number, emit: Emit, mask = ALL): void {
  const { dist, index, k } = leafSearch;
  const leaf = rows.numLeaves + slot;
  leafSearch.run(leaf, firstColumn(join, rows.lowest[leaf]!), lastColumn(join, rows.highest[leaf]!), mask);
  for (let q = 0; q < rows.size[slot]!; q++) {
    const i = rows.order[rows.first[slot]! + q]!;
    emit(i, dist, index, q * k, filledSlots(index, q * k, k));
  }
}

/** The leaves of a self-join's tree, which can be answered one by one. */
export interface LeafAnswers {
  readonly numLeaves: number;
  /** The windows of a leaf. They are near each other. */
  rows(slot: number): Int32Array;
  /** The squared diagonal of the box that holds them. */
  extent(slot: number): number;
  /** Finds the k nearest columns of the windows of a leaf whose bits in `mask` are set, in the order of `rows`. */
  answer(slot: number, mask: number, emit: Emit): void;
}

/** Builds the tree of a self-join for answers leaf by leaf. O(N log N). */
export function leafAnswers(join: Join, k: number): LeafAnswers {
  const { rows, leafSearch } = prepare(join, k, false, kdtreeModule());
  const { numLeaves, order, first, size, boxes, width } = rows;
  return {
    numLeaves,
    rows: (slot) => order.subarray(first[slot]!, first[slot]! + size[slot]!),
    extent(slot) {
      const from = 2 * width * (numLeaves + slot);
      let sum = 0;
      for (let b = from; b < from + 2 * width; b += 2) sum += (boxes[b + 1]! - boxes[b]!) ** 2;
      return sum;
    },
    answer(slot, mask, emit) {
      let rest = mask;
      const emitWanted: Emit = (i, dist, index, base, count) => {
        if ((rest & 1) === 1) emit(i, dist, index, base, count);
        rest >>= 1;
      };
      answerLeaf(join, rows, leafSearch, slot, emitWanted, mask);
    },
  };
}

/** Number of leaves that a probe answers at most, from everywhere in the tree. */
const PROBED_LEAVES = 48;

/** Answers a sample of the rows and counts the work, until `isEnough`. The join keeps the search for its next run. */
export function probeTree(join: Join, k: number, isEnough: (work: TreeWork) => boolean): TreeWork {
  const prepared = prepare(join, k, false, kdtreeModule());
  join.cache.prepared = prepared;
  const { rows, leafSearch } = prepared;
  const work = { rows: 0, boxTests: 0, leafTests: 0, refinements: 0 };
  for (let p = 0; p < PROBED_LEAVES && !isEnough(work); p++) {
    // 29 and 48 have no common divisor: even a probe that ends early has seen leaves from everywhere.
    const slot = Math.floor((((p * 29) % PROBED_LEAVES) * rows.numLeaves + rows.numLeaves / 2) / PROBED_LEAVES);
    answerLeaf(join, rows, leafSearch, slot, () => work.rows++);
    Object.assign(work, leafSearch.work);
  }
  return work;
}
