// The search of kdtree-search.ts in WASM SIMD: copies the trees into its memory and answers leaf by leaf.
import type { KDTree } from './kdtree.ts';
import { LEAF } from './kdtree.ts';
import type { LeafSearcher } from './kdtree-search.ts';
import { Layout } from './wasm.ts';

/** The exports of assembly/kdtree.ts. */
interface KDTreeExports {
  setRows(...offsets: number[]): void;
  setColumns(...offsets: number[]): void;
  setup(...offsetsAndCounts: number[]): void;
  run(node: number, firstColumn: number, lastColumn: number): void;
}

/** The search for leaves of `rows` among the points of `columns`: see `LeafSearch`, its scalar twin. */
export function wasmLeafSearch(
  module: WebAssembly.Module,
  rows: KDTree,
  columns: KDTree,
  k: number,
  byIndex: boolean,
  allowed: { exclusion: number; before: number; after: number },
): LeafSearcher {
  const layout = new Layout();
  const rowsAt = reserve(layout, rows);
  const columnsAt = rows === columns ? rowsAt : reserve(layout, columns);
  const distAt = layout.reserve(LEAF * k, 8);
  const indexAt = layout.reserve(LEAF * k, 4);
  const memory = layout.allocate();
  const kernel = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KDTreeExports;
  copy(memory.buffer, rowsAt, rows);
  if (rows !== columns) copy(memory.buffer, columnsAt, columns);
  kernel.setRows(rowsAt.points, rowsAt.boxes, rowsAt.order, rowsAt.first, rowsAt.size, rows.numLeaves);
  const { points, boxes, order, first, size, lowest, highest } = columnsAt;
  kernel.setColumns(points, boxes, order, first, size, columns.numLeaves, lowest, highest);
  const lags = [allowed.exclusion, toInt32(allowed.before), toInt32(allowed.after)];
  kernel.setup(distAt, indexAt, rows.width, k, rows === columns ? 1 : 0, byIndex ? 1 : 0, ...lags);
  return {
    k,
    dist: new Float64Array(memory.buffer, distAt, LEAF * k),
    index: new Int32Array(memory.buffer, indexAt, LEAF * k),
    run: (node, firstColumn, lastColumn) => kernel.run(node, toInt32(firstColumn), toInt32(lastColumn)),
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
