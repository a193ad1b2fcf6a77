// The diagonal kernel in WASM SIMD: lays out the arrays of a run in its memory, and hands out views of them.

import { Layout, type Memory } from '../../wasm/arena.ts';
import { type MakeArray, reserveArrays, viewArrays } from '../../wasm/arrays.ts';
import { writeStruct } from '../../wasm/fields.ts';
import { instantiate, type KernelModule, moduleOf } from '../../wasm/load.ts';
import { DIAGONAL_WASM } from '../kernels.ts';
import * as AT from './fields.generated.ts';
import {
  type DiagonalKernel,
  type DiagonalShape,
  type DiagonalState,
  type Float32Kernel,
  LANES,
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

/** The arrays that the kernel alone reads and writes. All but `rowBounds` are empty if `scaled`: see fields.ts. */
interface KernelArrays {
  readonly u32: Float32Array;
  readonly v32: Float32Array;
  readonly threshold32: Float32Array;
}

/** What a thread has for itself. */
interface ThreadArrays {
  readonly carried: Float64Array;
  readonly peak: Float64Array;
  readonly peak32: Float32Array;
  readonly rowBounds: Float64Array;
  /** The struct of DIAGONAL_FIELDS. */
  readonly settings: Uint8Array;
}

/** A run in a memory: its arrays, which one thread or several use, and what each of these has for itself. Plain data. */
export interface DiagonalLayout {
  readonly shape: DiagonalShape;
  readonly memory: Memory;
  readonly begin: number;
  readonly numThreads: number;
}

/** The arrays of a run, in the order in which they lie in memory. */
function arraysOf({ shape, numThreads }: Pick<DiagonalLayout, 'shape' | 'numThreads'>, make: MakeArray) {
  const padded = paddedOf(shape);
  const padded32 = shape.scaled ? 0 : padded;
  const ofThread = (): ThreadArrays => ({
    peak: make(Float64Array, padded),
    peak32: make(Float32Array, padded32),
    carried: make(Float64Array, padded),
    rowBounds: make(Float64Array, LANES),
    settings: make(Uint8Array, AT.diagonalBytes + APART),
  });
  const ofKernel = (): KernelArrays => ({
    u32: make(Float32Array, padded32),
    v32: make(Float32Array, padded32),
    threshold32: make(Float32Array, padded32),
  });
  return { state: stateOf(shape, make), ofKernel: ofKernel(), ofThreads: Array.from({ length: numThreads }, ofThread) };
}

/** Bytes between what two threads write: two cache lines. */
const APART = 128;

/**
 * Allocates memory for a run, or lays it out behind `values`, which lie in the memory `arena` that can grow.
 * @throws RangeError where memory is short
 */
export function allocateDiagonal(
  shape: DiagonalShape,
  numThreads = 1,
  isShared = false,
  arena?: { readonly memory: Memory; readonly values: Float64Array },
): DiagonalLayout {
  const layout = new Layout(arena && arena.values.byteOffset + arena.values.byteLength);
  layout.reserve(0, 1); // moves the end to a multiple of 16
  const begin = layout.end;
  arraysOf({ shape, numThreads }, reserveArrays(layout));
  const memory = arena ? layout.grow(arena.memory) : layout.allocate(isShared);
  if (arena) {
    // A used arena holds old bytes. Slots for candidates are written before they are read.
    const { lower, count } = stateOf(shape, viewArrays(memory.buffer, begin));
    const bytes = new Uint8Array(memory.buffer);
    bytes.fill(0, begin, lower.byteOffset);
    bytes.fill(0, count.byteOffset, layout.end);
  }
  return { shape, memory, begin, numThreads };
}

/** A run in WASM: see `scalarDiagonal`, its twin. Thread number `thread` attaches to a run that is laid out. */
export function wasmDiagonal(
  module: KernelModule,
  layout: DiagonalLayout,
  thread = 0,
): { state: DiagonalState; kernel: DiagonalKernel } {
  const { memory, shape } = layout;
  const { buffer } = memory;
  const { state, ofKernel, ofThreads } = arraysOf(layout, viewArrays(buffer, layout.begin));
  const { carried, peak, peak32, rowBounds, settings } = ofThreads[thread]!;

  // Tell the kernel. It finds the slots of row i at i: their arrays, which begin with row `firstRow`, begin as much before.
  const { windowSize, k, numWindows, base, slack, scaled, firstRow } = shape;
  const slotsBefore = firstRow * state.capacity;
  const exports = instantiate<DiagonalExports>(module, memory);
  const int32: AT.DiagonalInt32 = {
    [AT.diagonalX]: state.x,
    [AT.diagonalClampedX]: shape.clamp ? state.clamped : state.x,
    [AT.diagonalMean]: state.mean,
    [AT.diagonalScale]: state.scale,
    [AT.diagonalInverse]: state.inverse,
    [AT.diagonalU]: state.u,
    [AT.diagonalV]: state.v,
    [AT.diagonalThreshold]: state.threshold,
    [AT.diagonalIsColumn]: state.isColumn,
    [AT.diagonalPeak]: peak,
    [AT.diagonalCarried]: carried,
    [AT.diagonalRowBounds]: rowBounds,
    [AT.diagonalLower]: state.lower.byteOffset - 8 * slotsBefore,
    [AT.diagonalUpper]: state.upper.byteOffset - 8 * slotsBefore,
    [AT.diagonalColumn]: state.column.byteOffset - 4 * slotsBefore,
    [AT.diagonalCount]: state.count.byteOffset - 4 * firstRow,
    [AT.diagonalWorstColumn]: state.worstColumn.byteOffset - 4 * firstRow,
    [AT.diagonalU32]: ofKernel.u32,
    [AT.diagonalV32]: ofKernel.v32,
    [AT.diagonalThreshold32]: ofKernel.threshold32,
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
  writeStruct(buffer, settings.byteOffset, int32, float64);
  exports.open(settings.byteOffset);

  // z-scores have a group function of their own, and none in float32.
  const { groupScaled, prepareFloat32, refreshFloat32, groupFloat32 } = exports;
  const float32: Float32Kernel = { prepare: prepareFloat32, refresh: refreshFloat32, group: groupFloat32 };
  const kernel = scaled ? { ...exports, group: groupScaled, float32: null } : { ...exports, float32 };
  return { state: { ...state, carried }, kernel };
}

/** The module of assembly/diagonal.ts, or null where WASM is refused; `isShared` for a memory that threads share. */
export function diagonalModule(isShared = false): KernelModule | null {
  return moduleOf(DIAGONAL_WASM, isShared);
}
