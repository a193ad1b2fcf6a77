// The diagonal kernel in WASM SIMD: lays out the arrays of a run in its memory, and hands out views of them.

import { Layout } from '../../wasm/arena.ts';
import { type ArrayTable, reserveArrays, viewArrays } from '../../wasm/arrays.ts';
import { writeStruct } from '../../wasm/fields.ts';
import { instantiate, type KernelModule, moduleOf } from '../../wasm/load.ts';
import * as AT from './fields.generated.ts';
import { DIAGONAL_WASM } from './kernel.generated.ts';
import {
  arraysOf,
  capacityOf,
  type DiagonalKernel,
  type DiagonalShape,
  type DiagonalState,
  type Float32Kernel,
  paddedOf,
  stateOf,
} from './state.ts';

/** The exports of assembly/diagonal.ts. */
interface DiagonalExports extends Omit<DiagonalKernel, 'float32'> {
  open(at: number): void;
  groupScaled: DiagonalKernel['group'];
  prepareFloat32: Float32Kernel['prepare'];
  refreshFloat32: Float32Kernel['refresh'];
  groupFloat32: Float32Kernel['group'];
}

/** Arrays that the kernel alone reads and writes: see fields.ts. Those in float32 are empty if `scaled`. */
interface KernelArrays {
  readonly peak: Float64Array;
  readonly u32: Float32Array;
  readonly v32: Float32Array;
  readonly threshold32: Float32Array;
  readonly peak32: Float32Array;
}

function kernelArraysOf(shape: DiagonalShape): ArrayTable<KernelArrays> {
  const padded = paddedOf(shape);
  const numFloat32 = shape.scaled ? 0 : padded;
  return {
    peak: [Float64Array, padded],
    u32: [Float32Array, numFloat32],
    v32: [Float32Array, numFloat32],
    threshold32: [Float32Array, numFloat32],
    peak32: [Float32Array, numFloat32],
  };
}

/** A run in WASM: see `scalarDiagonal`, its twin. */
export function wasmDiagonal(
  module: KernelModule,
  shape: DiagonalShape,
): { state: DiagonalState; kernel: DiagonalKernel } {
  const { windowSize, k, numWindows, base, slack, scaled } = shape;
  const capacity = capacityOf(shape);

  // Lay out the arrays and the struct of the settings, and allocate the memory.
  const table = arraysOf(shape);
  const layout = new Layout();
  const offsets = reserveArrays(layout, table);
  const kernelOffsets = reserveArrays(layout, kernelArraysOf(shape));
  const settingsAt = layout.reserve(AT.diagonalBytes, 1);
  const memory = layout.allocate();
  const { buffer } = memory;

  // Tell the kernel.
  const exports = instantiate<DiagonalExports>(module, memory);
  const int32: AT.DiagonalInt32 = {
    [AT.diagonalX]: offsets.x,
    [AT.diagonalMean]: offsets.mean,
    [AT.diagonalScale]: offsets.scale,
    [AT.diagonalInverse]: offsets.inverse,
    [AT.diagonalU]: offsets.u,
    [AT.diagonalV]: offsets.v,
    [AT.diagonalThreshold]: offsets.threshold,
    [AT.diagonalIsColumn]: offsets.isColumn,
    [AT.diagonalPeak]: kernelOffsets.peak,
    [AT.diagonalCarried]: offsets.carried,
    [AT.diagonalLower]: offsets.lower,
    [AT.diagonalUpper]: offsets.upper,
    [AT.diagonalColumn]: offsets.column,
    [AT.diagonalCount]: offsets.count,
    [AT.diagonalWorstColumn]: offsets.worstColumn,
    [AT.diagonalU32]: kernelOffsets.u32,
    [AT.diagonalV32]: kernelOffsets.v32,
    [AT.diagonalThreshold32]: kernelOffsets.threshold32,
    [AT.diagonalPeak32]: kernelOffsets.peak32,
    [AT.diagonalWindowSize]: windowSize,
    [AT.diagonalK]: k,
    [AT.diagonalNumWindows]: numWindows,
    [AT.diagonalCapacity]: capacity,
    [AT.diagonalBoth]: Number(shape.both),
    [AT.diagonalByIndex]: Number(shape.byIndex),
    [AT.diagonalScaled]: Number(shape.scaled),
  };
  const float64: AT.DiagonalFloat64 = { [AT.diagonalBase]: base, [AT.diagonalSlack]: slack };
  writeStruct(buffer, settingsAt, int32, float64);
  exports.open(settingsAt);

  // z-scores have a group function of their own, and none in float32.
  const state = stateOf(shape, viewArrays(table, buffer, offsets));
  const { groupScaled, prepareFloat32, refreshFloat32, groupFloat32 } = exports;
  if (scaled) return { state, kernel: { ...exports, group: groupScaled, float32: null } };
  const float32: Float32Kernel = { prepare: prepareFloat32, refresh: refreshFloat32, group: groupFloat32 };
  return { state, kernel: { ...exports, float32 } };
}

/** The module of assembly/diagonal.ts, or null where WASM is refused. */
export function diagonalModule(): KernelModule | null {
  return moduleOf(DIAGONAL_WASM);
}
