// Where trees and windows lie in the memory of a kernel.
import type { Layout } from '../../wasm/arena.ts';
import { type ArrayOffsets, reserveArrays, viewArrays } from '../../wasm/arrays.ts';
import { arraysOf, type KDTree, type TreeArrays, treeOf } from './build.ts';

/** Vectors in a memory: vector i is the `width` numbers from `at` + 8·i·stride on. Plain data, which can be sent. */
export interface VectorsAt {
  readonly at: number;
  readonly stride: number;
  readonly width: number;
}

/** Byte offsets of the arrays of a tree. Plain data, which can be sent. */
export type TreeOffsets = ArrayOffsets<TreeArrays>;

/** Reserves the arrays of a tree. The boxes follow the points at once. */
export function reserveTree(layout: Layout, numPoints: number, width: number): TreeOffsets {
  return reserveArrays(layout, arraysOf(numPoints, width));
}

/** The tree that lies there. */
export function treeAt(buffer: ArrayBuffer, at: TreeOffsets, numPoints: number, width: number): KDTree {
  return treeOf(width, viewArrays(arraysOf(numPoints, width), buffer, at));
}

/** Copies a tree to a memory, to where it was reserved. */
export function copyTree(buffer: ArrayBuffer, at: TreeOffsets, tree: KDTree): void {
  const copies = viewArrays(arraysOf(tree.order.length, tree.width), buffer, at);
  for (const name of Object.keys(copies) as (keyof TreeArrays)[]) copies[name].set(tree[name]);
}
