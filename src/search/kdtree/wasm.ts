// The k-d tree in WASM SIMD, built and searched where it lies: see kdtree.ts and kdtree-search.ts, its scalar twins.

import { Layout, type Memory } from '../../wasm/arena.ts';
import { instantiate, type KernelModule, moduleOf, toInt32 } from '../../wasm/load.ts';
import { type KDTree, LEAF, middleOf, numLeavesOf, type Span } from './build.ts';
import { KDTREE_WASM } from './kernel.generated.ts';
import { COORDINATES } from './project-point.ts';
import type { LeafSearcher, Reach, Refinement } from './query.ts';

/** The exports of assembly/kdtree.ts. */
interface KDTreeExports {
  setPoints(...offsetsAndCounts: number[]): void;
  project(...offsetsAndNumbers: number[]): void;
  deal(from: number, to: number, middle: number): void;
  build(node: number, leaves: number, from: number, to: number): void;
  unite(node: number): void;
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

/** Windows as they lie in a memory: window i at `at` + i·stride·8. */
interface Placed {
  readonly at: number;
  readonly stride: number;
  readonly width: number;
}

/**
 * A tree as it lies in a memory, with what it is built from and room for searches: a place to build it and to search it,
 * by one thread or several. Plain data, which another thread can be given.
 */
export interface TreePlace {
  readonly memory: Memory;
  readonly windows: Placed;
  /** What the tree is over: the windows themselves, or their projections, which `projector` makes. */
  readonly points: Placed;
  readonly projector: { readonly center: number; readonly radius: number; readonly basisAt: number } | undefined;
  readonly numPoints: number;
  readonly tree: Offsets;
  /** Searches for so many neighbors have room, one per thread. */
  readonly k: number;
  readonly rooms: readonly Room[];
}

/** What a tree is built from: the windows at `starts`, and how they become points if they are not points themselves. */
export interface TreeSource {
  readonly data: Float64Array;
  readonly stride: number;
  readonly width: number;
  readonly numWindows: number;
  readonly starts: Int32Array;
  readonly projector: { readonly center: number; readonly radius: number; readonly basis: Float64Array } | undefined;
}

/**
 * Lays out a place for the tree of `source` and brings the windows there, unless they lie in a memory that can grow: their
 * `arena`. @throws RangeError where memory is short
 */
export function placeTree(
  source: TreeSource,
  k: number,
  numThreads: number,
  isShared: boolean,
  arena?: Memory,
): TreePlace {
  const { data, stride, width, numWindows, starts, projector } = source;
  const layout = new Layout(arena && data.byteOffset);
  // The kernel reads two coordinates at a time: one place more.
  const windows = { at: layout.reserve(data.length + 1, 8), stride, width };
  const basisAt = layout.reserve(projector ? projector.basis.length : 0, 8);
  const points = projector
    ? { at: layout.reserve(numWindows * COORDINATES, 8), stride: COORDINATES, width: COORDINATES }
    : windows;
  const tree = reserveTree(layout, numLeavesOf(starts.length), starts.length, points.width);
  const rooms = Array.from({ length: numThreads }, () => reserveRoom(layout, k, points.width));
  const memory = arena ? layout.grow(arena) : layout.allocate(isShared);
  if (arena) {
    const bytes = new Uint8Array(memory.buffer);
    // It may have been used. Nobody writes to the place more, to what the last leaf leaves free, nor at first to the rooms.
    bytes.fill(0, windows.at + data.byteLength, windows.at + data.byteLength + 8);
    bytes.fill(0, tree.boxes - 8 * LEAF * points.width, tree.boxes);
    bytes.fill(0, rooms[0]!.own, layout.end);
  } else new Float64Array(memory.buffer, windows.at, data.length).set(data);
  if (projector) new Float64Array(memory.buffer, basisAt, projector.basis.length).set(projector.basis);
  new Int32Array(memory.buffer, tree.order, starts.length).set(starts);
  const { center, radius } = projector ?? { center: 0, radius: 0 };
  const projectorAt = projector && { center, radius, basisAt };
  return { memory, windows, points, projector: projectorAt, numPoints: starts.length, tree, k, rooms };
}

/** What one thread does in a place: building the tree, or a share of it, and searching it. */
export interface TreeWorker {
  /** Its arrays, complete when it is built. */
  readonly tree: KDTree;
  /** Makes the points [from, to) in the order of `starts`; before the first split. */
  project(from: number, to: number): void;
  /** Deals the points of a span to the halves of it. */
  split(span: Span): void;
  /** Builds the subtree of a node whose points are known. */
  build(span: Span): void;
  /** The box of a node, from those of its children. */
  unite(node: number): void;
  /** The search for its own leaves. One at a time: the next one takes its room. */
  search(byIndex: boolean, allowed: Allowed, k: number, reach: Reach | undefined): LeafSearcher;
}

/** Which columns are allowed for a row: see `Join` in search.ts. */
interface Allowed {
  readonly exclusion: number;
  readonly before: number;
  readonly after: number;
}

/** Opens a place for the thread that has room `thread` there. */
export function openPlace(module: KernelModule, place: TreePlace, thread: number): TreeWorker {
  const { memory, windows, points, projector, numPoints, tree: at } = place;
  const { buffer } = memory;
  const kernel = instantiate<KDTreeExports>(module, memory);
  const tree = treeAt(buffer, at, numLeavesOf(numPoints), numPoints, points.width);
  kernel.setPoints(points.at, at.order, at.points, points.width, points.stride);
  setTrees(kernel, at, tree, at, tree);
  return {
    tree,
    project(from, to) {
      if (!projector) return;
      const { center, radius, basisAt } = projector;
      const numbers = [at.order + 4 * from, to - from, center, radius, basisAt, points.at];
      kernel.project(windows.at, windows.stride, windows.width, ...numbers);
    },
    split: (span) => kernel.deal(span.from, span.to, middleOf(span)),
    build: ({ node, leaves, from, to }) => kernel.build(node, leaves, from, to),
    unite: kernel.unite,
    search(byIndex, allowed, k, reach) {
      const search = instantiate<KDTreeExports>(module, memory);
      setTrees(search, at, tree, at, tree);
      if (reach) setWindows(search, windows, windows, reach);
      return searcher(search, buffer, place.rooms[thread]!, tree, tree, k, byIndex, allowed);
    },
  };
}

/** The search for leaves of `rows` among the points of `columns`, in a memory of its own: see `LeafSearch`, its scalar twin. */
export function wasmLeafSearch(
  module: KernelModule,
  rows: KDTree,
  columns: KDTree,
  k: number,
  byIndex: boolean,
  allowed: Allowed,
  refinement?: Refinement,
): LeafSearcher {
  const isSelf = rows === columns;
  const layout = new Layout();
  const place = (tree: KDTree): Offsets => reserveTree(layout, tree.numLeaves, tree.order.length, tree.width);
  const rowsAt = place(rows);
  const columnsAt = isSelf ? rowsAt : place(columns);
  const room = reserveRoom(layout, k, rows.width);
  const rowDataAt = refinement ? layout.reserve(refinement.rows.data.length, 8) : 0;
  const columnDataAt = refinement && !isSelf ? layout.reserve(refinement.columns.data.length, 8) : rowDataAt;
  const memory = layout.allocate();
  const { buffer } = memory;
  const kernel = instantiate<KDTreeExports>(module, memory);
  copyTree(treeAt(buffer, rowsAt, rows.numLeaves, rows.order.length, rows.width), rows);
  if (!isSelf) copyTree(treeAt(buffer, columnsAt, columns.numLeaves, columns.order.length, columns.width), columns);
  setTrees(kernel, rowsAt, rows, columnsAt, columns);
  if (refinement) {
    const { rows: rowWindows, columns: columnWindows, width, reach } = refinement;
    new Float64Array(buffer, rowDataAt, rowWindows.data.length).set(rowWindows.data);
    if (!isSelf) new Float64Array(buffer, columnDataAt, columnWindows.data.length).set(columnWindows.data);
    const placedRows = { at: rowDataAt, stride: rowWindows.stride, width };
    setWindows(kernel, placedRows, { at: columnDataAt, stride: columnWindows.stride, width }, reach);
  }
  return searcher(kernel, buffer, room, rows, columns, k, byIndex, allowed);
}

function setTrees(kernel: KDTreeExports, rowsAt: Offsets, rows: KDTree, columnsAt: Offsets, columns: KDTree): void {
  kernel.setRows(rowsAt.points, rowsAt.boxes, rowsAt.order, rowsAt.first, rowsAt.size, rows.numLeaves);
  const { points, boxes, order, first, size, lowest, highest } = columnsAt;
  kernel.setColumns(points, boxes, order, first, size, columns.numLeaves, lowest, highest);
}

function setWindows(kernel: KDTreeExports, rows: Placed, columns: Placed, reach: Reach): void {
  const at = [rows.at, rows.stride, columns.at, columns.stride, rows.width];
  kernel.setWindows(...at, reach.under, reach.factor, reach.slack);
}

/** A search by a kernel that knows its trees. */
function searcher(
  kernel: KDTreeExports,
  buffer: ArrayBuffer,
  room: Room,
  rows: KDTree,
  columns: KDTree,
  k: number,
  byIndex: boolean,
  allowed: Allowed,
): LeafSearcher {
  const { own, dist, index, list, ref, near } = room;
  const shape = [rows.width, k, rows === columns ? 1 : 0, byIndex ? 1 : 0];
  const lags = [allowed.exclusion, toInt32(allowed.before), toInt32(allowed.after)];
  kernel.setup(own, dist, index, list, ref, near, ...shape, ...lags, scaleOf(rows, columns));
  return {
    k,
    get work() {
      const [boxTests, leafTests] = [kernel.nodesMeasured(), kernel.rowsScanned()];
      return { boxTests, leafTests, refinements: kernel.pairsRefined() };
    },
    dist: new Float64Array(buffer, dist, LEAF * k),
    index: new Int32Array(buffer, index, LEAF * k),
    run(node, firstColumn, lastColumn) {
      kernel.run(node, toInt32(firstColumn), toInt32(lastColumn));
      kernel.finish();
    },
  };
}

/** Where a search has what it works with, its results among it: `own` is what it needs whatever k is. */
type Room = Record<'own' | 'dist' | 'index' | 'list' | 'ref' | 'near', number>;

/** Bytes between the rooms of two threads: two cache lines. */
const APART = 128;

/** Bytes of what the kernel calls its own: see `setup` there. */
const OWN = 5584;

function reserveRoom(layout: Layout, k: number, width: number): Room {
  layout.reserve(APART, 1); // what one thread writes shares no cache line with what another one reads
  return {
    own: layout.reserve(OWN, 1),
    dist: layout.reserve(LEAF * k, 8),
    index: layout.reserve(LEAF * k, 4),
    list: layout.reserve(LEAF * 2 * (k + 3), 8),
    ref: layout.reserve(4 * width, 8),
    near: layout.reserve(LEAF * width, 4),
  };
}

type Offsets = Record<'points' | 'boxes' | 'order' | 'first' | 'size' | 'lowest' | 'highest', number>;

function reserveTree(layout: Layout, numLeaves: number, numPoints: number, width: number): Offsets {
  return {
    order: layout.reserve(numPoints, 4),
    points: layout.reserve(numLeaves * LEAF * width, 8),
    boxes: layout.reserve(2 * numLeaves * width * 2, 8),
    first: layout.reserve(numLeaves, 4),
    size: layout.reserve(numLeaves, 1),
    lowest: layout.reserve(2 * numLeaves, 4),
    highest: layout.reserve(2 * numLeaves, 4),
  };
}

function treeAt(buffer: ArrayBuffer, at: Offsets, numLeaves: number, numPoints: number, width: number): KDTree {
  return {
    width,
    numLeaves,
    order: new Int32Array(buffer, at.order, numPoints),
    first: new Int32Array(buffer, at.first, numLeaves),
    size: new Uint8Array(buffer, at.size, numLeaves),
    points: new Float64Array(buffer, at.points, numLeaves * LEAF * width),
    boxes: new Float64Array(buffer, at.boxes, 2 * numLeaves * width * 2),
    lowest: new Int32Array(buffer, at.lowest, 2 * numLeaves),
    highest: new Int32Array(buffer, at.highest, 2 * numLeaves),
  };
}

function copyTree(to: KDTree, from: KDTree): void {
  to.order.set(from.order);
  to.first.set(from.first);
  to.size.set(from.size);
  to.points.set(from.points);
  to.boxes.set(from.boxes);
  to.lowest.set(from.lowest);
  to.highest.set(from.highest);
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

/**
 * The module of assembly/kdtree.ts, or null where WASM is refused; `isShared` for a memory that threads share.
 */
export function kdtreeModule(isShared = false): KernelModule | null {
  return moduleOf(KDTREE_WASM, isShared);
}
