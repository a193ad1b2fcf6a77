// The diagonal kernel in WASM SIMD: lays out the state in its memory and hands out views of it.

import { Layout } from '../../wasm/arena.ts';
import { instantiate, type KernelModule, moduleOf } from '../../wasm/load.ts';
import { DIAGONAL_WASM } from './kernel.generated.ts';
import {
  capacityOf,
  type DiagonalKernel,
  type DiagonalShape,
  type DiagonalState,
  type Float32Kernel,
  LANES,
  paddedOf,
} from './scalar.ts';

/** The exports of assembly/diagonal.ts. */
interface DiagonalExports extends Omit<DiagonalKernel, 'float32'> {
  setup(...offsetsAndNumbers: number[]): void;
  groupScaled: DiagonalKernel['group'];
  prepareFloat32: Float32Kernel['prepare'];
  refreshFloat32: Float32Kernel['refresh'];
  groupFloat32: Float32Kernel['group'];
}

/** A run in WASM: see `scalarDiagonal`, its twin. */
export function wasmDiagonal(
  module: KernelModule,
  shape: DiagonalShape,
): { state: DiagonalState; kernel: DiagonalKernel } {
  const { length, windowSize, k, numWindows, numRows, both, byIndex, scaled, base, slack } = shape;
  const padded = paddedOf(shape);
  const capacity = capacityOf(shape);
  const numSlots = numRows * capacity;
  const numScales = scaled ? padded : 0;
  const numFloat32 = scaled ? 0 : padded;
  const layout = new Layout();
  const at = {
    x: layout.reserve(length + LANES, 8),
    mean: layout.reserve(padded, 8),
    scale: layout.reserve(numScales, 8),
    inverse: layout.reserve(numScales, 8),
    u: layout.reserve(padded, 8),
    v: layout.reserve(padded, 8),
    threshold: layout.reserve(padded, 8),
    peak: layout.reserve(padded, 8),
    carried: layout.reserve(padded, 8),
    lower: layout.reserve(numSlots, 8),
    upper: layout.reserve(numSlots, 8),
    column: layout.reserve(numSlots, 4),
    count: layout.reserve(numRows, 4),
    isColumn: layout.reserve(numWindows, 1),
    worstColumn: layout.reserve(numRows, 4),
    u32: layout.reserve(numFloat32, 4),
    v32: layout.reserve(numFloat32, 4),
    threshold32: layout.reserve(numFloat32, 4),
    peak32: layout.reserve(numFloat32, 4),
  };
  const memory = layout.allocate();
  const { buffer } = memory;
  const exports = instantiate<DiagonalExports>(module, memory);
  const series = [at.x, at.mean, at.scale, at.inverse, at.u, at.v, at.threshold, at.peak, at.carried];
  const slots = [at.lower, at.upper, at.column, at.count, at.isColumn, at.worstColumn];
  const inFloat32 = [at.u32, at.v32, at.threshold32, at.peak32];
  const flags = [both, byIndex, scaled].map(Number);
  exports.setup(...series, ...slots, ...inFloat32, windowSize, k, numWindows, capacity, ...flags, base, slack);
  const state: DiagonalState = {
    ...shape,
    capacity,
    x: new Float64Array(buffer, at.x, length + LANES),
    mean: new Float64Array(buffer, at.mean, padded),
    scale: new Float64Array(buffer, at.scale, numScales),
    inverse: new Float64Array(buffer, at.inverse, numScales),
    u: new Float64Array(buffer, at.u, padded),
    v: new Float64Array(buffer, at.v, padded),
    threshold: new Float64Array(buffer, at.threshold, padded),
    carried: new Float64Array(buffer, at.carried, padded),
    lower: new Float64Array(buffer, at.lower, numSlots),
    upper: new Float64Array(buffer, at.upper, numSlots),
    column: new Int32Array(buffer, at.column, numSlots),
    count: new Int32Array(buffer, at.count, numRows),
    isColumn: new Uint8Array(buffer, at.isColumn, numWindows),
    worstColumn: new Int32Array(buffer, at.worstColumn, numRows),
  };
  const { groupScaled, prepareFloat32: prepare, refreshFloat32, groupFloat32 } = exports;
  const float32: Float32Kernel = { prepare, refresh: refreshFloat32, group: groupFloat32 };
  return { state, kernel: scaled ? { ...exports, group: groupScaled, float32: null } : { ...exports, float32 } };
}

/** The module of assembly/diagonal.ts, or null where WASM is refused. */
export function diagonalModule(): KernelModule | null {
  return moduleOf(DIAGONAL_WASM);
}
