// The k-d tree in WASM SIMD, built and searched where it lies. The scalar twins are build.ts and query.ts.
import { Layout, type Memory } from '../../wasm/arena.ts';
import { reserveArrays, viewArrays } from '../../wasm/arrays.ts';
import { writeStruct } from '../../wasm/fields.ts';
import { instantiate, type KernelModule, moduleOf } from '../../wasm/load.ts';
import { KDTREE_WASM } from '../kernels.ts';
import { type KDTree, LEAF, middleOf, type Span, treeOf } from './build.ts';
import * as AT from './fields.generated.ts';
import { admit, type GuestSearcher, type GuestsAt, reserveGuests } from './guests.ts';
import { COORDINATES } from './project-point.ts';
import type { LeafQuery, LeafSearcher, Reach } from './query.ts';
import {
  openSearch,
  reserveScratch,
  type SearchExports,
  type SearchScratch,
  searchBy,
  type VectorsAt,
} from './wasm-search.ts';

/** The exports of assembly/kdtree.ts that build. */
interface BuildExports {
  openBuild(fields: number): void;
  project(from: number, to: number): void;
  partition(from: number, to: number, middle: number): void;
  build(node: number, leaves: number, from: number, to: number): void;
  mergeBounds(node: number): void;
}

/**
 * Where a tree lies in a memory, with what it is built from and scratch for its searches. One thread or several build it
 * and search it. Plain data, which another thread can be sent.
 */
export interface TreeLayout {
  readonly memory: Memory;
  readonly windows: VectorsAt;
  /** Where the arrays of the tree begin: see `treeOf`. */
  readonly treeAt: number;
  readonly numPoints: number;
  /** Coordinates of a point. */
  readonly width: number;
  /** The struct of BUILD_FIELDS. */
  readonly build: number;
  /** The largest number of neighbors that a search has scratch for. */
  readonly k: number;
  /** The scratch of each thread. */
  readonly scratch: readonly SearchScratch[];
  /** Memory for rows that are no columns, if there are to be any. */
  readonly guests: GuestsAt | undefined;
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

/** Who is to build and search a tree, and where. */
export interface TreeUse {
  /** The largest number of neighbors that is searched for. */
  readonly k: number;
  /** The number of threads that search; 0 for a tree that is not searched where it lies. */
  readonly numThreads: number;
  /** Whether it is searched for rows that are no columns. */
  readonly hasGuests: boolean;
  /** Whether the memory must be one that threads share. */
  readonly isShared: boolean;
  /** A memory that holds the data of the source and can grow; without it one is allocated. */
  readonly arena?: Memory | undefined;
}

/**
 * Allocates memory for the tree of `source`, behind the source's data if that lies in an arena; else copies it there.
 * @throws RangeError where memory is short
 */
export function allocateTree(source: TreeSource, { k, numThreads, hasGuests, isShared, arena }: TreeUse): TreeLayout {
  const { data, stride, width, numWindows, starts, projector } = source;
  // Lay out the arrays. The kernel reads two coordinates at a time, so one number behind the data is reserved.
  const layout = new Layout(arena && data.byteOffset);
  const windows = { at: layout.reserve(data.length + 1, 8), stride, width };
  const basis = layout.reserve(projector ? projector.basis.length : 0, 8);
  const points = projector
    ? { at: layout.reserve(numWindows * COORDINATES, 8), stride: COORDINATES, width: COORDINATES }
    : windows;
  const treeAt = layout.end;
  treeOf(starts.length, points.width, reserveArrays(layout));
  const build = layout.reserve(AT.buildBytes, 1);
  const scratch = Array.from({ length: numThreads }, () => reserveScratch(layout, k, points.width));
  const guests = hasGuests ? reserveGuests(layout, points.width, projector && { stride, width }) : undefined;
  const memory = arena ? layout.grow(arena) : layout.allocate(isShared);
  const { buffer } = memory;
  const tree = treeOf(starts.length, points.width, viewArrays(buffer, treeAt));
  if (arena) {
    // A used arena holds old bytes. Clear those that are read before they are written: the number behind the data, the
    // scratch, and the free slots of the last leaf.
    const bytes = new Uint8Array(buffer);
    bytes.fill(0, windows.at + data.byteLength, windows.at + data.byteLength + 8);
    bytes.fill(0, build, layout.end);
    tree.points.fill(0, -LEAF * points.width);
  } else new Float64Array(buffer, windows.at, data.length).set(data);
  // Write the basis, the order and the settings.
  if (projector) new Float64Array(buffer, basis, projector.basis.length).set(projector.basis);
  tree.order.set(starts);
  const int32: AT.BuildInt32 = {
    [AT.buildVectors]: points.at,
    [AT.buildStride]: points.stride,
    [AT.buildWidth]: points.width,
    [AT.buildTreeOrder]: tree.order,
    [AT.buildTreePoints]: tree.points,
    [AT.buildTreeBoxes]: tree.boxes,
    [AT.buildTreeFirst]: tree.first,
    [AT.buildTreeSize]: tree.size,
    [AT.buildTreeLowest]: tree.lowest,
    [AT.buildTreeHighest]: tree.highest,
    [AT.buildTreeLeaves]: tree.numLeaves,
    [AT.buildWindows]: windows.at,
    [AT.buildWindowStride]: stride,
    [AT.buildWindowWidth]: width,
    [AT.buildBasis]: basis,
  };
  const float64: AT.BuildFloat64 = {
    [AT.buildCenter]: projector?.center ?? 0,
    [AT.buildRadius]: projector?.radius ?? 0,
  };
  writeStruct(buffer, build, int32, float64);
  return { memory, windows, treeAt, numPoints: starts.length, width: points.width, build, k, scratch, guests };
}

/** What one thread does with a tree in memory: builds it, or a share of it, and searches it. */
export interface TreeWorker {
  /** Its arrays, complete when it is built. */
  readonly tree: KDTree;
  /** Projects the windows [from, to) of `starts`, before the first partition. */
  project(from: number, to: number): void;
  /** Partitions the points of a span into its halves. */
  partition(span: Span): void;
  /** Builds the subtree of a node whose points are known. */
  build(span: Span): void;
  /** Merges the bounds of a node's children into its own. */
  mergeBounds(node: number): void;
  /** The search for its own leaves. One at a time: the next search takes the scratch of the last one. */
  search(query: TreeQuery, reach: Reach | undefined): LeafSearcher;
  /** The search for rows that are no columns, if there is memory for them; it takes the scratch of the last one, too. */
  searchGuests: ((query: TreeQuery, reach: Reach | undefined) => GuestSearcher) | undefined;
}

type TreeQuery = Pick<LeafQuery, 'k' | 'byIndex' | 'allowed'>;

/** Attaches thread number `thread` to a tree in memory. */
export function attachTree(module: KernelModule, layout: TreeLayout, thread: number): TreeWorker {
  const { memory, windows, treeAt, numPoints, width, guests } = layout;
  const tree = treeOf(numPoints, width, viewArrays(memory.buffer, treeAt));
  const side = { tree, windows };
  const scratch = layout.scratch[thread]!;
  const kernel = instantiate<BuildExports & SearchExports>(module, memory);
  kernel.openBuild(layout.build);
  return {
    tree,
    project: kernel.project,
    partition: (span) => kernel.partition(span.from, span.to, middleOf(span)),
    build: ({ node, leaves, from, to }) => kernel.build(node, leaves, from, to),
    mergeBounds: kernel.mergeBounds,
    search: (query, reach) => openSearch(module, { ...query, memory, scratch, rows: side, columns: side, reach }),
    searchGuests:
      guests &&
      ((query, reach) => ({
        admit(rowsToAdmit) {
          const rows = admit(memory.buffer, guests, rowsToAdmit);
          const leafSearch = searchBy(kernel, { ...query, memory, scratch, rows, columns: side, reach });
          return { rows: rows.tree, leafSearch };
        },
      })),
  };
}

/** The module of assembly/kdtree.ts, or null where WASM is refused; `isShared` for a memory that threads share. */
export function kdtreeModule(isShared = false): KernelModule | null {
  return moduleOf(KDTREE_WASM, isShared);
}
