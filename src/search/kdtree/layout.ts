// Where trees and windows lie in the memory of a kernel.
import type { Layout } from '../../wasm/arena.ts';
import { type KDTree, LEAF } from './build.ts';

/** Vectors in a memory: vector i is the `width` numbers from `at` + 8·i·stride on. Plain data, which can be sent. */
export interface VectorsAt {
  readonly at: number;
  readonly stride: number;
  readonly width: number;
}

/** Byte offsets of the arrays of a tree. Plain data, which can be sent. */
export type TreeOffsets = Readonly<
  Record<'points' | 'boxes' | 'order' | 'first' | 'size' | 'lowest' | 'highest', number>
>;

/** The size of a tree, which its arrays follow from. */
export interface TreeShape {
  readonly numLeaves: number;
  readonly numPoints: number;
  readonly width: number;
}

/** The size of a tree that exists. */
export function shapeOfTree({ numLeaves, order, width }: KDTree): TreeShape {
  return { numLeaves, numPoints: order.length, width };
}

/** Reserves the arrays of a tree. The boxes follow the points at once. */
export function reserveTree(layout: Layout, { numLeaves, numPoints, width }: TreeShape): TreeOffsets {
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

/** Views of the arrays of a tree. */
export function treeAt(buffer: ArrayBuffer, at: TreeOffsets, { numLeaves, numPoints, width }: TreeShape): KDTree {
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

/** Copies all arrays of a tree to another one of the same shape. */
export function copyTree(to: KDTree, from: KDTree): void {
  to.order.set(from.order);
  to.first.set(from.first);
  to.size.set(from.size);
  to.points.set(from.points);
  to.boxes.set(from.boxes);
  to.lowest.set(from.lowest);
  to.highest.set(from.highest);
}
