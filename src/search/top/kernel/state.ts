// What the two twins of the top-n kernel, scalar.ts and assembly/top.ts, have in common: the numbers and arrays of a search,
// and the functions that the engine calls.
//
// A join with a reference is a self-join of the two series, one behind the other: rows are windows of the first, columns are
// windows of the second.
import type { MakeArray } from '../../../wasm/arrays.ts';

/** Neighboring windows that are compared at one lag in one call. */
export const BLOCK = 128;

/** Lags beside each other that are tried in one call. */
export const GROUP = 16;

/** Coordinates of a projected window. */
export const COORDINATES = 8;

/** Points of a leaf of the index, at most; and nodes for so many points, more than cuts near the middle make. */
export const LEAF = 24;
const NODES_PER_LEAF = 5;

/** Entries behind an array that a kernel may read beyond its end. */
export const PADDING = 32;

/** Values behind its last window that a run reads, at most. */
const AHEAD = 4;

/** How windows are compared: as they are, less their means, or as z-scores. */
export const RAW = 0;
export const MEAN = 1;
export const ZSCORE = 2;

/** The numbers and flags of a search. */
export interface TopShape {
  /** Number of values, those of a reference included. */
  readonly length: number;
  readonly windowSize: number;
  readonly k: number;
  /** Windows of all values; those that contain values of both series are neither rows nor columns. */
  readonly numWindows: number;
  /** The windows [0, numRows) are rows. */
  readonly numRows: number;
  /** The windows [firstColumn, endColumn) are columns. */
  readonly firstColumn: number;
  readonly endColumn: number;
  /** Columns that are projected, at most. */
  readonly numPoints: number;
  /** Column j is allowed for row i if |i − j| > exclusion; −1: always. */
  readonly exclusion: number;
  /** Whether only columns j < i are allowed. */
  readonly left: boolean;
  /** `RAW`, `MEAN` or `ZSCORE`. */
  readonly mode: number;
  /** Whether a score is the largest of the k distances, not their mean. */
  readonly isMax: boolean;
  /** Whether `x` holds the values; else they are read where they are. */
  readonly hasValues: boolean;
  /** Whether some windows are no columns, or must be summed exactly: then there are `flags`. */
  readonly hasFlags: boolean;
  /** x32 is (x − center)·factor, clamped to ±2 in mode `RAW`. */
  readonly center: number;
  readonly factor: number;
  /** The largest |x32|. */
  readonly extent: number;
  /** In the modes `MEAN` and `ZSCORE`: more than w(δᵢ − δⱼ)² of error-bound.ts in this folder. */
  readonly meanError: number;
}

/** The arrays of a search that its threads share. */
export interface TopSeries {
  /** The values, the center where one is missing; or none, see `hasValues`. */
  readonly x: Float64Array;
  /** The same in float32, centered and scaled. */
  readonly x32: Float32Array;
  /** Per window, if normalized: the mean that is subtracted, and the deviation; 0 stands for the zero vector. */
  readonly mean: Float64Array;
  readonly sigma: Float64Array;
  /** Per window: `NO_COLUMN`, `UNFILTERED`. */
  readonly flags: Uint8Array;
  /** What windows are projected to: coordinate d of value l at l·COORDINATES + d. */
  readonly basis: Float32Array;
  /** Columns of a sample, in the order of the leaves, and their projections: coordinate d of point p at p·COORDINATES + d. */
  readonly columns: Int32Array;
  readonly points: Float32Array;
  /** Per node: its first point; those of a leaf end where those of the next node begin. */
  readonly from: Int32Array;
  /** Per node: the one on the other side of the cut, 0 for leaves; the one before the cut follows. */
  readonly other: Int32Array;
  /** Per node: the coordinate and the value that it is cut at. */
  readonly axis: Uint8Array;
  readonly cut: Float32Array;
}

/** A window that touches a missing value. */
export const NO_COLUMN = 1;

/** A normalized window with a value beyond the range of x32: float32 says nothing about it. */
export const UNFILTERED = 2;

/** The arrays that one thread works with. */
export interface TopScratch {
  /** Per window of a block: the k-th smallest upper bound of s so far; −Infinity for windows that are out. */
  readonly threshold: Float64Array;
  /** Per window of a block: the k smallest upper bounds, entry q of window t at q·BLOCK + t, ascending. */
  readonly list: Float64Array;
  /** Per window of a run: the upper bound of s, the sum of differences, and upper less lower bound. */
  readonly bound: Float64Array;
  readonly sum: Float64Array;
  readonly width: Float64Array;
  /** If `x` has no values: those of the block at hand, and of the columns that a run compares it with. */
  readonly blockX: Float64Array;
  readonly columnX: Float64Array;
  /** The row at hand: the k smallest s so far and their columns, ascending; Infinity and −1 where there is none. */
  readonly rowS: Float64Array;
  readonly rowJ: Int32Array;
  /** The upper bound of its score. */
  readonly rowBound: Float64Array;
  /** Its coordinates, those that are far from the center first, and its vector in float32. */
  readonly order: Int32Array;
  readonly row32: Float32Array;
  /** The window that was projected last. */
  readonly point: Float32Array;
}

/** The numbers and arrays of a search. */
export interface TopState extends TopShape, TopSeries, TopScratch {}

/** The arrays that threads share, made by `make`. */
export function seriesOf(shape: TopShape, make: MakeArray): TopSeries {
  const { length, numWindows, numPoints, windowSize, mode, hasValues, hasFlags } = shape;
  const numNodes = NODES_PER_LEAF * Math.ceil(numPoints / LEAF) + 1;
  const numScales = mode === RAW ? 0 : numWindows + PADDING;
  return {
    x: make(Float64Array, hasValues ? length + PADDING : 0),
    mean: make(Float64Array, numScales),
    sigma: make(Float64Array, numScales),
    x32: make(Float32Array, length + PADDING),
    basis: make(Float32Array, windowSize * COORDINATES),
    points: make(Float32Array, numPoints * COORDINATES),
    columns: make(Int32Array, numPoints),
    from: make(Int32Array, numNodes + 1),
    other: make(Int32Array, numNodes),
    cut: make(Float32Array, numNodes),
    axis: make(Uint8Array, numNodes),
    flags: make(Uint8Array, hasFlags ? numWindows + PADDING : 0),
  };
}

/** The arrays of one thread, made by `make`. */
export function scratchOf({ k, windowSize, hasValues }: TopShape, make: MakeArray): TopScratch {
  const numCopied = hasValues ? 0 : BLOCK + windowSize + AHEAD;
  return {
    threshold: make(Float64Array, BLOCK + PADDING),
    list: make(Float64Array, k * BLOCK),
    bound: make(Float64Array, BLOCK + PADDING),
    sum: make(Float64Array, BLOCK + PADDING),
    width: make(Float64Array, BLOCK + PADDING),
    blockX: make(Float64Array, numCopied),
    columnX: make(Float64Array, numCopied),
    rowS: make(Float64Array, k),
    rowBound: make(Float64Array, 1),
    rowJ: make(Int32Array, k),
    order: make(Int32Array, windowSize),
    row32: make(Float32Array, windowSize),
    point: make(Float32Array, COORDINATES),
  };
}

/** The vector of window i, by what float32 holds of the values. */
export function vector32({ x32, mean, sigma, mode, windowSize: w, center, factor }: TopState, i: number): Float64Array {
  const middle = mode === RAW ? 0 : (mean[i]! - center) * factor;
  const scale = sigma[i] === 0 ? 0 : mode === ZSCORE ? 1 / (sigma[i]! * factor) : 1;
  return Float64Array.from(x32.subarray(i, i + w), (y) => (y - middle) * scale);
}

/** The functions that the engine calls. They are implemented here and in WASM. */
export interface TopKernel {
  /**
   * Compares the windows first … first + length − 1 with those `lag` later, of which all are in range. The first one is
   * window `at` of the block. A window whose mean (or largest) root of its k bounds is below `low` is out. Where upper and lower
   * bounds differ by more than `tight`, s itself is computed. Returns the number of windows that it put out.
   */
  run(first: number, at: number, length: number, lag: number, low: number, tight: number): number;
  /**
   * The same at the lags lag … lag + GROUP − 1, for windows as they are: finds pairs with s below `cap` in float32, and
   * sums them. It may miss some.
   */
  group(first: number, at: number, length: number, lag: number, low: number, cap: number): number;
  /**
   * Opens row i, whose neighbors so far are in `rowS` and `rowJ`, and the bound of its score in `rowBound`. It is out when that
   * bound is below `score`, or equal to it and i > `start`, or 0.
   */
  open(i: number, score: number, start: number): void;
  /** Compares the row with column j. */
  offer(j: number): void;
  /** Compares the row with the columns [from, to); returns true as soon as the row is out. */
  scan(from: number, to: number): boolean | number;
  /** Projects window i, as x32 has it, by `basis` to `point`. Its rounding does not matter: points only propose columns. */
  project(i: number): void;
  /** Writes the squared distances of the points [from, to), at most BLOCK, from that of `project` to `bound`. */
  measure(from: number, to: number): void;
}
