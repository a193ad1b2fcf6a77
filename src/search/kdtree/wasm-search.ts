// Searching a k-d tree in WASM SIMD. The scalar twin is LeafSearch in query.ts.
import { Layout, type Memory } from '../../wasm/arena.ts';
import { writeStruct } from '../../wasm/fields.ts';
import { instantiate, type KernelModule, toInt32 } from '../../wasm/load.ts';
import { type KDTree, LEAF } from './build.ts';
import * as AT from './fields.generated.ts';
import { copyTree, reserveTree, shapeOfTree, type TreeOffsets, treeAt, type VectorsAt } from './layout.ts';
import type { LeafQuery, LeafSearcher, Reach } from './query.ts';

/** The exports of assembly/kdtree.ts that search. */
interface SearchExports {
  openSearch(fields: number): void;
  run(node: number, firstColumn: number, lastColumn: number): void;
  nodesMeasured(): number;
  rowsScanned(): number;
  pairsRefined(): number;
}

/** Byte offsets of one thread's scratch buffers. Plain data, which can be sent. */
export type SearchScratch = Readonly<Record<'fields' | 'arrays' | 'dist' | 'index' | 'list' | 'ref' | 'near', number>>;

/** Bytes between the scratch buffers of two threads: two cache lines. */
const APART = 128;

/** Reserves what one thread needs to search trees of `width` coordinates for at most k neighbors. */
export function reserveScratch(layout: Layout, k: number, width: number): SearchScratch {
  layout.reserve(APART, 1); // what one thread writes shares no cache line with what another one reads
  return {
    fields: layout.reserve(AT.searchBytes, 1),
    arrays: layout.reserve(AT.scratchBytes, 1),
    dist: layout.reserve(LEAF * k, 8),
    index: layout.reserve(LEAF * k, 4),
    list: layout.reserve(LEAF * 2 * (k + 3), 8),
    ref: layout.reserve(4 * width, 8),
    near: layout.reserve(LEAF * width, 4),
  };
}

/** A search of which everything lies in the memory of its kernel. */
export interface SearchInMemory {
  readonly memory: Memory;
  readonly scratch: SearchScratch;
  readonly rowsAt: TreeOffsets;
  readonly columnsAt: TreeOffsets;
  /** If the points are projections: the windows that they stand for. */
  readonly windows: { readonly rows: VectorsAt; readonly columns: VectorsAt; readonly reach: Reach } | undefined;
  readonly query: Pick<LeafQuery, 'rows' | 'columns' | 'k' | 'byIndex' | 'allowed'>;
}

const NO_WINDOWS: VectorsAt = { at: 0, stride: 0, width: 0 };

/** Starts a search in a kernel of its own. */
export function openSearch(module: KernelModule, search: SearchInMemory): LeafSearcher {
  const { memory, scratch, rowsAt, columnsAt, windows, query } = search;
  const { rows, columns, k, byIndex, allowed } = query;
  const { buffer } = memory;
  const rowWindows = windows?.rows ?? NO_WINDOWS;
  const columnWindows = windows?.columns ?? NO_WINDOWS;
  const { under, factor, slack } = windows?.reach ?? { under: 0, factor: 0, slack: 0 };
  const int32: AT.SearchInt32 = {
    [AT.searchRowPoints]: rowsAt.points,
    [AT.searchRowBoxes]: rowsAt.boxes,
    [AT.searchRowOrder]: rowsAt.order,
    [AT.searchRowFirst]: rowsAt.first,
    [AT.searchRowSize]: rowsAt.size,
    [AT.searchRowLeaves]: rows.numLeaves,
    [AT.searchColumnPoints]: columnsAt.points,
    [AT.searchColumnBoxes]: columnsAt.boxes,
    [AT.searchColumnOrder]: columnsAt.order,
    [AT.searchColumnFirst]: columnsAt.first,
    [AT.searchColumnSize]: columnsAt.size,
    [AT.searchColumnLowest]: columnsAt.lowest,
    [AT.searchColumnHighest]: columnsAt.highest,
    [AT.searchColumnLeaves]: columns.numLeaves,
    [AT.searchDist]: scratch.dist,
    [AT.searchIndex]: scratch.index,
    [AT.searchList]: scratch.list,
    [AT.searchRef]: scratch.ref,
    [AT.searchNear]: scratch.near,
    [AT.searchWidth]: rows.width,
    [AT.searchK]: k,
    [AT.searchSelf]: Number(rows === columns),
    [AT.searchByIndex]: Number(byIndex),
    [AT.searchExclusion]: allowed.exclusion,
    [AT.searchBefore]: toInt32(allowed.before),
    [AT.searchAfter]: toInt32(allowed.after),
    [AT.searchRefines]: Number(windows !== undefined),
    [AT.searchRowWindows]: rowWindows.at,
    [AT.searchRowStride]: rowWindows.stride,
    [AT.searchColumnWindows]: columnWindows.at,
    [AT.searchColumnStride]: columnWindows.stride,
    [AT.searchWindowWidth]: rowWindows.width,
    [AT.searchScratch]: scratch.arrays,
  };
  const float64: AT.SearchFloat64 = {
    [AT.searchScale]: scaleOf(rows, columns),
    [AT.searchUnder]: under,
    [AT.searchFactor]: factor,
    [AT.searchSlack]: slack,
  };
  writeStruct(buffer, scratch.fields, int32, float64);
  const kernel = instantiate<SearchExports>(module, memory);
  kernel.openSearch(scratch.fields);
  return {
    k,
    get work() {
      const [boxTests, leafTests] = [kernel.nodesMeasured(), kernel.rowsScanned()];
      return { boxTests, leafTests, refinements: kernel.pairsRefined() };
    },
    dist: new Float64Array(buffer, scratch.dist, LEAF * k),
    index: new Int32Array(buffer, scratch.index, LEAF * k),
    run: (node, firstColumn, lastColumn) => kernel.run(node, toInt32(firstColumn), toInt32(lastColumn)),
  };
}

/** Starts a search of trees that lie elsewhere: copies them, and the windows behind them, to a memory of its own. */
export function wasmLeafSearch(module: KernelModule, query: LeafQuery): LeafSearcher {
  const { rows, columns, k, refinement } = query;
  const isSelf = rows === columns;
  const layout = new Layout();
  const rowsAt = reserveTree(layout, shapeOfTree(rows));
  const columnsAt = isSelf ? rowsAt : reserveTree(layout, shapeOfTree(columns));
  const scratch = reserveScratch(layout, k, rows.width);
  const rowDataAt = refinement ? layout.reserve(refinement.rows.data.length, 8) : 0;
  const columnDataAt = refinement && !isSelf ? layout.reserve(refinement.columns.data.length, 8) : rowDataAt;
  const memory = layout.allocate();
  const { buffer } = memory;
  copyTree(treeAt(buffer, rowsAt, shapeOfTree(rows)), rows);
  if (!isSelf) copyTree(treeAt(buffer, columnsAt, shapeOfTree(columns)), columns);
  let windows: SearchInMemory['windows'];
  if (refinement) {
    const { rows: rowWindows, columns: columnWindows, width, reach } = refinement;
    new Float64Array(buffer, rowDataAt, rowWindows.data.length).set(rowWindows.data);
    if (!isSelf) new Float64Array(buffer, columnDataAt, columnWindows.data.length).set(columnWindows.data);
    windows = {
      rows: { at: rowDataAt, stride: rowWindows.stride, width },
      columns: { at: columnDataAt, stride: columnWindows.stride, width },
      reach,
    };
  }
  return openSearch(module, { memory, scratch, rowsAt, columnsAt, windows, query });
}

/** A power of two that brings the extent of all points to about 1. */
function scaleOf(rows: KDTree, columns: KDTree): number {
  let extent = 0;
  for (let d = 2 * rows.width; d < 4 * rows.width; d += 2) {
    const lo = Math.min(rows.boxes[d]!, columns.boxes[d]!);
    const hi = Math.max(rows.boxes[d + 1]!, columns.boxes[d + 1]!);
    extent = Math.max(extent, hi - lo);
  }
  return extent === 0 ? 1 : 2 ** -Math.max(-480, Math.floor(Math.log2(extent)));
}
