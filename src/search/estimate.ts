// How long a search will take, from its shape alone: to announce it, and to decide whether threads are worth starting.
import { type EngineName, plan, rivalCost, type Shape } from './plan.ts';

/** Seconds per pair and coordinate of a function metric. */
const SECONDS_PER_PAIR = 1.5e-9;
/** Seconds per window and coordinate of the tree, to be multiplied by log₂ of the number of windows. */
const SECONDS_PER_TREE_STEP = 3e-8;

/** Seconds that one thread needs, at most, on the machine of the README's figures. */
export function estimateSeconds(shape: Shape, engine: EngineName, isFunctionMetric: boolean): number {
  const { numRows, numColumns, width } = shape;
  if (isFunctionMetric) return numRows * numColumns * SECONDS_PER_PAIR * width;
  const chosen = engine === 'auto' ? plan(shape) : engine;
  if (chosen === 'kdtree') return numRows * Math.log2(numColumns + 1) * width * SECONDS_PER_TREE_STEP;
  // A tree of projections serves smooth series, which the shape does not tell: at most what its rival takes.
  return rivalCost(chosen === 'brute' ? { ...shape, diagonal: false } : shape) * 1e-9;
}
