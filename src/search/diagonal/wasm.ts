// The diagonal kernel in WASM SIMD: lays out the arrays of a run in its memory, and hands out views of them.

import { Layout } from '../../wasm/arena.ts';
import { reserveArrays, viewArrays } from '../../wasm/arrays.ts';
import { writeStruct } from '../../wasm/fields.ts';
import { instantiate, type KernelModule, moduleOf } from '../../wasm/load.ts';
import { DIAGONAL_WASM } from '../kernels.ts';
import * as AT from './fields.generated.ts';
import {
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

/** A run in WASM: see `scalarDiagonal`, its twin. */
export function wasmDiagonal(
  module: KernelModule,
  shape: DiagonalShape,
): { state: DiagonalState; kernel: DiagonalKernel } {
  const { windowSize, k, numWindows, base, slack, scaled } = shape;

  // Lay out the arrays and the struct of the settings, and allocate the memory. The kernel alone reads and writes `peak` and
  // the arrays in float32, which are empty if `scaled`: see fields.ts.
  const layout = new Layout();
  stateOf(shape, reserveArrays(layout));
  const padded = paddedOf(shape);
  const peak = layout.reserve(padded, 8);
  const reserveFloat32 = (): number => layout.reserve(scaled ? 0 : padded, 4);
  const u32 = reserveFloat32();
  const v32 = reserveFloat32();
  const threshold32 = reserveFloat32();
  const peak32 = reserveFloat32();
  const settingsAt = layout.reserve(AT.diagonalBytes, 1);
  const memory = layout.allocate();
  const { buffer } = memory;
  const state = stateOf(shape, viewArrays(buffer));

  // Tell the kernel. It finds the slots of row i at i: their arrays, which begin with row `firstRow`, begin as much before.
  const { firstRow } = shape;
  const slotsBefore = firstRow * state.capacity;
  const exports = instantiate<DiagonalExports>(module, memory);
  const int32: AT.DiagonalInt32 = {
    [AT.diagonalX]: state.x.byteOffset,
    [AT.diagonalMean]: state.mean.byteOffset,
    [AT.diagonalScale]: state.scale.byteOffset,
    [AT.diagonalInverse]: state.inverse.byteOffset,
    [AT.diagonalU]: state.u.byteOffset,
    [AT.diagonalV]: state.v.byteOffset,
    [AT.diagonalThreshold]: state.threshold.byteOffset,
    [AT.diagonalIsColumn]: state.isColumn.byteOffset,
    [AT.diagonalPeak]: peak,
    [AT.diagonalCarried]: state.carried.byteOffset,
    [AT.diagonalLower]: state.lower.byteOffset - 8 * slotsBefore,
    [AT.diagonalUpper]: state.upper.byteOffset - 8 * slotsBefore,
    [AT.diagonalColumn]: state.column.byteOffset - 4 * slotsBefore,
    [AT.diagonalCount]: state.count.byteOffset - 4 * firstRow,
    [AT.diagonalWorstColumn]: state.worstColumn.byteOffset - 4 * firstRow,
    [AT.diagonalU32]: u32,
    [AT.diagonalV32]: v32,
    [AT.diagonalThreshold32]: threshold32,
    [AT.diagonalPeak32]: peak32,
    [AT.diagonalWindowSize]: windowSize,
    [AT.diagonalK]: k,
    [AT.diagonalNumWindows]: numWindows,
    [AT.diagonalCapacity]: state.capacity,
    [AT.diagonalBoth]: shape.both,
    [AT.diagonalByIndex]: shape.byIndex,
    [AT.diagonalScaled]: shape.scaled,
  };
  const float64: AT.DiagonalFloat64 = { [AT.diagonalBase]: base, [AT.diagonalSlack]: slack };
  writeStruct(buffer, settingsAt, int32, float64);
  exports.open(settingsAt);

  // z-scores have a group function of their own, and none in float32.
  const { groupScaled, prepareFloat32, refreshFloat32, groupFloat32 } = exports;
  if (scaled) return { state, kernel: { ...exports, group: groupScaled, float32: null } };
  const float32: Float32Kernel = { prepare: prepareFloat32, refresh: refreshFloat32, group: groupFloat32 };
  return { state, kernel: { ...exports, float32 } };
}

/** The module of assembly/diagonal.ts, or null where WASM is refused. */
export function diagonalModule(): KernelModule | null {
  return moduleOf(DIAGONAL_WASM);
}
