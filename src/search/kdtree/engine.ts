// The k-d tree engine: a join answered leaf by leaf.
import { vectorsOf } from '../../core/windows.ts';
import type { KernelModule } from '../../wasm/load.ts';
import { type Emit, firstColumn, type Join, lastColumn, type NeighborSearch, type Run, runByRows } from '../join.ts';
import type { TreeWork } from '../plan.ts';
import { filledSlots } from '../top-k.ts';
import type { KDTree } from './build.ts';
import { indexOf, treeLike } from './index.ts';
import { reachOf } from './projection.ts';
import { LeafSearch, type LeafSearcher, type PreparedSearch } from './query.ts';
import { kdtreeModule } from './wasm.ts';
import { wasmLeafSearch } from './wasm-search.ts';

/** The engine for vectors of few coordinates. About O(N log N) where neighbors are near; at most every pair. */
export const kdtree: NeighborSearch = {
  start: (join, k, byIndex) => start(join, k, byIndex, kdtreeModule()),
};

/** The same without WASM. */
export const scalarKdtree: NeighborSearch = {
  start: (join, k, byIndex) => start(join, k, byIndex, null),
};

/** A few milliseconds of work. */
const LEAVES_PER_PART = 64;

/** Indexes rows and columns, and prepares the search. */
function prepare(join: Join, k: number, byIndex: boolean, module: KernelModule | null): PreparedSearch {
  const { isSelf } = join;
  const index = indexOf(join, isSelf ? k : 0);
  const { tree: columns, projection, inPlace } = index;
  const reach = projection && reachOf(projection, join.columns.width);
  if (isSelf && module && inPlace && k <= inPlace.k) {
    return { rows: columns, leafSearch: inPlace.worker.search({ k, byIndex, allowed: join }, reach), allowed: join };
  }
  const rowVectors = isSelf ? index.vectors() : vectorsOf(join.rows);
  const rows = isSelf ? columns : treeLike(index, rowVectors);
  const refinement = reach && { rows: rowVectors, columns: index.vectors(), width: join.columns.width, reach };
  const query = { rows, columns, k, byIndex, allowed: join, refinement };
  // The kernel has its own memory: for a few rows, copying the columns' tree there would cost more than it gains.
  const isWorthCopying = rows.order.length >= columns.order.length / 8;
  const leafSearch = module && isWorthCopying ? wasmLeafSearch(module, query) : new LeafSearch(query);
  return { rows, leafSearch, allowed: join };
}

function start(join: Join, k: number, byIndex: boolean, module: KernelModule | null): Run {
  const { prepared } = join.cache;
  // A probe's search serves this very join in WASM, for the same k, without an order by index.
  const isReusable = !byIndex && module !== null && prepared?.allowed === join && prepared.leafSearch.k === k;
  const { rows, leafSearch } = isReusable ? prepared : prepare(join, k, byIndex, module);
  return runByRows(rows.numLeaves, LEAVES_PER_PART, (from, to, emit) => {
    for (let slot = from; slot < to; slot++) answerLeaf(join, rows, leafSearch, slot, emit);
  });
}

function answerLeaf(join: Join, rows: KDTree, leafSearch: LeafSearcher, slot: number, emit: Emit): void {
  const { dist, index, k } = leafSearch;
  const leaf = rows.numLeaves + slot;
  leafSearch.run(leaf, firstColumn(join, rows.lowest[leaf]!), lastColumn(join, rows.highest[leaf]!));
  for (let q = 0; q < rows.size[slot]!; q++) {
    const i = rows.order[rows.first[slot]! + q]!;
    emit(i, dist, index, q * k, filledSlots(index, q * k, k));
  }
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
