// The diagonal engine: a Euclidean join by the recurrence of kernels/diagonal.ts. O(N²) whatever the window.
//
// A join with a reference is a self-join of the two series, one after the other, in which the windows of the first are
// rows only and those of the second are columns only; windows across the seam are neither.
//
// A part of the work is the lags of one range for the rows of one segment. Rows are taken in bands of BAND, lags in groups
// of LANES; a lag's bound is computed at the segment's first row and carried from band to band. This file proves how far the carried value may be from s(i, j).
//
// Notation. ε = 2⁻⁵³; every fl(a ∘ b) = (a ∘ b)(1 + δ), |δ| ≤ ε, unless it underflows. c is any float64 (the mean);
// yₜ = xₜ − c in real numbers; Eᵢ = Σₗ yᵢ₊ₗ² the energy of window i; d(i, j) = Σₗ (xᵢ₊ₗ − xⱼ₊ₗ)² in real numbers.
//
//  (a) d(i, j) ≤ 2(Eᵢ + Eⱼ), for (p − q)² ≤ 2p² + 2q².
//  (b) A sum of w squares, left to right, is within (w + 3)ε·d of d: |s − d| ≤ 2(w + 3)ε(Eᵢ + Eⱼ). It starts a segment
//      (once) and it is what bounds are compared with (once).
//  (c) One step adds fl(fl(uᵢ − uⱼ)·fl(vᵢ − vⱼ)). With Mᵢ = |yᵢ₊w| + |yᵢ| and M = Mᵢ + Mⱼ, the computed uᵢ is within εMᵢ,
//      vᵢ within 2.01εMᵢ of its real value, so the two differences are within 2.01εM and 3.02εM, both are at most M, and
//      the product is within 6.1εM² ≤ 24.4ε(yᵢ₊w² + yᵢ² + yⱼ₊w² + yⱼ²).
//      Over a segment every y of the rows' range occurs at most twice, so do those of the columns' range: 48.8ε(R + C)
//      with R and C the energies of the two ranges.
//  (d) Adding the step rounds by ε|d + error| ≤ 2.01ε(Eᵢ + Eⱼ); so does moving the bound at a band's start.
//  (e) Each operation that underflows adds at most 2⁻¹⁰⁷⁵.
//
// Together, with E the largest window energies of the two ranges and `steps` the rows since the seed,
//
//     |carried − s(i, j)|  <  52ε(R + C) + 2.05ε(steps + 2w + 32)(Eᵣ + E꜀) + (steps + 2w + 32)·2⁻¹⁰⁷³  =: margin
//
// the slack in the constants covers the rounding of the energies and of the margin itself. The margin follows the energy
// of the stretch a diagonal crossed: one spike loosens its neighborhood, not the whole series.
import { type DiagonalKernel, type DiagonalState, LANES, scalarKernel } from '../kernels/diagonal.ts';
import { diagonalModule, Layout } from '../kernels/wasm.ts';
import type { Join, NeighborSearch, Run } from './search.ts';

/** Rows per band: what a group of lags reads of it stays in the first-level cache. */
const BAND = 1024;

/** Bands per segment: seeding costs w operations per lag and segment, the margin grows with the distance. */
const BANDS_PER_SEGMENT = 8;

/** Lags per part: several milliseconds of work. */
const LAGS_PER_PART = 2048;

/** Lags done first: near windows tend to be near in value, and a tight threshold turns the others away. */
const NEAR_LAGS = 64;

const EPSILON = 2 ** -53;

/** The engine for windows of any length: each pair costs the same few operations. */
export function diagonal(backend: 'auto' | 'scalar' = 'auto'): NeighborSearch {
  return { start: (join, k, byIndex) => start(join, k, byIndex, backend) };
}

/** Whether this engine can answer the join: one series, as it is, with itself or with another. */
export function servesDiagonal(join: Join): boolean {
  const { rows, columns, exclusion, before, after } = join;
  if (rows.stride !== 1 || rows.normalize !== 'none' || columns.stride !== 1 || before !== Infinity) return false;
  return rows === columns ? exclusion >= 0 : exclusion < 0 && after === Infinity;
}

function start(join: Join, k: number, byIndex: boolean, backend: 'auto' | 'scalar'): Run {
  const { rows, columns } = join;
  const seam = rows === columns ? 0 : rows.data.length; // where the columns' series begins
  const shape: Shape = {
    length: seam + columns.data.length,
    windowSize: rows.width,
    numWindows: seam + columns.numWindows,
    numRows: rows.numWindows,
    k,
    both: join.after > 0,
    byIndex,
  };
  const module = backend === 'auto' ? diagonalModule() : null;
  const { state, kernel } = module ? wasmRun(module, shape) : scalarRun(shape);
  const energy = fillState(state, join, seam);
  // The first lag of a band. With a reference, the lag at which the band's last row meets the first column; lags start
  // at 1 plus a multiple of LANES in all bands.
  const firstLag = (band: number): number => {
    if (seam === 0) return join.exclusion + 1;
    const lag = Math.max(1, seam - (band + 1) * BAND + 1);
    return lag - ((lag - 1) % LANES);
  };
  const parts = dealParts(shape, firstLag);
  return {
    numParts: parts.length / 3,
    work(p) {
      const [band, from, to] = [parts[3 * p]!, parts[3 * p + 1]!, parts[3 * p + 2]!];
      const first = band * BAND;
      return (to - from) * Math.min(BAND * BANDS_PER_SEGMENT, shape.numRows - first, shape.numWindows - first - from);
    },
    run: (p) => sweep(state, kernel, energy, firstLag, parts[3 * p]!, parts[3 * p + 1]!, parts[3 * p + 2]!),
    finish(emit) {
      const dist = new Float64Array(k);
      const index = new Int32Array(k);
      for (const i of rows.starts) {
        kernel.finish(i);
        const base = i * state.capacity;
        const count = state.count[i]!;
        for (let p = 0; p < count; p++) {
          dist[p] = state.upper[base + p]!;
          index[p] = state.column[base + p]! - seam;
        }
        emit(i, dist, index, 0, count);
      }
    },
  };
}

/** The parts, three numbers each: first band of the segment, lags [from, to). Near lags come first. */
function dealParts({ numWindows, numRows }: Shape, firstLag: (band: number) => number): number[] {
  const parts: number[] = [];
  const numBands = Math.ceil(numRows / BAND);
  const segments = Array.from({ length: Math.ceil(numBands / BANDS_PER_SEGMENT) }, (_, s) => {
    const band = s * BANDS_PER_SEGMENT;
    const lowest = firstLag(Math.min(numBands, band + BANDS_PER_SEGMENT) - 1);
    return { band, lowest, end: numWindows - band * BAND };
  });
  const deal = (offset: number, lags: number): boolean => {
    let isOver = true;
    for (const { band, lowest, end } of segments) {
      const from = lowest + offset;
      if (from >= end) continue;
      parts.push(band, from, Math.min(from + lags, end));
      isOver = false;
    }
    return isOver;
  };
  deal(0, NEAR_LAGS);
  for (let offset = NEAR_LAGS; !deal(offset, LAGS_PER_PART); ) offset += LAGS_PER_PART;
  return parts;
}

/** The lags [from, to) of the segment that starts with band `first`, band by band. */
function sweep(
  state: DiagonalState,
  kernel: DiagonalKernel,
  energy: Energy,
  firstLag: (band: number) => number,
  firstBand: number,
  from: number,
  to: number,
): void {
  const { numWindows, numRows } = state;
  for (let band = firstBand; band < firstBand + BANDS_PER_SEGMENT && band * BAND < numRows; band++) {
    const first = band * BAND;
    const last = Math.min(first + BAND, numRows);
    const end = Math.min(to, numWindows - first);
    const carriedFrom = band === firstBand ? Infinity : firstLag(band - 1);
    for (let g = Math.max(from, firstLag(band)); g < end; g += LANES) {
      const margin = marginOf(state, energy, band, g);
      const isCarried = g >= carriedFrom;
      if (!isCarried) kernel.seed(first, g, margin);
      const shift = isCarried ? marginOf(state, energy, band - 1, g) - margin : 0;
      kernel.group(first, Math.min(last, numWindows - g), g, shift, 2 * margin);
    }
  }
}

/** Energies of the bands of a series, as the proof needs them. */
interface Energy {
  /** Σ y² over everything the windows that start in a band touch, one value more included. */
  readonly total: Float64Array;
  /** The largest energy of a window that starts in the band. */
  readonly largest: Float64Array;
}

/** The margin for the rows of `band` at the lags g … g + LANES − 1, from the last seed on. */
function marginOf(state: DiagonalState, energy: Energy, band: number, g: number): number {
  const { total, largest } = energy;
  const seed = band - (band % BANDS_PER_SEGMENT);
  const numBands = total.length;
  const firstColumn = Math.floor((seed * BAND + g) / BAND);
  const lastColumn = Math.min(numBands - 1, Math.floor(((band + 1) * BAND + g + LANES) / BAND));
  let sum = 0;
  let rowPeak = 0;
  let columnPeak = 0;
  for (let b = seed; b <= band; b++) {
    sum += total[b]!;
    if (largest[b]! > rowPeak) rowPeak = largest[b]!;
  }
  for (let b = firstColumn; b <= lastColumn; b++) {
    sum += total[b]!;
    if (largest[b]! > columnPeak) columnPeak = largest[b]!;
  }
  const operations = (band - seed + 1) * BAND + 2 * state.windowSize + 32;
  return 52 * EPSILON * sum + 2.05 * EPSILON * operations * (rowPeak + columnPeak) + operations * 2 ** -1073;
}

/** Fills u, v, thresholds and roles; returns the energies. Missing values take part as the mean, their windows do not. */
function fillState(state: DiagonalState, { rows, columns }: Join, seam: number): Energy {
  const { x, u, v, threshold, isColumn, worstColumn, windowSize: w, numWindows } = state;
  if (seam > 0) x.set(rows.data);
  x.set(columns.data, seam);
  const mean = meanOf(x);
  for (let t = 0; t < x.length; t++) if (Number.isNaN(x[t])) x[t] = mean;
  for (let i = 0; i + w < x.length; i++) {
    u[i] = x[i + w]! - x[i]!;
    v[i] = x[i + w]! - mean + (x[i]! - mean);
  }
  threshold.fill(-Infinity);
  worstColumn.fill(-1);
  for (const i of rows.starts) threshold[i] = Infinity;
  for (const j of columns.starts) isColumn[seam + j] = 1;
  return energyOf(x, mean, w, numWindows);
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}

function energyOf(x: Float64Array, mean: number, w: number, numWindows: number): Energy {
  const numBands = Math.ceil(numWindows / BAND);
  const total = new Float64Array(numBands);
  const largest = new Float64Array(numBands);
  const sums = new Float64Array(BAND + w + 2); // sums[p] = Σ of the band's first p values, squared
  for (let band = 0; band < numBands; band++) {
    const first = band * BAND;
    const count = Math.min(x.length - first, BAND + w + 1);
    for (let p = 0; p < count; p++) sums[p + 1] = sums[p]! + (x[first + p]! - mean) ** 2;
    total[band] = sums[count]!;
    for (let p = 0; p + w <= count; p++) largest[band] = Math.max(largest[band]!, sums[p + w]! - sums[p]!);
    // A difference of two sums of up to `count` terms is wrong by less than this.
    largest[band] = largest[band]! + 4 * count * EPSILON * total[band]!;
  }
  return { total, largest };
}

/** The scalars of a run. */
type Shape = Pick<DiagonalState, 'windowSize' | 'numWindows' | 'numRows' | 'k' | 'both' | 'byIndex'> & {
  /** Number of values. */
  readonly length: number;
};

/** Places per row: room for k and as many again before a row must be looked through. */
function capacityOf(k: number): number {
  return 2 * k + 8;
}

function scalarRun(shape: Shape): { state: DiagonalState; kernel: DiagonalKernel } {
  const padded = shape.numWindows + 2 * LANES;
  const capacity = capacityOf(shape.k);
  const numPlaces = shape.numRows * capacity;
  const state: DiagonalState = {
    ...shape,
    capacity,
    x: new Float64Array(shape.length),
    u: new Float64Array(padded),
    v: new Float64Array(padded),
    threshold: new Float64Array(padded),
    carried: new Float64Array(padded),
    lower: new Float64Array(numPlaces),
    upper: new Float64Array(numPlaces),
    column: new Int32Array(numPlaces),
    count: new Int32Array(shape.numRows),
    isColumn: new Uint8Array(shape.numWindows),
    worstColumn: new Int32Array(shape.numRows),
  };
  return { state, kernel: scalarKernel(state) };
}

/** The exports of assembly/diagonal.ts. */
interface DiagonalExports extends DiagonalKernel {
  setup(...offsetsAndCounts: number[]): void;
}

function wasmRun(module: WebAssembly.Module, shape: Shape): { state: DiagonalState; kernel: DiagonalKernel } {
  const { length, windowSize, numWindows, numRows, k, both, byIndex } = shape;
  const padded = numWindows + 2 * LANES;
  const capacity = capacityOf(k);
  const numPlaces = numRows * capacity;
  const layout = new Layout();
  const at = {
    x: layout.reserve(length + LANES, 8),
    u: layout.reserve(padded, 8),
    v: layout.reserve(padded, 8),
    threshold: layout.reserve(padded, 8),
    carried: layout.reserve(padded, 8),
    lower: layout.reserve(numPlaces, 8),
    upper: layout.reserve(numPlaces, 8),
    column: layout.reserve(numPlaces, 4),
    count: layout.reserve(numRows, 4),
    isColumn: layout.reserve(numWindows, 1),
    worstColumn: layout.reserve(numRows, 4),
  };
  const memory = layout.allocate();
  const kernel = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as DiagonalExports;
  const { buffer } = memory;
  const state: DiagonalState = {
    ...shape,
    capacity,
    x: new Float64Array(buffer, at.x, length),
    u: new Float64Array(buffer, at.u, padded),
    v: new Float64Array(buffer, at.v, padded),
    threshold: new Float64Array(buffer, at.threshold, padded),
    carried: new Float64Array(buffer, at.carried, padded),
    lower: new Float64Array(buffer, at.lower, numPlaces),
    upper: new Float64Array(buffer, at.upper, numPlaces),
    column: new Int32Array(buffer, at.column, numPlaces),
    count: new Int32Array(buffer, at.count, numRows),
    isColumn: new Uint8Array(buffer, at.isColumn, numWindows),
    worstColumn: new Int32Array(buffer, at.worstColumn, numRows),
  };
  const offsets = [at.x, at.u, at.v, at.threshold, at.carried, at.lower, at.upper, at.column, at.count, at.isColumn];
  kernel.setup(...offsets, at.worstColumn, windowSize, k, numWindows, capacity, both ? 1 : 0, byIndex ? 1 : 0);
  return { state, kernel };
}
