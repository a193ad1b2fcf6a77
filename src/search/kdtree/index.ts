// Indexes: the tree of a set of windows, or of their projections, built by one thread or by several side by side.
import { vectorsOf, type WindowSet } from '../../core/windows.ts';
import type { Memory } from '../../wasm/arena.ts';
import { MAX_POINT_WIDTH } from '../plan.ts';
import { buildTree, type KDTree, numLeavesOf, spanOf } from './build.ts';
import { fitProjection, type Projection, project } from './projection.ts';
import { kdtreeModule, openPlace, placeTree, type TreePlace, type TreeWorker } from './wasm.ts';

/** A tree and what it is over. */
export interface Index {
  readonly tree: KDTree;
  /** How windows became points, if they are not points themselves. */
  readonly projection: Projection | undefined;
  /** The vectors of the windows. */
  vectors(): WindowSet;
  /** Searches the tree for its own rows where it lies, for at most `k` neighbors; `undefined` where it cannot. */
  readonly inPlace: { readonly k: number; readonly worker: TreeWorker } | undefined;
}

/** Indexes of window sets that are searched again and again: a reference is indexed once. */
const indexes = new WeakMap<WindowSet, Index>();

/**
 * The index of `windows`, with room to search it for its own rows' `k` nearest if k is not 0. If it is still to be built,
 * then in the memory `arena`, if that is given and holds the vectors themselves.
 */
export function indexOf(windows: WindowSet, k: number, arena?: Memory): Index {
  let index = indexes.get(windows);
  if (!index) {
    const vectors = vectorsOf(windows);
    const projection = vectors.width > MAX_POINT_WIDTH ? fitProjection(vectors) : undefined;
    const place = vectors === windows ? arena : undefined;
    index = { projection, vectors: () => vectors, ...builtTree(vectors, projection, k, place) };
    indexes.set(windows, index);
  }
  return index;
}

/** The tree of other windows, to be compared with those of an index. */
export function treeLike({ projection }: Index, windows: WindowSet): KDTree {
  return builtTree(vectorsOf(windows), projection, 0).tree;
}

function builtTree(
  vectors: WindowSet,
  projection: Projection | undefined,
  k: number,
  arena?: Memory,
): Pick<Index, 'tree' | 'inPlace'> {
  const isShared = arena !== undefined;
  const draft = draftTree(vectors, projection, k, k === 0 ? 0 : 1, isShared, arena);
  if (draft === undefined) {
    const { data, stride, width, starts } = projection ? project(projection, vectors) : vectors;
    return { tree: buildTree(data, stride, width, starts), inPlace: undefined };
  }
  const worker = openPlace(kdtreeModule(isShared)!, draft.place, 0);
  for (const [phase, parts] of draft.phases.entries()) {
    for (let part = 0; part < parts; part++) buildPart(draft, worker, phase, part);
  }
  return { tree: worker.tree, inPlace: k === 0 ? undefined : { k, worker } };
}

/**
 * A tree that is to be built, phase by phase, the parts of a phase in any order and by any thread that was given a share.
 * It is the same tree whoever builds it. Plain data, which can be sent.
 */
export interface Draft {
  readonly place: TreePlace;
  readonly projection: Projection | undefined;
  /** The number of parts of each phase. */
  readonly phases: readonly number[];
  /** Subtrees of nodes so deep are parts. */
  readonly depth: number;
}

/** Parts of the phase in which windows become points. */
const PROJECTION_PARTS = 32;

/** Room for a tree and its searches; `undefined` where WASM is refused or so much memory is not to be had. */
function draftTree(
  vectors: WindowSet,
  projection: Projection | undefined,
  k: number,
  numThreads: number,
  isShared: boolean,
  arena?: Memory,
): Draft | undefined {
  if (kdtreeModule(isShared) === null) return undefined;
  let place: TreePlace;
  try {
    place = placeTree({ ...vectors, projector: projection }, k, numThreads, isShared, arena);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  const numLeaves = numLeavesOf(vectors.starts.length);
  // Two subtrees for each thread: whoever comes late finds some left.
  const depth = numThreads < 2 ? 0 : Math.min(Math.ceil(Math.log2(2 * numThreads)), Math.floor(Math.log2(numLeaves)));
  const levels = Array.from({ length: depth + 1 }, (_, level) => 2 ** level);
  const phases = [...(projection ? [PROJECTION_PARTS] : []), ...levels, ...(depth > 0 ? [1] : [])];
  return { place, projection, phases, depth };
}

/** Does a part: projects some windows; splits a node, or builds all below it; or unites what is above the subtrees. */
function buildPart({ place, projection, depth }: Draft, worker: TreeWorker, phase: number, part: number): void {
  if (projection && phase === 0) {
    const from = (p: number): number => Math.floor((p * place.numPoints) / PROJECTION_PARTS);
    worker.project(from(part), from(part + 1));
    return;
  }
  const level = phase - (projection ? 1 : 0);
  const node = 2 ** level + part;
  if (level < depth) worker.split(spanOf(worker.tree, node));
  else if (level === depth) worker.build(spanOf(worker.tree, node));
  else for (let x = 2 ** depth - 1; x > 0; x--) worker.unite(x);
}

/**
 * A draft for threads that share memory, to be taken over by {@link shareIndex} in each; in the memory
 * `arena`, if it is given: the values of the windows lie there, and it can grow.
 */
export function draftIndex(windows: WindowSet, k: number, numThreads: number, arena?: Memory): Draft | undefined {
  const vectors = vectorsOf(windows);
  const projection = vectors.width > MAX_POINT_WIDTH ? fitProjection(vectors) : undefined;
  return draftTree(vectors, projection, k, numThreads, true, vectors === windows ? arena : undefined);
}

/** A thread's share of an index that several build. */
export interface SharedIndex {
  /** Does a part. */
  build(phase: number, part: number): void;
}

/**
 * Makes the tree of a draft the index of `windows`, which are those it was drafted for, on the thread of this number.
 * Searches may begin when all parts are done, by whomever.
 */
export function shareIndex(windows: WindowSet, draft: Draft, thread: number): SharedIndex {
  const worker = openPlace(kdtreeModule(true)!, draft.place, thread);
  let vectors: WindowSet | undefined;
  indexes.set(windows, {
    tree: worker.tree,
    projection: draft.projection,
    vectors: () => (vectors ??= vectorsOf(windows)),
    inPlace: { k: draft.place.k, worker },
  });
  return { build: (phase, part) => buildPart(draft, worker, phase, part) };
}
