// The diagonal engine: a Euclidean join by the recurrence of kernels/diagonal.ts. O(N²) whatever the window.
//
// A join with a reference is a self-join of the two series, one after the other, in which the windows of the first are
// rows only and those of the second are columns only; windows across the columnOffset are neither.
//
// A part of the work is the lags of one range for the rows of one segment. Rows are taken in bands of BAND, lags in groups
// of LANES; a lag's bound is computed at the segment's first row and carried from band to band, less a margin that
// margin.ts proves. A margin grows with the energy of what the diagonal crossed: behind a spike the bound is computed anew,
// so that it loosens its neighborhood and not the rest of the segment.

import { type Join, type Run, spread } from '../join.ts';
import { ambiguityOf } from './ambiguity.ts';
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
import { type DiagonalKernel, type DiagonalShape, type DiagonalState, LANES, scalarDiagonal } from './scalar.ts';
import { diagonalModule, wasmDiagonal } from './wasm.ts';

/** Bands per segment: how many rows a part takes at most. Each part seeds its lags anew, w operations per lag. */
const BANDS_PER_SEGMENT = 16;

/** Lags per part: a few milliseconds of work. */
const LAGS_PER_PART = 1024;

/** Lags done first: near windows tend to be near in value, and a tight threshold turns the others away. */
const NEAR_LAGS = 64;

/** A search along diagonals. */
export interface DiagonalRun extends Run {
  /** The share of pairs whose bounds are too wide to tell, by a sample. */
  ambiguity(): number;
}

/** The engine for windows of any length: each pair costs the same few operations. */
export function diagonal(backend: 'auto' | 'scalar' = 'auto'): {
  start(join: Join, k: number, byIndex: boolean): DiagonalRun;
} {
  return { start: (join, k, byIndex) => start(join, k, byIndex, backend) };
}

/** Whether this engine can answer the join: one series, normalized or not, with itself or with another. */
export function servesDiagonal(join: Join): boolean {
  const { rows, columns, isSelf, exclusion, before, after } = join;
  if (rows.stride !== 1 || columns.stride !== 1 || before !== Infinity) return false;
  if (isSelf ? exclusion < 0 : exclusion >= 0 || after !== Infinity) return false;
  return isInRange(join);
}

function start(join: Join, k: number, byIndex: boolean, backend: 'auto' | 'scalar'): DiagonalRun {
  const { rows, columns } = join;
  const columnOffset = join.isSelf ? 0 : rows.data.length; // where the columns' series begins
  const scaled = rows.normalize === 'zscore';
  const shape: DiagonalShape = {
    length: columnOffset + columns.data.length,
    windowSize: rows.width,
    numWindows: columnOffset + columns.numWindows,
    numRows: rows.numWindows,
    k,
    both: join.after > 0,
    byIndex,
    scaled,
    ...zScoreBounds(rows.width),
  };
  const module = backend === 'auto' ? diagonalModule() : null;
  const { state, kernel } = module ? wasmDiagonal(module, shape) : scalarDiagonal(shape);
  const margins =
    rows.normalize === 'none' ? fillRaw(state, join, columnOffset) : fillNormalized(state, kernel, join, columnOffset);
  fillRoles(state, join, columnOffset);
  const factor = float32Factor(state);
  kernel.float32?.prepare(factor);
  // The first lag of a band. With a reference, the lag at which the band's last row meets the first column; lags start
  // at 1 plus a multiple of LANES in all bands.
  const firstLag = (band: number): number => {
    if (columnOffset === 0) return join.exclusion + 1;
    const lag = Math.max(1, columnOffset - (band + 1) * BAND + 1);
    return lag - ((lag - 1) % LANES);
  };
  const carried = emptyCarried(shape.numWindows);
  const { parts, numNear } = partition(shape, firstLag);
  const numSweeps = parts.length / 3;
  const constants = scaled && hasConstant(state, join, columnOffset) ? 1 : 0; // the part before all others
  return {
    ambiguity: () => ambiguityOf(state, kernel, margins, join, columnOffset),
    numParts: constants + numSweeps,
    numCommon: constants + numNear,
    isByRows: false,
    work(p) {
      if (p < constants) return shape.numRows * k;
      const at = 3 * (p - constants);
      const [band, from, to] = [parts[at]!, parts[at + 1]!, parts[at + 2]!];
      const first = band * BAND;
      return (to - from) * Math.min(BAND * BANDS_PER_SEGMENT, shape.numRows - first, shape.numWindows - first - from);
    },
    run(p) {
      const at = 3 * (p - constants);
      if (p < constants) addConstant(state, kernel, join, columnOffset);
      else sweep(state, kernel, margins, factor, carried, firstLag, parts[at]!, parts[at + 1]!, parts[at + 2]!);
    },
    finish(emit, from = 0, to = rows.starts.length) {
      const dist = new Float64Array(k);
      const index = new Int32Array(k);
      for (const i of rows.starts.subarray(from, to)) {
        kernel.finish(i);
        const base = i * state.capacity;
        const count = state.count[i]!;
        for (let p = 0; p < count; p++) {
          dist[p] = state.upper[base + p]!;
          index[p] = state.column[base + p]! - columnOffset;
        }
        emit(i, dist, index, 0, count);
      }
    },
  };
}

function fillRoles(
  { threshold, isColumn, worstColumn }: DiagonalState,
  { rows, columns }: Join,
  columnOffset: number,
): void {
  threshold.fill(-Infinity);
  worstColumn.fill(-1);
  for (const i of rows.starts) threshold[i] = Infinity;
  for (const j of columns.starts) isColumn[columnOffset + j] = 1;
}

/**
 * The parts, three numbers each: first band of the segment, lags [from, to). Near lags come first, in all segments; then
 * ranges of lags that are spread evenly however far the search has come, so that early results are good everywhere.
 */
function partition(
  { numWindows, numRows }: DiagonalShape,
  firstLag: (band: number) => number,
): { parts: number[]; numNear: number } {
  const parts: number[] = [];
  const numBands = Math.ceil(numRows / BAND);
  const segments = Array.from({ length: Math.ceil(numBands / BANDS_PER_SEGMENT) }, (_, s) => {
    const band = s * BANDS_PER_SEGMENT;
    const lowest = firstLag(Math.min(numBands, band + BANDS_PER_SEGMENT) - 1);
    return { band, lowest, end: numWindows - band * BAND };
  });
  const deal = (offset: number, lags: number): void => {
    for (const { band, lowest, end } of segments) {
      const from = lowest + offset;
      if (from < end) parts.push(band, from, Math.min(from + lags, end));
    }
  };
  deal(0, NEAR_LAGS);
  const numNear = parts.length / 3;
  const most = Math.max(0, ...segments.map(({ lowest, end }) => end - lowest - NEAR_LAGS));
  for (const range of spread(Math.ceil(most / LAGS_PER_PART))) deal(NEAR_LAGS + range * LAGS_PER_PART, LAGS_PER_PART);
  return { parts, numNear };
}

/** What is known of the bounds of a group of lags, in place g / LANES, from band to band. */
interface Carried {
  /** Their margin. */
  readonly margin: Float64Array;
  /** The part of it that has gathered since the seed. */
  readonly gathered: Float64Array;
  /** The row of the seed. */
  readonly seededAt: Int32Array;
}

function emptyCarried(numWindows: number): Carried {
  const numGroups = Math.ceil(numWindows / LANES) + 1;
  return {
    margin: new Float64Array(numGroups),
    gathered: new Float64Array(numGroups),
    seededAt: new Int32Array(numGroups),
  };
}

/** Bands from one look at the thresholds of the columns to the next. */
const BANDS_PER_REFRESH = 2;

/** A bound is computed anew if this makes its margin so many times smaller, */
const WORTH_SEEDING = 8;

/** and the seed, w operations, is that many windows back: then seeds cost less than a fifth of the steps. */
const WINDOWS_PER_SEED = 2;

/** The lags [from, to) of the segment that starts with band `first`, band by band. */
function sweep(
  state: DiagonalState,
  kernel: DiagonalKernel,
  margins: Margins,
  factor: number,
  carried: Carried,
  firstLag: (band: number) => number,
  firstBand: number,
  from: number,
  to: number,
): void {
  const { numWindows, numRows, windowSize } = state;
  const { margin, gathered, seededAt } = carried;
  const { float32 } = kernel;
  let refreshFrom = 0;
  let refreshTo = 0;
  let isFresh = false; // so are the thresholds in float32
  const share = state.scaled ? 0.5 : 1; // of the margin: see margin.ts
  for (let band = firstBand; band < firstBand + BANDS_PER_SEGMENT && band * BAND < numRows; band++) {
    const first = band * BAND;
    const last = Math.min(first + BAND, numRows);
    const end = Math.min(to, numWindows - first);
    if ((band - firstBand) % BANDS_PER_REFRESH === 0) {
      const lowest = firstLag(Math.min(band + BANDS_PER_REFRESH, Math.ceil(numRows / BAND)) - 1);
      refreshFrom = first + Math.max(from, lowest);
      refreshTo = Math.min(first + BANDS_PER_REFRESH * BAND + to, numWindows);
      kernel.refresh(refreshFrom, refreshTo);
      isFresh = false;
    }
    const carriedFrom = band === firstBand ? Infinity : firstLag(band - 1);
    let once = 0;
    let steps = 0;
    let isFloat32 = false;
    let meets = -1; // up to this lag the columns are of the same bands
    for (let g = Math.max(from, firstLag(band)); g < end; g += LANES) {
      if (g > meets) {
        const [firstColumns, lastColumns] = columnBands(margins, band, g);
        once = share * onceOf(margins, band, firstColumns, lastColumns);
        steps = share * stepsOf(margins, band, firstColumns, lastColumns);
        meets = Math.min((firstColumns + 1 - band) * BAND, (lastColumns - band) * BAND - LANES) - 1;
        if (float32) {
          const inFloat32 = float32Steps(steps, factor);
          const behind = g >= carriedFrom ? gathered[Math.floor(g / LANES)]! : once;
          const lastColumn = Math.min(last + Math.min(meets, end), numWindows);
          isFloat32 = fitsFloat32(state, first, last, first + g, lastColumn, behind + inFloat32 + once);
          if (isFloat32) steps = inFloat32;
          if (isFloat32 && !isFresh) float32.refresh(refreshFrom, refreshTo);
          isFresh ||= isFloat32;
        }
      }
      const group = Math.floor(g / LANES);
      const before = margin[group]!;
      let now = gathered[group]! + steps + once;
      const isOld = first - seededAt[group]! >= WINDOWS_PER_SEED * windowSize;
      const isCarried = g >= carriedFrom && !(isOld && now > WORTH_SEEDING * (once + steps + once));
      if (!isCarried) {
        now = once + steps + once;
        gathered[group] = once;
        seededAt[group] = first;
        kernel.seed(first, g, now);
      }
      const { group: pass } = isFloat32 ? float32! : kernel;
      pass(first, Math.min(last, numWindows - g), g, isCarried ? before - now : 0, 2 * now);
      gathered[group] = gathered[group]! + steps;
      margin[group] = now;
    }
  }
}
