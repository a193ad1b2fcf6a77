// Guests: rows of other series, or some rows of the same one, that are searched where the index of the columns lies. They are
// brought there some at a time. The tree of a thousand rows is made in a fraction of the time that copying the index would take.
import { vectorsOf, type WindowSet } from '../../core/windows.ts';
import type { Layout } from '../../wasm/arena.ts';
import { reserveArrays, viewArrays } from '../../wasm/arrays.ts';
import { fillTree, type KDTree, LEAF, treeOf } from './build.ts';
import type { LeafSearcher } from './query.ts';
import type { SideInMemory, VectorsAt } from './wasm-search.ts';

/** Rows at a time, and the values that their windows may begin at. */
export const MOST_GUESTS = 1024;

/** Where the guests of an index lie in its memory. Plain data, which can be sent. */
export interface GuestsAt {
  readonly treeAt: number;
  /** Where their windows are copied to, if points are projections. */
  readonly windows: VectorsAt | undefined;
}

/** Reserves memory for guests: points of `width` coordinates, and their windows where these are needed, too. */
export function reserveGuests(layout: Layout, width: number, windows: Omit<VectorsAt, 'at'> | undefined): GuestsAt {
  const treeAt = layout.end;
  treeOf(MOST_GUESTS, width, reserveArrays(layout));
  if (windows === undefined) return { treeAt, windows };
  const at = layout.reserve((MOST_GUESTS - 1) * windows.stride + windows.width, 8);
  return { treeAt, windows: { ...windows, at } };
}

/** Brings rows to the memory of an index: the tree of their points, and what is behind it. Window p of `points` is row first + p. */
export function admit(
  buffer: ArrayBuffer,
  { treeAt, windows }: GuestsAt,
  { points, vectors, first }: Guests,
): SideInMemory {
  const { starts, width } = points;
  const tree = treeOf(starts.length, width, viewArrays(buffer, treeAt));
  tree.points.fill(0, -LEAF * width); // free slots of the last leaf
  fillTree(tree, points.data, points.stride, starts);
  for (const starts of [tree.order, tree.lowest, tree.highest]) {
    for (let p = 0; p < starts.length; p++) starts[p] = starts[p]! + first;
  }
  if (windows === undefined) return { tree, windows: { at: 0, stride: 0, width: 0 } };
  const { at, stride, width: length } = windows;
  new Float64Array(buffer, at).set(vectors.data.subarray(0, starts.at(-1)! * stride + length));
  return { tree, windows: { at: at - 8 * first * stride, stride, width: length } };
}

/** Rows that are searched for at the same time. */
export interface Guests {
  readonly vectors: WindowSet;
  /** What the vectors are in the tree: themselves, or their projections. */
  readonly points: WindowSet;
  /** Window p of both is row first + p. */
  readonly first: number;
}

/** The guests among `rows` from position `from` on, and the position behind the last of them. */
export function guestsFrom(
  rows: WindowSet,
  from: number,
  project: (vectors: WindowSet) => WindowSet,
): { guests: Guests; to: number } {
  const { starts, data, stride, width } = rows;
  const first = starts[from]!;
  let to = Math.min(starts.length, from + MOST_GUESTS);
  while (starts[to - 1]! - first >= MOST_GUESTS) to--;
  const numWindows = starts[to - 1]! - first + 1;
  const values = data.subarray(first * stride, (first + numWindows - 1) * stride + width);
  const ofGuests = starts.subarray(from, to).map((i) => i - first);
  const vectors = vectorsOf({ ...rows, data: values, numWindows, starts: ofGuests });
  return { guests: { vectors, points: project(vectors), first }, to };
}

/** A search for guests of an index, which come anew each time. */
export interface GuestSearcher {
  /** The search for these rows; it takes the scratch of the last one. */
  admit(guests: Guests): { readonly rows: KDTree; readonly leafSearch: LeafSearcher };
}
