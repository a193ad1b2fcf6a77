// The k-d tree engine: a join answered leaf by leaf.
import type { WindowSet } from '../embed.ts';
import { buildTree, type KDTree } from '../kernels/kdtree.ts';
import { LeafSearch, type LeafSearcher } from '../kernels/kdtree-search.ts';
import { wasmLeafSearch, wasmSplitter } from '../kernels/kdtree-wasm.ts';
import { filledPlaces } from '../kernels/top-k.ts';
import { kdtreeModule } from '../kernels/wasm.ts';
import type { TreeWork } from './plan.ts';
import { type Emit, firstColumn, type Join, lastColumn, type NeighborSearch, type Run, runByRows } from './search.ts';

/** The engine for vectors of few coordinates. About O(N log N) where neighbors are near; never more than every pair. */
export const kdtree: NeighborSearch = {
  start: (join, k, byIndex) => start(join, k, byIndex, kdtreeModule()),
};

/** The same without WASM. */
export const scalarKdtree: NeighborSearch = {
  start: (join, k, byIndex) => start(join, k, byIndex, null),
};

/** A few milliseconds of work. */
const LEAVES_PER_PART = 64;

/** Trees of window sets that are searched again and again: a reference is indexed once. */
const trees = new WeakMap<WindowSet, KDTree>();

function treeOf(windows: WindowSet): KDTree {
  let tree = trees.get(windows);
  if (!tree) {
    const { data, stride, width, starts } = windows;
    const module = kdtreeModule();
    const splitter = module ? wasmSplitter(module, data, stride, width, starts) : undefined;
    tree = buildTree(data, stride, width, starts, splitter);
    trees.set(windows, tree);
  }
  return tree;
}

function start(join: Join, k: number, byIndex: boolean, module: WebAssembly.Module | null): Run {
  const rows = treeOf(join.rows);
  const columns = treeOf(join.columns);
  // The kernel has its own memory: for a few rows, copying the columns' tree there would cost more than it gains.
  const leafSearch =
    module && rows.order.length >= columns.order.length / 8
      ? wasmLeafSearch(module, rows, columns, k, byIndex, join)
      : new LeafSearch(rows, columns, k, byIndex, join);
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
    emit(i, dist, index, q * k, filledPlaces(index, q * k, k));
  }
}

/** Leaves that a probe answers at most, spread over the tree. */
const PROBED_LEAVES = 48;

/**
 * Answers a sample of the rows and counts the work, until `isEnough` says so. The tree is kept for the search that may
 * follow.
 */
export function probeTree(join: Join, k: number, isEnough: (work: TreeWork) => boolean): TreeWork {
  const rows = treeOf(join.rows);
  const leafSearch = new LeafSearch(rows, treeOf(join.columns), k, false, join);
  const work = { rows: 0, boxTests: 0, leafTests: 0 };
  for (let p = 0; p < PROBED_LEAVES && !isEnough(work); p++) {
    // 29 and 48 have no common divisor: a probe that ends early has seen leaves from everywhere, too.
    const slot = Math.floor((((p * 29) % PROBED_LEAVES) * rows.numLeaves + rows.numLeaves / 2) / PROBED_LEAVES);
    answerLeaf(join, rows, leafSearch, slot, () => work.rows++);
    work.boxTests = leafSearch.boxTests;
    work.leafTests = leafSearch.leafTests;
  }
  return work;
}
