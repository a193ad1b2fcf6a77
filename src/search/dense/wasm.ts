// The dense kernel in WASM SIMD: lays out the state in its memory and hands out views of it.

import { Layout } from '../../wasm/arena.ts';
import { instantiate, type KernelModule, moduleOf, toInt32 } from '../../wasm/load.ts';
import { DENSE_WASM } from './kernel.generated.ts';
import { BLOCK, blocksOf, type DenseKernel, type DenseShape, type DenseState, type PackedVectors } from './scalar.ts';

/** The exports of assembly/dense.ts. */
interface DenseExports extends DenseKernel {
  setup(...offsetsAndNumbers: number[]): void;
}

/** A run in WASM: see `scalarDense`, its twin. @throws RangeError where so much memory is not to be had */
export function wasmDense(module: KernelModule, shape: DenseShape): { state: DenseState; kernel: DenseKernel } {
  const { numRows, numColumns, width, k, isSelf, byIndex, exclusion, before, after } = shape;
  const layout = new Layout();
  const reserve = (numVectors: number) => ({
    points: layout.reserve(blocksOf(numVectors) * BLOCK * width, 8),
    starts: layout.reserve(numVectors, 4),
  });
  const rowsAt = reserve(numRows);
  const columnsAt = isSelf ? rowsAt : reserve(numColumns);
  const thresholdAt = layout.reserve(blocksOf(numRows) * BLOCK, 8);
  const distAt = layout.reserve(numRows * k, 8);
  const indexAt = layout.reserve(numRows * k, 4);
  const memory = layout.allocate();
  const { buffer } = memory;
  const kernel = instantiate<DenseExports>(module, memory);
  const offsets = [rowsAt.points, rowsAt.starts, columnsAt.points, columnsAt.starts, thresholdAt, distAt, indexAt];
  const lags = [exclusion, toInt32(before), toInt32(after)];
  kernel.setup(...offsets, width, k, isSelf ? 1 : 0, byIndex ? 1 : 0, ...lags);
  const packed = (at: { points: number; starts: number }, numVectors: number): PackedVectors => ({
    points: new Float64Array(buffer, at.points, blocksOf(numVectors) * BLOCK * width),
    starts: new Int32Array(buffer, at.starts, numVectors),
  });
  const rows = packed(rowsAt, numRows);
  const state: DenseState = {
    ...shape,
    rows,
    columns: isSelf ? rows : packed(columnsAt, numColumns),
    threshold: new Float64Array(buffer, thresholdAt, blocksOf(numRows) * BLOCK),
    dist: new Float64Array(buffer, distAt, numRows * k),
    index: new Int32Array(buffer, indexAt, numRows * k),
  };
  return { state, kernel };
}

/** The module of assembly/dense.ts, or null where WASM is refused. */
export function denseModule(): KernelModule | null {
  return moduleOf(DENSE_WASM);
}
