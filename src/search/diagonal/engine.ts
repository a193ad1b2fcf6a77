// The diagonal engine: a Euclidean join by the recurrence of scalar.ts. O(N²) whatever the window.
//
// A join with a reference is a self-join of the two series, one behind the other. The windows of the first series are rows
// only, those of the second, which begins at `columnOffset`, are columns only. Windows that contain values of both series are
// neither. A join whose rows are a part of its columns is the self-join of the columns, of which only the pairs with a row are
// made: see partition.ts.
//
// A part of the work is the lags of one range for the rows of one segment. Rows are taken in bands of BAND, lags in groups
// of LANES. The bound of a lag is computed at the first row of the segment and carried from band to band, less a margin that
// error-bound.ts proves. A margin grows with the energy of the values that the diagonal crosses. Behind a spike the bound is
// computed anew, so that the spike widens the margins of its neighborhood and not of the rest of the segment.

import type { Emit, Join, JoinCache, Run, SharedRun } from '../join.ts';
import { ambiguityOf } from './ambiguity.ts';
import { clampOf } from './clamp.ts';
import { addConstant, hasConstant } from './constant-windows.ts';
import {
  BAND,
  columnBands,
  fillNormalized,
  fillRaw,
  float32Factor,
  float32Steps,
  isInRange,
  type Margins,
  onceOf,
  stepsOf,
  zScoreBounds,
} from './error-bound.ts';
import { fitsFloat32 } from './float32.ts';
import { BANDS_PER_SEGMENT, lagsOf, type Part, pairsOf, partition } from './partition.ts';
import { scalarDiagonal } from './scalar.ts';
import { type DiagonalKernel, type DiagonalShape, type DiagonalState, LANES } from './state.ts';
import { allocateDiagonal, type DiagonalLayout, diagonalModule, wasmDiagonal } from './wasm.ts';

export { smallestStepOf } from './error-bound.ts';

/** Bands between two refreshes of the maxima of the columns' thresholds. */
const BANDS_PER_REFRESH = 2;

/** A carried bound is computed anew if that makes its margin this many times smaller … */
const WORTH_SEEDING = 8;

/** … and the last seed, w operations, is this many windows back: then seeds cost less than a fifth of the steps. */
const WINDOWS_PER_SEED = 2;

/** The engine for windows of any length: each pair costs the same few operations. */
export function diagonal(backend: 'auto' | 'scalar' = 'auto'): {
  start(join: Join, k: number, byIndex: boolean): DiagonalRun;
} {
  return { start: (join, k, byIndex) => new DiagonalRun(join, k, byIndex, backend) };
}

/** Whether the rows of a join are a part of its columns: windows of the same series that lie at the same starts. */
function isPart({ rows, columns, isSelf, exclusion }: Join): boolean {
  return !isSelf && rows.data === columns.data && exclusion >= 0;
}

/** Whether this engine can answer the join: one series, normalized or not, with itself, with windows of it, or with another. */
export function servesDiagonal(join: Join): boolean {
  const { rows, columns, isSelf, exclusion, before, after } = join;
  if (rows.stride !== 1 || columns.stride !== 1 || before !== Infinity) return false;
  if (isSelf || isPart(join) ? exclusion < 0 : exclusion >= 0 || after !== Infinity) return false;
  return isInRange(join);
}

/** The part that handles constant windows. It comes before all others. */
const CONSTANT_PART: Part = { band: 0, from: 0, to: 0 };

/** What the threads of a search share: the arrays in memory, and what follows from them. Plain data, which can be sent. */
interface SharedDiagonals extends SharedRun {
  readonly layout: DiagonalLayout;
  readonly margins: Margins;
  readonly factor: number;
  readonly hasConstants: boolean;
}

/** The part of a thread in a search that another one has prepared. The join's `cache.threads` tells its number. */
export function attachDiagonals(join: Join, shared: SharedRun): Run {
  return new DiagonalRun(join, shared.k, shared.byIndex, 'auto', shared as SharedDiagonals);
}

/** Memory for one thread, or for several. @throws RangeError where it is short */
function allocateFor(shape: DiagonalShape, threads: JoinCache['threads']): DiagonalLayout {
  return threads ? allocateDiagonal(shape, threads.numThreads, true, threads.arena) : allocateDiagonal(shape);
}

/** The lags that the band before the first one of a part has carried. */
const NO_LAGS = { from: 0, to: 0 };

/** A search along diagonals. */
export class DiagonalRun implements Run {
  readonly numParts: number;
  readonly numCommon: number;
  readonly isByRows = false;
  readonly shared: SharedDiagonals | undefined;

  // The search: what is joined, the arrays, and the functions that work on them.
  readonly #join: Join;
  readonly #columnOffset: number;
  readonly #state: DiagonalState;
  readonly #kernel: DiagonalKernel;
  readonly #parts: readonly Part[];

  // Errors per band; the share of them that is needed (half for z-scores, see error-bound.ts); the factor of float32.
  readonly #margins: Margins;
  readonly #marginShare: number;
  readonly #factor: number;

  // Per group of lags, at index g / LANES, carried from band to band: the margin of its bounds, the part of that margin that
  // has gathered since the seed, and the row of the seed.
  readonly #margin: Float64Array;
  readonly #gathered: Float64Array;
  readonly #seededAt: Int32Array;

  // The columns whose maxima were refreshed last, and whether those in float32 were refreshed as well.
  #refreshFrom = 0;
  #refreshTo = 0;
  #isFloat32Fresh = false;

  // The errors of the current band with the current bands of columns, and the float width that is chosen for them. They hold
  // for the lags up to `#lastLag`.
  #once = 0;
  #steps = 0;
  #isFloat32 = false;
  #lastLag = -1;

  /** @param shared what another thread has prepared for this one, too */
  constructor(join: Join, k: number, byIndex: boolean, backend: 'auto' | 'scalar', shared?: SharedDiagonals) {
    const { rows, columns } = join;
    const { starts } = rows;
    const columnOffset = join.isSelf || isPart(join) ? 0 : rows.data.length;
    const scaled = rows.normalize === 'zscore';
    const shape: DiagonalShape = {
      length: columnOffset + columns.data.length,
      windowSize: rows.width,
      firstRow: starts[0] ?? 0,
      numRows: (starts.at(-1) ?? -1) + 1,
      numWindows: columnOffset + columns.numWindows,
      k,
      both: join.after > 0,
      byIndex,
      scaled,
      clamp: clampOf(join),
      ...zScoreBounds(rows.width),
    };
    this.#join = join;
    this.#columnOffset = columnOffset;

    // Allocate the arrays, or attach to those of other threads.
    const { threads } = join.cache;
    const module = backend === 'auto' ? diagonalModule(threads !== undefined) : null;
    const layout = module ? (shared?.layout ?? allocateFor(shape, threads)) : undefined;
    const { state, kernel } = module && layout ? wasmDiagonal(module, layout, threads?.thread) : scalarDiagonal(shape);
    this.#state = state;
    this.#kernel = kernel;
    this.#marginShare = scaled ? 0.5 : 1;
    const canShare = threads !== undefined && layout !== undefined;
    if (shared) {
      this.#margins = shared.margins;
      this.#factor = shared.factor;
      kernel.float32?.prepare(shared.factor, true);
    } else {
      // Fill them.
      fillRoles(state, join, columnOffset);
      const isPlain = rows.normalize === 'none';
      this.#margins = isPlain ? fillRaw(state, join, columnOffset) : fillNormalized(state, kernel, join, columnOffset);
      this.#factor = float32Factor(state);
      kernel.float32?.prepare(this.#factor, false);
      if (canShare) kernel.float32?.refresh(0, 0);
    }

    // No lag has a seed yet.
    const numGroups = Math.ceil(shape.numWindows / LANES) + 1;
    this.#margin = new Float64Array(numGroups);
    this.#gathered = new Float64Array(numGroups);
    this.#seededAt = new Int32Array(numGroups);

    // The parts: constant windows first, then near lags, then all others.
    const { parts, numNear } = partition(shape, join, columnOffset);
    const hasConstants = shared?.hasConstants ?? (scaled && hasConstant(state, join, columnOffset));
    const constants = hasConstants ? [CONSTANT_PART] : [];
    this.#parts = [...constants, ...parts];
    this.numParts = this.#parts.length;
    // Threads that share thresholds and candidates do the first parts once, like all others.
    this.numCommon = canShare ? 0 : constants.length + numNear;
    const prepared = { k, byIndex, margins: this.#margins, factor: this.#factor, hasConstants };
    this.shared = canShare ? { ...prepared, layout } : undefined;
  }

  /** The share of pairs whose bounds are too wide to tell whether the pair is near, 0 to 1, by a sample. */
  ambiguity(): number {
    return ambiguityOf(this.#state, this.#kernel, this.#margins, this.#join, this.#columnOffset);
  }

  work(p: number): number {
    const { firstRow, numRows, k } = this.#state;
    const part = this.#parts[p]!;
    if (part === CONSTANT_PART) return (numRows - firstRow) * k;
    return pairsOf(this.#state, this.#join, this.#columnOffset, part);
  }

  run(p: number, _emit?: Emit): void {
    const part = this.#parts[p]!;
    if (part === CONSTANT_PART) addConstant(this.#state, this.#kernel, this.#join, this.#columnOffset);
    else this.#sweep(part);
  }

  finish(emit: Emit, from = 0, to: number = this.#join.rows.starts.length): void {
    const { firstRow, k, capacity, count: counts, upper, column } = this.#state;
    const dist = new Float64Array(k);
    const index = new Int32Array(k);
    for (const i of this.#join.rows.starts.subarray(from, to)) {
      this.#kernel.finish(i);
      const base = (i - firstRow) * capacity;
      const count = counts[i - firstRow]!;
      for (let p = 0; p < count; p++) {
        dist[p] = upper[base + p]!;
        index[p] = column[base + p]! - this.#columnOffset;
      }
      emit(i, dist, index, 0, count);
    }
  }

  /** The lags of a part, band by band. */
  #sweep(part: Part): void {
    const { numRows } = this.#state;
    const end = part.band + BANDS_PER_SEGMENT;
    for (let band = part.band; band < end && band * BAND < numRows; band++) {
      if ((band - part.band) % BANDS_PER_REFRESH === 0) this.#refreshThresholds(band, part);
      this.#sweepBand(band, part);
    }
  }

  /** Refreshes the maxima of the columns that the next BANDS_PER_REFRESH bands meet. */
  #refreshThresholds(band: number, { from, to }: Part): void {
    const { numWindows, numRows } = this.#state;
    const first = band * BAND;
    const lastBand = Math.min(band + BANDS_PER_REFRESH, Math.ceil(numRows / BAND)) - 1;
    this.#refreshFrom = first + Math.max(from, this.#lagsOf(lastBand).from);
    this.#refreshTo = Math.min(first + BANDS_PER_REFRESH * BAND + to, numWindows);
    this.#kernel.refresh(this.#refreshFrom, this.#refreshTo);
    this.#isFloat32Fresh = false;
  }

  /** The lags of a part for the rows of one band. */
  #sweepBand(band: number, part: Part): void {
    const { numWindows, numRows } = this.#state;
    const kernel = this.#kernel;
    const { float32 } = kernel;
    const margin = this.#margin;
    const first = band * BAND;
    const last = Math.min(first + BAND, numRows);
    const lags = this.#lagsOf(band);
    const end = Math.min(part.to, lags.to);
    // Bounds at these lags were carried here by the band before.
    const carried = band === part.band ? NO_LAGS : this.#lagsOf(band - 1);
    this.#lastLag = -1;
    for (let g = Math.max(part.from, lags.from); g < end; g += LANES) {
      const isCarried = g >= carried.from && g < carried.to;
      // New column bands: other errors, and a new choice of the float width.
      if (g > this.#lastLag) {
        this.#enterColumnBands(band, g);
        if (float32) this.#chooseFloatWidth(first, last, g, end, isCarried);
      }
      // Carry the bounds to the margin of this band, or seed them.
      const shift = this.#carryOrSeed(first, g, isCarried);
      // Run the rows of the band.
      const width = 2 * margin[Math.floor(g / LANES)]!;
      const { group } = this.#isFloat32 ? float32! : kernel;
      group(first, Math.min(last, numWindows - g), g, shift, width);
    }
  }

  /** The errors of the rows of `band` with the columns that they meet from lag g on, and up to which lag they hold. */
  #enterColumnBands(band: number, g: number): void {
    const margins = this.#margins;
    const [firstColumns, lastColumns] = columnBands(margins, band, g);
    this.#once = this.#marginShare * onceOf(margins, band, firstColumns, lastColumns);
    this.#steps = this.#marginShare * stepsOf(margins, band, firstColumns, lastColumns);
    this.#lastLag = Math.min((firstColumns + 1 - band) * BAND, (lastColumns - band) * BAND - LANES) - 1;
  }

  /** Chooses float32 for the rows [first, last) and the lags from g on, where the margin that it leads to is small enough. */
  #chooseFloatWidth(first: number, last: number, g: number, end: number, isCarried: boolean): void {
    const inFloat32 = float32Steps(this.#steps, this.#factor);
    const gathered = isCarried ? this.#gathered[Math.floor(g / LANES)]! : this.#once;
    const lastColumn = Math.min(last + Math.min(this.#lastLag, end), this.#state.numWindows);
    this.#isFloat32 = fitsFloat32(this.#state, first, last, first + g, lastColumn, gathered + inFloat32 + this.#once);
    if (!this.#isFloat32) return;
    this.#steps = inFloat32;
    if (!this.#isFloat32Fresh) this.#kernel.float32!.refresh(this.#refreshFrom, this.#refreshTo);
    this.#isFloat32Fresh = true;
  }

  /**
   * Sets the margin of the lags g … g + LANES − 1 for the band that starts at row `first`; returns the shift that moves the
   * carried bounds to it. Seeds the bounds if none were carried here, or if their margin has become too wide.
   */
  #carryOrSeed(first: number, g: number, canCarry: boolean): number {
    const group = Math.floor(g / LANES);
    const once = this.#once;
    const steps = this.#steps;
    const carried = this.#gathered[group]! + steps + once;
    const seeded = once + steps + once;
    const isOld = first - this.#seededAt[group]! >= WINDOWS_PER_SEED * this.#state.windowSize;
    if (canCarry && !(isOld && carried > WORTH_SEEDING * seeded)) {
      const shift = this.#margin[group]! - carried;
      this.#gathered[group] = this.#gathered[group]! + steps;
      this.#margin[group] = carried;
      return shift;
    }
    this.#gathered[group] = once + steps;
    this.#margin[group] = seeded;
    this.#seededAt[group] = first;
    this.#kernel.seed(first, g, seeded);
    return 0;
  }

  #lagsOf(band: number): { from: number; to: number } {
    return lagsOf(this.#state, this.#join, this.#columnOffset, band);
  }
}

/** Marks which windows are rows and which are columns. */
function fillRoles(
  { threshold, isColumn, worstColumn, scaled, base }: DiagonalState,
  { rows, columns, limits }: Join,
  columnOffset: number,
): void {
  threshold.fill(-Infinity);
  worstColumn.fill(-1);
  for (const i of rows.starts) {
    const limit = limits?.[i] ?? Infinity;
    // Nothing is below 0, though the bounds of s may be.
    threshold[i] = limit === 0 ? -Infinity : scaled ? limit - base : limit;
  }
  for (const j of columns.starts) isColumn[columnOffset + j] = 1;
}
