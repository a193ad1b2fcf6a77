// The search of kdtree-search.ts in WASM SIMD: copies the trees into its memory and answers leaf by leaf.
import { type KDTree, LEAF, type Splitter } from './kdtree.ts';
import type { LeafSearcher, Refinement } from './kdtree-search.ts';
import { Layout } from './wasm.ts';

/** The exports of assembly/kdtree.ts. */
interface KDTreeExports extends Pick<Splitter, 'widest' | 'split'> {
  setPoints(...offsetsAndCounts: number[]): void;
  setRows(...offsets: number[]): void;
  setColumns(...offsets: number[]): void;
  setup(...offsetsAndCounts: number[]): void;
  run(node: number, firstColumn: number, lastColumn: number): void;
  finish(): void;
  setWindows(...offsetsAndNumbers: number[]): void;
  nodesMeasured(): number;
  rowsScanned(): number;
  pairsRefined(): number;
}

/** Splitting in WASM: its memory holds a copy of the data, and is given up when the tree is built. */
export function wasmSplitter(
  module: WebAssembly.Module,
  data: Float64Array,
  stride: number,
  width: number,
  starts: Int32Array,
): Splitter {
  const layout = new Layout();
  const dataAt = layout.reserve(data.length + 1, 8); // the kernel reads two coordinates at a time
  const orderAt = layout.reserve(starts.length, 4);
  const keysAt = layout.reserve(starts.length, 8);
  const memory = layout.allocate();
  const kernel = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KDTreeExports;
  new Float64Array(memory.buffer, dataAt, data.length).set(data);
  const order = new Int32Array(memory.buffer, orderAt, starts.length);
  order.set(starts);
  kernel.setPoints(dataAt, orderAt, keysAt, width, stride);
  return { order, widest: kernel.widest, split: kernel.split };
}

/** The search for leaves of `rows` among the points of `columns`: see `LeafSearch`, its scalar twin. */
export function wasmLeafSearch(
  module: WebAssembly.Module,
  rows: KDTree,
  columns: KDTree,
  k: number,
  byIndex: boolean,
  allowed: { exclusion: number; before: number; after: number },
  refinement?: Refinement,
): LeafSearcher {
  const isSelf = rows === columns;
  const layout = new Layout();
  const rowsAt = reserve(layout, rows);
  const columnsAt = isSelf ? rowsAt : reserve(layout, columns);
  const distAt = layout.reserve(LEAF * k, 8);
  const indexAt = layout.reserve(LEAF * k, 4);
  const listAt = layout.reserve(LEAF * 2 * (k + 3), 8);
  const refAt = layout.reserve(4 * rows.width, 8);
  const nearAt = layout.reserve(LEAF * rows.width, 4);
  const rowDataAt = refinement ? layout.reserve(refinement.rows.data.length, 8) : 0;
  const columnDataAt = refinement && !isSelf ? layout.reserve(refinement.columns.data.length, 8) : rowDataAt;
  const memory = layout.allocate();
  const kernel = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KDTreeExports;
  copy(memory.buffer, rowsAt, rows);
  if (!isSelf) copy(memory.buffer, columnsAt, columns);
  kernel.setRows(rowsAt.points, rowsAt.boxes, rowsAt.order, rowsAt.first, rowsAt.size, rows.numLeaves);
  const { points, boxes, order, first, size, lowest, highest } = columnsAt;
  kernel.setColumns(points, boxes, order, first, size, columns.numLeaves, lowest, highest);
  const lags = [allowed.exclusion, toInt32(allowed.before), toInt32(allowed.after)];
  kernel.setup(
    distAt,
    indexAt,
    listAt,
    refAt,
    nearAt,
    rows.width,
    k,
    rows === columns ? 1 : 0,
    byIndex ? 1 : 0,
    ...lags,
    scaleOf(rows, columns),
  );
  if (refinement) {
    const { rows: rowWindows, columns: columnWindows, width, reach } = refinement;
    new Float64Array(memory.buffer, rowDataAt, rowWindows.data.length).set(rowWindows.data);
    if (!isSelf) new Float64Array(memory.buffer, columnDataAt, columnWindows.data.length).set(columnWindows.data);
    const at = [rowDataAt, rowWindows.stride, columnDataAt, columnWindows.stride, width];
    kernel.setWindows(...at, reach.under, reach.factor, reach.slack);
  }
  return {
    k,
    get work() {
      const [boxTests, leafTests] = [kernel.nodesMeasured(), kernel.rowsScanned()];
      return { boxTests, leafTests, refinements: kernel.pairsRefined() };
    },
    dist: new Float64Array(memory.buffer, distAt, LEAF * k),
    index: new Int32Array(memory.buffer, indexAt, LEAF * k),
    run(node, firstColumn, lastColumn) {
      kernel.run(node, toInt32(firstColumn), toInt32(lastColumn));
      kernel.finish();
    },
  };
}

type Offsets = Record<'points' | 'boxes' | 'order' | 'first' | 'size' | 'lowest' | 'highest', number>;

function reserve(layout: Layout, tree: KDTree): Offsets {
  return {
    points: layout.reserve(tree.points.length, 8),
    boxes: layout.reserve(tree.boxes.length, 8),
    order: layout.reserve(tree.order.length, 4),
    first: layout.reserve(tree.first.length, 4),
    size: layout.reserve(tree.size.length, 1),
    lowest: layout.reserve(tree.lowest.length, 4),
    highest: layout.reserve(tree.highest.length, 4),
  };
}

function copy(buffer: ArrayBuffer, at: Offsets, tree: KDTree): void {
  new Float64Array(buffer, at.points, tree.points.length).set(tree.points);
  new Float64Array(buffer, at.boxes, tree.boxes.length).set(tree.boxes);
  new Int32Array(buffer, at.order, tree.order.length).set(tree.order);
  new Int32Array(buffer, at.first, tree.first.length).set(tree.first);
  new Uint8Array(buffer, at.size, tree.size.length).set(tree.size);
  new Int32Array(buffer, at.lowest, tree.lowest.length).set(tree.lowest);
  new Int32Array(buffer, at.highest, tree.highest.length).set(tree.highest);
}

/** A lag or column as the kernel takes it: infinite ones become the farthest there is. */
function toInt32(value: number): number {
  return Math.max(-0x80000000, Math.min(0x7fffffff, value));
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
