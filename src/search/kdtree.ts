// The k-d tree engine: a join answered leaf by leaf.
import type { WindowSet } from '../embed.ts';
import { buildTree, type KDTree } from '../kernels/kdtree.ts';
import { LeafSearch, type LeafSearcher } from '../kernels/kdtree-search.ts';
import { wasmLeafSearch, wasmSplitter } from '../kernels/kdtree-wasm.ts';
import { filledPlaces } from '../kernels/top-k.ts';
import { kdtreeModule } from '../kernels/wasm.ts';
import { MAX_POINT_WIDTH, type TreeWork } from './plan.ts';
import { fitProjection, type Projection, project, reachOf } from './projection.ts';
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

/** A tree and what it is over: the windows, or their projections. */
interface Index {
  readonly tree: KDTree;
  readonly projection: Projection | undefined;
}

/** Indexes of window sets that are searched again and again: a reference is indexed once. */
const indexes = new WeakMap<WindowSet, Index>();

function indexOf(windows: WindowSet): Index {
  let index = indexes.get(windows);
  if (!index) {
    const projection = windows.width > MAX_POINT_WIDTH ? fitProjection(windows) : undefined;
    index = { tree: treeOf(windows, projection), projection };
    indexes.set(windows, index);
  }
  return index;
}

function treeOf(windows: WindowSet, projection: Projection | undefined): KDTree {
  const { data, stride, width, starts } = projection ? project(projection, windows) : windows;
  const module = kdtreeModule();
  const splitter = module ? wasmSplitter(module, data, stride, width, starts) : undefined;
  return buildTree(data, stride, width, starts, splitter);
}

/** The rows' tree of a join, and a search through the columns'. */
interface Prepared {
  readonly rows: KDTree;
  readonly leafSearch: LeafSearcher;
}

function prepare(join: Join, k: number, byIndex: boolean, module: WebAssembly.Module | null): Prepared {
  const { tree: columns, projection } = indexOf(join.columns);
  const rows = join.rows === join.columns ? columns : treeOf(join.rows, projection);
  const refinement = projection && {
    rows: join.rows,
    columns: join.columns,
    width: join.columns.width,
    reach: reachOf(projection, join.columns.width),
  };
  // The kernel has its own memory: for a few rows, copying the columns' tree there would cost more than it gains.
  const leafSearch =
    module && rows.order.length >= columns.order.length / 8
      ? wasmLeafSearch(module, rows, columns, k, byIndex, join, refinement)
      : new LeafSearch(rows, columns, k, byIndex, join, refinement);
  return { rows, leafSearch };
}

function start(join: Join, k: number, byIndex: boolean, module: WebAssembly.Module | null): Run {
  const known = byIndex || module === null ? undefined : probed.get(join);
  const { rows, leafSearch } = known?.leafSearch.k === k ? known : prepare(join, k, byIndex, module);
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

/** What probes prepared, for the searches that may follow. */
const probed = new WeakMap<Join, Prepared>();

/** Answers a sample of the rows and counts the work, until `isEnough` says so. */
export function probeTree(join: Join, k: number, isEnough: (work: TreeWork) => boolean): TreeWork {
  const prepared = prepare(join, k, false, kdtreeModule());
  probed.set(join, prepared);
  const { rows, leafSearch } = prepared;
  const work = { rows: 0, boxTests: 0, leafTests: 0, refinements: 0 };
  for (let p = 0; p < PROBED_LEAVES && !isEnough(work); p++) {
    // 29 and 48 have no common divisor: a probe that ends early has seen leaves from everywhere, too.
    const slot = Math.floor((((p * 29) % PROBED_LEAVES) * rows.numLeaves + rows.numLeaves / 2) / PROBED_LEAVES);
    answerLeaf(join, rows, leafSearch, slot, () => work.rows++);
    Object.assign(work, leafSearch.work);
  }
  return work;
}
