// Searching a k-d tree in WASM SIMD. The scalar twin is LeafSearch in query.ts.
import { Layout, type Memory } from '../../wasm/arena.ts';
import { reserveArrays, viewArrays } from '../../wasm/arrays.ts';
import { writeStruct } from '../../wasm/fields.ts';
import { instantiate, type KernelModule, toInt32 } from '../../wasm/load.ts';
import { type KDTree, LEAF, treeOf } from './build.ts';
import * as AT from './fields.generated.ts';
import type { LeafQuery, LeafSearcher, Reach, Vectors } from './query.ts';

/** The exports of assembly/kdtree.ts that search. */
export interface SearchExports {
  openSearch(fields: number): void;
  run(node: number, firstColumn: number, lastColumn: number, mask: number): void;
  nodesMeasured(): number;
  rowsScanned(): number;
  pairsRefined(): number;
}

/** Byte offsets of one thread's scratch buffers. Plain data, which can be sent. */
export type SearchScratch = Readonly<Record<'fields' | 'dist' | 'index' | 'list' | 'ref' | 'near', number>>;

/** Bytes between the scratch buffers of two threads: two cache lines. */
const APART = 128;

/** Reserves what one thread needs to search trees of `width` coordinates for at most k neighbors. */
export function reserveScratch(layout: Layout, k: number, width: number): SearchScratch {
  layout.reserve(APART, 1); // what one thread writes shares no cache line with what another one reads
  return {
    fields: layout.reserve(AT.searchBytes + AT.scratchBytes, 1), // the struct, and the arrays of SCRATCH_FIELDS behind it
    dist: layout.reserve(LEAF * k, 8),
    index: layout.reserve(LEAF * k, 4),
    list: layout.reserve(LEAF * 2 * (k + 3), 8),
    ref: layout.reserve(4 * width, 8),
    near: layout.reserve(LEAF * width, 4),
  };
}

/** Vectors in a memory: vector i is the `width` numbers from `at` + 8·i·stride on. Plain data, which can be sent. */
export interface VectorsAt {
  readonly at: number;
  readonly stride: number;
  readonly width: number;
}

/** The rows or the columns of a search, in the memory of its kernel. */
export interface SideInMemory {
  readonly tree: KDTree;
  /** The windows that the points stand for; read only if these are projections. */
  readonly windows: VectorsAt;
}

/** A search of which everything lies in the memory of its kernel. In a self-join `columns` are the rows. */
export interface SearchInMemory extends Pick<LeafQuery, 'k' | 'byIndex' | 'allowed'> {
  readonly memory: Memory;
  readonly scratch: SearchScratch;
  readonly rows: SideInMemory;
  readonly columns: SideInMemory;
  /** If the points are projections. */
  readonly reach: Reach | undefined;
}

/** Starts a search in a kernel of its own. */
export function openSearch(module: KernelModule, search: SearchInMemory): LeafSearcher {
  return searchBy(instantiate<SearchExports>(module, search.memory), search);
}

/** Starts a search in a kernel, which ends the one that it was told before. */
export function searchBy(kernel: SearchExports, search: SearchInMemory): LeafSearcher {
  const { memory, scratch, rows, columns, reach, k, byIndex, allowed } = search;
  const { buffer } = memory;
  const int32: AT.SearchInt32 = {
    [AT.searchRowPoints]: rows.tree.points,
    [AT.searchRowBoxes]: rows.tree.boxes,
    [AT.searchRowOrder]: rows.tree.order,
    [AT.searchRowFirst]: rows.tree.first,
    [AT.searchRowSize]: rows.tree.size,
    [AT.searchRowLeaves]: rows.tree.numLeaves,
    [AT.searchColumnPoints]: columns.tree.points,
    [AT.searchColumnBoxes]: columns.tree.boxes,
    [AT.searchColumnOrder]: columns.tree.order,
    [AT.searchColumnFirst]: columns.tree.first,
    [AT.searchColumnSize]: columns.tree.size,
    [AT.searchColumnLowest]: columns.tree.lowest,
    [AT.searchColumnHighest]: columns.tree.highest,
    [AT.searchColumnLeaves]: columns.tree.numLeaves,
    [AT.searchDist]: scratch.dist,
    [AT.searchIndex]: scratch.index,
    [AT.searchList]: scratch.list,
    [AT.searchRef]: scratch.ref,
    [AT.searchNear]: scratch.near,
    [AT.searchWidth]: rows.tree.width,
    [AT.searchK]: k,
    [AT.searchSelf]: rows === columns,
    [AT.searchByIndex]: byIndex,
    [AT.searchExclusion]: allowed.exclusion,
    [AT.searchBefore]: toInt32(allowed.before),
    [AT.searchAfter]: toInt32(allowed.after),
    [AT.searchRefines]: reach !== undefined,
    [AT.searchRowWindows]: rows.windows.at,
    [AT.searchRowStride]: rows.windows.stride,
    [AT.searchColumnWindows]: columns.windows.at,
    [AT.searchColumnStride]: columns.windows.stride,
    [AT.searchWindowWidth]: rows.windows.width,
    [AT.searchScratch]: scratch.fields + AT.searchBytes,
  };
  const float64: AT.SearchFloat64 = {
    [AT.searchScale]: scaleOf(rows.tree, columns.tree),
    [AT.searchUnder]: reach?.under ?? 0,
    [AT.searchFactor]: reach?.factor ?? 0,
    [AT.searchSlack]: reach?.slack ?? 0,
  };
  writeStruct(buffer, scratch.fields, int32, float64);
  kernel.openSearch(scratch.fields);
  return {
    k,
    get work() {
      return {
        boxTests: kernel.nodesMeasured(),
        leafTests: kernel.rowsScanned(),
        refinements: kernel.pairsRefined(),
      };
    },
    dist: new Float64Array(buffer, scratch.dist, LEAF * k),
    index: new Int32Array(buffer, scratch.index, LEAF * k),
    run: (node, firstColumn, lastColumn, mask) => kernel.run(node, toInt32(firstColumn), toInt32(lastColumn), mask),
  };
}

const ARRAYS = ['order', 'points', 'boxes', 'first', 'size', 'lowest', 'highest'] as const;

/** The windows behind points that are no projections: none. */
const NO_VECTORS: Vectors = { data: new Float64Array(0), stride: 0 };

/** Starts a search of trees that lie elsewhere: copies them, and the windows behind them, to a memory of its own. */
export function wasmLeafSearch(module: KernelModule, query: LeafQuery): LeafSearcher {
  const { rows, columns, refinement } = query;
  const layout = new Layout();
  // Reserves a tree and its windows; returns what copies them to the memory.
  const reserve = (tree: KDTree, vectors: Vectors = NO_VECTORS): ((buffer: ArrayBuffer) => SideInMemory) => {
    const treeAt = layout.end;
    const numPoints = tree.order.length;
    treeOf(numPoints, tree.width, reserveArrays(layout));
    const at = layout.reserve(vectors.data.length, 8);
    return (buffer) => {
      const copy = treeOf(numPoints, tree.width, viewArrays(buffer, treeAt));
      for (const name of ARRAYS) copy[name].set(tree[name]);
      new Float64Array(buffer, at).set(vectors.data);
      return { tree: copy, windows: { at, stride: vectors.stride, width: refinement?.width ?? 0 } };
    };
  };
  const copyRows = reserve(rows, refinement?.rows);
  const copyColumns = rows === columns ? undefined : reserve(columns, refinement?.columns);
  const scratch = reserveScratch(layout, query.k, rows.width);
  const memory = layout.allocate();
  const rowSide = copyRows(memory.buffer);
  const columnSide = copyColumns?.(memory.buffer) ?? rowSide;
  return openSearch(module, {
    ...query,
    memory,
    scratch,
    rows: rowSide,
    columns: columnSide,
    reach: refinement?.reach,
  });
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
