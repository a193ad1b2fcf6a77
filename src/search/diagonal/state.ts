// What the two twins of the diagonal kernel, scalar.ts and assembly/diagonal.ts, have in common: the numbers and arrays of a
// run, and the functions that the engine calls.
import type { MakeArray } from '../../wasm/arrays.ts';
import type { Clamp } from './clamp.ts';

/** The numbers and flags of a run. */
export interface DiagonalShape {
  /** Number of values. */
  readonly length: number;
  readonly windowSize: number;
  readonly k: number;
  readonly numWindows: number;
  /** The windows firstRow … numRows − 1 hold the rows: only they have slots for candidates. */
  readonly firstRow: number;
  readonly numRows: number;
  /** Whether row i takes columns on both sides; if false, only columns j < i (left neighbors). */
  readonly both: boolean;
  /** Whether equal s are ordered by column. */
  readonly byIndex: boolean;
  /** Whether windows are compared as z-scores: s ≥ base + the bound of −2C(i, j)/(σᵢσⱼ). */
  readonly scaled: boolean;
  /** How values are clamped for bounds, if some are huge: see clamp.ts. */
  readonly clamp: Clamp | undefined;
  /** Only if `scaled`; see `zScoreBounds`. */
  readonly base: number;
  /** Only if `scaled`: the upper bound of s less the lower bound, in addition to the width of the call. */
  readonly slack: number;
}

/**
 * The arrays of a run, allocated once. A row has `capacity` slots for candidates. The series and the arrays per window are
 * longer than needed, so that LANES entries can be read from any position.
 */
export interface DiagonalArrays {
  /** The series, unchanged: s is computed from it. */
  readonly x: Float64Array;
  /** The clamped series, from which bounds are computed; empty if there is no `clamp`: then that is x. */
  readonly clamped: Float64Array;
  /** Per window: the number that is subtracted from its values before they are compared: 0, or the mean. */
  readonly mean: Float64Array;
  /** Per window, if `scaled`: the number that they are divided by then. Else empty. */
  readonly scale: Float64Array;
  /** Per window, if `scaled`: 1/scale. NaN leaves the window out of all comparisons. */
  readonly inverse: Float64Array;
  /** Per window: u and v, or u and g, of the recurrence. */
  readonly u: Float64Array;
  readonly v: Float64Array;
  /** Per window: a row takes a candidate if its bound is below this. −Infinity for windows that are no rows. */
  readonly threshold: Float64Array;
  /** Per lag: the lower bound that is carried from band to band. */
  readonly carried: Float64Array;
  /** Candidates, row after row from `firstRow` on: lower bounds, upper bounds and columns. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly column: Int32Array;
  /** Per row from `firstRow` on: the number of its candidates. */
  readonly count: Int32Array;
  /** Per window: 1 if it is a column, which can be a neighbor; plus CLAMPED if a value of it is clamped. */
  readonly isColumn: Uint8Array;
  /** Per row from `firstRow` on, with `byIndex`: the k-th column if k windows with s = 0 are known. Else −1. */
  readonly worstColumn: Int32Array;
}

/** The numbers, flags and arrays of a run. */
export interface DiagonalState extends DiagonalShape, DiagonalArrays {
  /** Slots per row. */
  readonly capacity: number;
}

/** Lags that one call handles. */
export const LANES = 16;

/** Entries of a per-window array. */
export function paddedOf({ numWindows }: DiagonalShape): number {
  return numWindows + 2 * LANES;
}

/**
 * Slots per row: k and some spare ones. `compact` runs when all are taken; the fewer slots, the more often it tightens the
 * threshold.
 */
export function capacityOf({ k }: DiagonalShape): number {
  return k + Math.max(6, k >> 1);
}

/**
 * The state of a run, whose arrays are made by `make`. The properties are written out because the scalar twin is twice as slow
 * on an object that was made by spreading the arrays (n = 6000, w = 50, Node 20).
 */
export function stateOf(shape: DiagonalShape, make: MakeArray): DiagonalState {
  const padded = paddedOf(shape);
  const capacity = capacityOf(shape);
  const numRows = shape.numRows - shape.firstRow;
  const numSlots = numRows * capacity;
  const numScales = shape.scaled ? padded : 0;
  return {
    ...shape,
    capacity,
    x: make(Float64Array, shape.length + LANES),
    clamped: make(Float64Array, shape.clamp ? shape.length + LANES : 0),
    mean: make(Float64Array, padded),
    scale: make(Float64Array, numScales),
    inverse: make(Float64Array, numScales),
    u: make(Float64Array, padded),
    v: make(Float64Array, padded),
    threshold: make(Float64Array, padded),
    carried: make(Float64Array, padded),
    lower: make(Float64Array, numSlots),
    upper: make(Float64Array, numSlots),
    column: make(Int32Array, numSlots),
    count: make(Int32Array, numRows),
    isColumn: make(Uint8Array, shape.numWindows),
    worstColumn: make(Int32Array, numRows),
  };
}

/** The functions that the engine calls. They are implemented here and in WASM. */
export interface DiagonalKernel {
  /** For windows i … i + LANES − 1: writes the mean m to `mean`, Σ(x − m)² to `u` and Σ(x − m) to `v`, left to right. */
  moments(i: number): void;
  /** Starts the bounds of LANES lags at row i: d²(i, i + g + lane) − margin; if `scaled`, −2C(i, i + g + lane) − margin. */
  seed(i: number, g: number, margin: number): void;
  /** Updates the maxima of the thresholds of windows from … to. `group` reads them; they may be too high, never too low. */
  refresh(from: number, to: number): void;
  /**
   * Rows [from, to) of the lags g … g + LANES − 1. `shift` is added to the carried bounds: it moves them to the margin of
   * this call. `width` is the upper bound less the lower bound of s (if `scaled`: times both inverse scales, plus `slack`).
   */
  group(from: number, to: number, g: number, shift: number, width: number): void;
  /** s of the vectors of two windows, the left-to-right sum; Infinity if it exceeds `limit`. */
  distance(i: number, j: number, limit: number): number;
  /** Makes column j, whose s is between two bounds, a candidate of row i. */
  append(i: number, j: number, lower: number, upper: number): void;
  /** Drops candidates of row i that cannot be among its k nearest, and lowers its threshold. */
  compact(i: number): void;
  /** Leaves the k nearest of row i, in the order (s, j), in `upper` (their s) and `column`. */
  finish(i: number): void;
  /** The same in float32. Null for z-scores, and in the scalar twin, which has float64 only. */
  readonly float32: Float32Kernel | null;
}

/**
 * Bounds in float32: twice as many lags per instruction, with wider margins. A pair that passes is compared and kept in
 * float64, like all others.
 */
export interface Float32Kernel {
  /**
   * Sets the power of two that u and v are multiplied by. Must be called first. `isFilled`: another thread has called `refresh`
   * for a state that this one shares with it.
   */
  prepare(factor: number, isFilled: boolean): void;
  /** Like `refresh` of `DiagonalKernel`. Must be called before the first `group`. */
  refresh(from: number, to: number): void;
  group(from: number, to: number, g: number, shift: number, width: number): void;
}
