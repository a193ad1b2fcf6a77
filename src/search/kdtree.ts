// The k-d tree engine: a join answered leaf by leaf.
import type { WindowSet } from '../embed.ts';
import { buildTree, type KDTree } from '../kernels/kdtree.ts';
import { LeafSearch } from '../kernels/kdtree-search.ts';
import { finishRow } from '../kernels/top-k.ts';
import { type Emit, firstColumn, type Join, lastColumn, type NeighborSearch } from './search.ts';

/** The engine for vectors of few coordinates. About O(N log N) where neighbors are near; never more than every pair. */
export const kdtree: NeighborSearch = { search };

/** Trees of window sets that are searched again and again: a reference is indexed once. */
const trees = new WeakMap<WindowSet, KDTree>();

function treeOf(windows: WindowSet): KDTree {
  let tree = trees.get(windows);
  if (!tree) {
    tree = buildTree(windows.data, windows.stride, windows.width, windows.starts);
    trees.set(windows, tree);
  }
  return tree;
}

function search(join: Join, k: number, byIndex: boolean, emit: Emit): void {
  const rows = treeOf(join.rows);
  const columns = treeOf(join.columns);
  const leafSearch = new LeafSearch(rows, columns, k, byIndex, join);
  const { dist, index } = leafSearch;
  for (let slot = 0; slot < rows.numLeaves; slot++) {
    const leaf = rows.numLeaves + slot;
    leafSearch.run(leaf, firstColumn(join, rows.lowest[leaf]!), lastColumn(join, rows.highest[leaf]!));
    for (let q = 0; q < rows.size[slot]!; q++) {
      const i = rows.order[rows.first[slot]! + q]!;
      emit(i, dist, index, q * k, finishRow(dist, index, q * k, k));
    }
  }
}
