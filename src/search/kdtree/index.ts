// Indexes: the tree of a set of windows, or of their projections, built by one thread or by several side by side. The second
// door of this folder: it knows nothing of joins, so that a join may carry what is declared here.
import { vectorsOf, type WindowSet } from '../../core/windows.ts';
import type { Memory } from '../../wasm/arena.ts';
import { MAX_POINT_WIDTH } from '../plan.ts';
import { buildTree, type KDTree, numLeavesOf, spanOf } from './build.ts';
import { fitProjection, type Projection, project } from './projection.ts';
import { allocateTree, attachTree, kdtreeModule, type TreeLayout, type TreeUse, type TreeWorker } from './wasm.ts';

export type { PreparedSearch } from './query.ts';

/** A tree, and the windows that it is an index of. */
export interface Index {
  readonly tree: KDTree;
  /** How windows became points, if they are not points themselves. */
  readonly projection: Projection | undefined;
  /** The vectors of the windows. */
  vectors(): WindowSet;
  /** Searches the tree for its own rows where it lies, for at most `k` neighbors; `undefined` without WASM or scratch. */
  readonly inPlace: { readonly k: number; readonly worker: TreeWorker } | undefined;
}

/** Holds the index of some columns when there is one. The owner of the columns keeps it: a reference is indexed once. */
export interface IndexHolder {
  index: Index | undefined;
  /** If the columns are kept to be searched again and again: the pairs that were compared without an index. */
  compared?: number;
}

/** Columns, the holder of their index, and the memory for it: a join. */
interface IndexedColumns {
  readonly columns: WindowSet;
  /** Whether the rows are the columns. */
  readonly isSelf: boolean;
  readonly indexHolder: IndexHolder;
  readonly arena?: Memory | undefined;
}

/**
 * The index of the columns, which is built if there is none. It gets scratch to search it for the k nearest of its own rows, or
 * of guests if there are other rows. It is built in the memory `arena` if that is given and holds the vectors themselves.
 */
export function indexOf({ columns, isSelf, indexHolder, arena }: IndexedColumns, k: number): Index {
  let { index } = indexHolder;
  if (!index) {
    const vectors = vectorsOf(columns);
    const projection = vectors.width > MAX_POINT_WIDTH ? fitProjection(vectors) : undefined;
    const memory = vectors === columns ? arena : undefined;
    const use = { k, numThreads: 1, hasGuests: !isSelf, isShared: memory !== undefined, arena: memory };
    index = { projection, vectors: () => vectors, ...builtTree(vectors, projection, use) };
    indexHolder.index = index;
  }
  return index;
}

/** The tree of other windows, to be compared with those of an index. */
export function treeLike({ projection }: Index, windows: WindowSet): KDTree {
  return builtTree(vectorsOf(windows), projection, NOT_SEARCHED).tree;
}

/** The use of a tree whose points are compared with those of another. */
const NOT_SEARCHED: TreeUse = { k: 0, numThreads: 0, hasGuests: false, isShared: false };

/** Builds the tree of `vectors` on this thread: in WASM memory, or in plain TypeScript where that is refused. */
function builtTree(
  vectors: WindowSet,
  projection: Projection | undefined,
  use: TreeUse,
): Pick<Index, 'tree' | 'inPlace'> {
  const plan = planTree(vectors, projection, use);
  if (plan === undefined) {
    const { data, stride, width, starts } = projection ? project(projection, vectors) : vectors;
    return { tree: buildTree(data, stride, width, starts), inPlace: undefined };
  }
  const worker = attachTree(kdtreeModule(use.isShared)!, plan.layout, 0);
  for (const [phase, parts] of plan.phases.entries()) {
    for (let part = 0; part < parts; part++) buildPart(plan, worker, phase, part);
  }
  return { tree: worker.tree, inPlace: use.k === 0 ? undefined : { k: use.k, worker } };
}

/**
 * How a tree is built: phase by phase, the parts of a phase in any order, each by any thread that is attached. The tree does
 * not depend on who builds which part. Plain data, which can be sent.
 */
export interface BuildPlan {
  readonly layout: TreeLayout;
  readonly projection: Projection | undefined;
  /** The number of parts of each phase. */
  readonly phases: readonly number[];
  /** The depth of the nodes whose subtrees are parts. */
  readonly depth: number;
}

/** Parts of the phase that projects the windows. */
const PROJECTION_PARTS = 32;

/** Allocates memory for a tree and plans its build; `undefined` where WASM is refused or memory is short. */
function planTree(vectors: WindowSet, projection: Projection | undefined, use: TreeUse): BuildPlan | undefined {
  if (kdtreeModule(use.isShared) === null) return undefined;
  let layout: TreeLayout;
  try {
    layout = allocateTree({ ...vectors, projector: projection }, use);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  const { numThreads } = use;
  const numLeaves = numLeavesOf(vectors.starts.length);
  // Two subtrees for each thread: a thread that starts late finds some left.
  const depth = numThreads < 2 ? 0 : Math.min(Math.ceil(Math.log2(2 * numThreads)), Math.floor(Math.log2(numLeaves)));
  const levels = Array.from({ length: depth + 1 }, (_, level) => 2 ** level);
  const phases = [...(projection ? [PROJECTION_PARTS] : []), ...levels, ...(depth > 0 ? [1] : [])];
  return { layout, projection, phases, depth };
}

/**
 * Does a part of a phase: projects some windows, partitions a node above `depth`, builds the subtree of a node at `depth`,
 * or merges the bounds of all nodes above.
 */
function buildPart({ layout, projection, depth }: BuildPlan, worker: TreeWorker, phase: number, part: number): void {
  if (projection && phase === 0) {
    const from = (p: number): number => Math.floor((p * layout.numPoints) / PROJECTION_PARTS);
    worker.project(from(part), from(part + 1));
    return;
  }
  const level = phase - (projection ? 1 : 0);
  const node = 2 ** level + part;
  if (level < depth) worker.partition(spanOf(worker.tree, node));
  else if (level === depth) worker.build(spanOf(worker.tree, node));
  else for (let x = 2 ** depth - 1; x > 0; x--) worker.mergeBounds(x);
}

/**
 * Plans an index that threads build together in memory that they share; each attaches to it by {@link attachIndex}. The
 * memory is `arena` if that is given: it holds the values of the windows and can grow.
 */
export function planIndex(windows: WindowSet, k: number, numThreads: number, arena?: Memory): BuildPlan | undefined {
  const vectors = vectorsOf(windows);
  const projection = vectors.width > MAX_POINT_WIDTH ? fitProjection(vectors) : undefined;
  const memory = vectors === windows ? arena : undefined;
  const use = { k, numThreads, hasGuests: false, isShared: true, arena: memory };
  return planTree(vectors, projection, use);
}

/** A thread's access to an index that several threads build. */
export interface SharedIndex {
  /** Does a part of a phase: see {@link BuildPlan}. */
  build(phase: number, part: number): void;
}

/**
 * Makes the tree of a plan the index of the join's columns, which must be the windows it was planned for, on thread number
 * `thread`. Searches may begin when all parts are done, no matter by whom.
 */
export function attachIndex(
  { columns, indexHolder }: Pick<IndexedColumns, 'columns' | 'indexHolder'>,
  plan: BuildPlan,
  thread: number,
): SharedIndex {
  const worker = attachTree(kdtreeModule(true)!, plan.layout, thread);
  let vectors: WindowSet | undefined;
  indexHolder.index = {
    tree: worker.tree,
    projection: plan.projection,
    vectors: () => (vectors ??= vectorsOf(columns)),
    inPlace: { k: plan.layout.k, worker },
  };
  return { build: (phase, part) => buildPart(plan, worker, phase, part) };
}
