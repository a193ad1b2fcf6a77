// From a series to its windows: which windows are valid, and their vectors. Only this file converts between a window's
// start (used in search/) and its end (used for scores).

/** What is done to a window before its distances are taken. */
export type Normalization = 'none' | 'mean' | 'zscore';

/**
 * The vectors of a series' windows. Vector `i` is `data[i·stride] … data[i·stride + width − 1]`, normalized by
 * `normalize`. `data` is the series itself with stride 1, or a matrix with stride = width. Only the vectors of valid
 * windows are defined.
 */
export interface WindowSet {
  readonly data: Float64Array;
  readonly stride: number;
  readonly width: number;
  /** The normalization that is still to be done: an engine that needs no vectors saves the matrix of them. */
  readonly normalize: Normalization;
  /** Number of windows, valid or not: n − windowSize + 1, at least 0. */
  readonly numWindows: number;
  /** The starts of the valid windows, ascending: those that touch no missing value. */
  readonly starts: Int32Array;
}

/** The start of the window that ends at `t`. */
export function startOf(t: number, windowSize: number): number {
  return t - windowSize + 1;
}

/** The index of the last value of the window that starts at `i`: where its score stands. */
export function endOf(i: number, windowSize: number): number {
  return i + windowSize - 1;
}

/**
 * The windows of `values` (missing = NaN), with the normalization still to be done; `starts` if they are known. O(n).
 */
export function embed(
  values: Float64Array,
  windowSize: number,
  normalize: Normalization,
  starts: Int32Array = validStarts(values, windowSize),
): WindowSet {
  const numWindows = Math.max(0, values.length - windowSize + 1);
  return { data: values, stride: 1, width: windowSize, normalize, numWindows, starts };
}

/** The same windows with their normalization done, in a matrix of vectors if they have one. O(N·width). */
export function vectorsOf(windows: WindowSet): WindowSet {
  if (windows.normalize === 'none') return windows;
  return mapWindows(windows, windows.width, (i, out, to) => vectorInto(windows, i, out, to));
}

/** Writes vector i to `out[to]…`. */
export function vectorInto(
  { data, stride, width, normalize }: WindowSet,
  i: number,
  out: Float64Array,
  to: number,
): void {
  const from = i * stride;
  if (normalize !== 'none') normalizeInto(data, from, width, normalize, out, to);
  else for (let l = 0; l < width; l++) out[to + l] = data[from + l]!;
}

/** A matrix of new vectors: `write(i, out, to)` puts the `width` coordinates of window `i` at `out[to]…`. */
export function mapWindows(
  windows: WindowSet,
  width: number,
  write: (i: number, out: Float64Array, to: number) => void,
): WindowSet {
  const data = new Float64Array(windows.numWindows * width);
  for (const i of windows.starts) write(i, data, i * width);
  return { data, stride: width, width, normalize: 'none', numWindows: windows.numWindows, starts: windows.starts };
}

/**
 * The starts of the windows that touch no missing value, in `starts`, which holds one entry per window, or a new array.
 */
export function validStarts(
  values: Float64Array,
  windowSize: number,
  starts: Int32Array = new Int32Array(Math.max(0, values.length - windowSize + 1)),
): Int32Array {
  let count = 0;
  let firstClean = 0; // values[firstClean … t] holds no missing value
  for (let t = 0; t < values.length; t++) {
    if (Number.isNaN(values[t])) firstClean = t + 1;
    const i = startOf(t, windowSize);
    if (i >= firstClean) starts[count++] = i;
  }
  return starts.subarray(0, count);
}

/** True if the vectors of the valid windows are all the same, or if there is none. */
export function allEqual(windows: WindowSet): boolean {
  const { width, starts } = windows;
  const first = new Float64Array(width);
  const other = new Float64Array(width);
  if (starts.length > 0) vectorInto(windows, starts[0]!, first, 0);
  for (const i of starts) {
    vectorInto(windows, i, other, 0);
    for (let l = 0; l < width; l++) if (other[l] !== first[l]) return false;
  }
  return true;
}

/**
 * Writes the normalized window: x − μ (`'mean'`) or (x − μ)/σ (`'zscore'`), with μ = (left-to-right sum)/w and
 * σ = √((left-to-right Σ(x − μ)²)/w). A window of equal values, or one whose σ underflows to 0, is the zero vector.
 */
function normalizeInto(
  values: Float64Array,
  i: number,
  w: number,
  normalize: 'mean' | 'zscore',
  out: Float64Array,
  to: number,
): void {
  const mean = windowMean(values, i, w);
  const scale = windowScale(values, i, w, mean, normalize);
  for (let l = 0; l < w; l++) out[to + l] = scale === 0 ? 0 : (values[i + l]! - mean) / scale;
}

/** μ of a window: its left-to-right sum divided by its size. */
export function windowMean(values: Float64Array, i: number, w: number): number {
  let sum = 0;
  for (let l = 0; l < w; l++) sum += values[i + l]!;
  return sum / w;
}

/** The divisor of x − μ: 1 or σ; 0 stands for the zero vector. */
export function windowScale(
  values: Float64Array,
  i: number,
  w: number,
  mean: number,
  normalize: 'mean' | 'zscore',
): number {
  let equal = true;
  let squares = 0;
  for (let l = 0; l < w; l++) {
    const x = values[i + l]!;
    if (x !== values[i]) equal = false;
    squares += (x - mean) * (x - mean);
  }
  const sigma = equal ? 0 : Math.sqrt(squares / w);
  return normalize === 'zscore' || sigma === 0 ? sigma : 1;
}
