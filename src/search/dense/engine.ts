// The dense engine: every pair of vectors, in tiles that stay in cache. O(N²·width), for joins that no faster engine serves.
import { vectorInto, type WindowSet } from '../../core/windows.ts';
import { brute } from '../brute.ts';
import { goldenOrder } from '../golden-order.ts';
import type { Join, NeighborSearch, Run } from '../join.ts';
import { clearRows, finishRow } from '../top-k.ts';
import { BLOCK, blocksOf, type DenseShape, type PackedVectors, scalarDense } from './scalar.ts';
import { denseModule, wasmDense } from './wasm.ts';

/** Blocks of rows per tile. */
const TILE = 64;

/** Coordinates of pairs per part: several milliseconds of work. */
const WORK_PER_PART = 5e7;

/** The largest memory that is asked for, in bytes. */
const MOST_BYTES = 2 ** 32 - 2 ** 20;

/**
 * The engine for vectors that have no recurrence and are too wide for a tree. `brute` takes over where the vectors do not fit
 * into one memory or their squares are not finite.
 */
export function dense(backend: 'auto' | 'scalar' = 'auto'): NeighborSearch {
  return { start: (join, k, byIndex) => start(join, k, byIndex, backend) ?? brute().start(join, k, byIndex) };
}

function start(join: Join, k: number, byIndex: boolean, backend: 'auto' | 'scalar'): Run | undefined {
  const { rows, columns, isSelf, exclusion, before, after } = join;
  const shape: DenseShape = {
    numRows: rows.starts.length,
    numColumns: columns.starts.length,
    width: rows.width,
    k,
    isSelf,
    byIndex,
    exclusion,
    before,
    after,
  };
  if (bytesOf(shape) > MOST_BYTES) return undefined;
  // Allocate the arrays, and fill them.
  const { state, kernel } = (backend === 'auto' && inWasm(shape)) || scalarDense(shape);
  const largest = Math.max(pack(rows, state.rows), shape.isSelf ? 0 : pack(columns, state.columns));
  // An infinite s would not be below an infinite threshold.
  if (!(shape.width * (2 * largest) ** 2 < Infinity)) return undefined;
  clearRows(state.dist, state.index, shape.numRows, k);
  state.threshold.fill(Infinity);
  const parts = partition(shape);
  return {
    numParts: parts.length / 3,
    numCommon: 0,
    isByRows: false,
    work: (p) => Math.min(TILE, blocksOf(shape.numRows) - parts[3 * p]!) * (parts[3 * p + 2]! - parts[3 * p + 1]!),
    run(p) {
      const [row, from, to] = [parts[3 * p]!, parts[3 * p + 1]!, parts[3 * p + 2]!];
      const end = Math.min(row + TILE, blocksOf(shape.numRows));
      for (let c = from; c < to; c += TILE) kernel.tile(row, end, c, Math.min(c + TILE, to));
    },
    finish(emit, from = 0, to = shape.numRows) {
      const dist = new Float64Array(k);
      const index = new Int32Array(k);
      for (let p = from; p < to; p++) {
        dist.set(state.dist.subarray(p * k, (p + 1) * k));
        index.set(state.index.subarray(p * k, (p + 1) * k));
        emit(rows.starts[p]!, dist, index, 0, finishRow(dist, index, 0, k));
      }
    },
  };
}

/** A run in WASM; undefined where WASM or the memory is refused. */
function inWasm(shape: DenseShape): ReturnType<typeof wasmDense> | undefined {
  const module = denseModule();
  try {
    return module ? wasmDense(module, shape) : undefined;
  } catch {
    return undefined;
  }
}

/** The bytes of a run, about. */
function bytesOf({ numRows, numColumns, width, k, isSelf }: DenseShape): number {
  const numVectors = isSelf ? numRows : numRows + numColumns;
  return (numVectors + 2 * BLOCK) * (8 * width + 4) + numRows * (12 * k + 8);
}

/** Packs the vectors of the valid windows; returns the largest absolute value. */
function pack(windows: WindowSet, { points, starts }: PackedVectors): number {
  const { width } = windows;
  const vector = new Float64Array(width);
  let largest = 0;
  points.fill(NaN);
  starts.set(windows.starts);
  for (let p = 0; p < starts.length; p++) {
    vectorInto(windows, starts[p]!, vector, 0);
    let to = Math.floor(p / BLOCK) * BLOCK * width + (p % BLOCK);
    for (let l = 0; l < width; l++, to += BLOCK) {
      points[to] = vector[l]!;
      largest = Math.max(largest, Math.abs(vector[l]!));
    }
  }
  return largest;
}

/**
 * The parts, three numbers each: first row block of a tile, column blocks [from, to). The ranges of columns are in golden
 * order: the near ones first, the others evenly.
 */
function partition({ numRows, numColumns, width, isSelf }: DenseShape): number[] {
  const numBlocks = blocksOf(numColumns);
  const perTile = TILE * BLOCK * BLOCK * width;
  const length = TILE * Math.max(1, Math.ceil(WORK_PER_PART / perTile / TILE));
  const parts: number[] = [];
  for (const range of goldenOrder(Math.ceil(numBlocks / length))) {
    const offset = range * length;
    for (let row = 0; row < blocksOf(numRows); row += TILE) {
      const from = (isSelf ? row : 0) + offset;
      if (from < numBlocks) parts.push(row, from, Math.min(from + length, numBlocks));
    }
  }
  return parts;
}
