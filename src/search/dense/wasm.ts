// The dense kernel in WASM SIMD: lays out the arrays of a run in its memory, and hands out views of them.

import { Layout } from '../../wasm/arena.ts';
import { reserveArrays, viewArrays } from '../../wasm/arrays.ts';
import { writeStruct } from '../../wasm/fields.ts';
import { instantiate, type KernelModule, moduleOf, toInt32 } from '../../wasm/load.ts';
import { DENSE_WASM } from '../kernels.ts';
import * as AT from './fields.generated.ts';
import { type DenseKernel, type DenseShape, type DenseState, stateOf } from './scalar.ts';

/** The exports of assembly/dense.ts. */
interface DenseExports extends DenseKernel {
  open(at: number): void;
}

/** A run in WASM: see `scalarDense`, its twin. @throws RangeError where so much memory is not to be had */
export function wasmDense(module: KernelModule, shape: DenseShape): { state: DenseState; kernel: DenseKernel } {
  const { width, k, isSelf, byIndex, exclusion, before, after } = shape;

  // Lay out the arrays and the struct of the settings, and allocate the memory.
  const layout = new Layout();
  stateOf(shape, reserveArrays(layout));
  const settingsAt = layout.reserve(AT.denseBytes, 1);
  const memory = layout.allocate();
  const { buffer } = memory;
  const state = stateOf(shape, viewArrays(buffer));

  // Tell the kernel. In a self-join its columns are the rows.
  const kernel = instantiate<DenseExports>(module, memory);
  const struct: AT.DenseInt32 = {
    [AT.denseRowPoints]: state.rows.points,
    [AT.denseRowStarts]: state.rows.starts,
    [AT.denseColumnPoints]: state.columns.points,
    [AT.denseColumnStarts]: state.columns.starts,
    [AT.denseThreshold]: state.threshold,
    [AT.denseDist]: state.dist,
    [AT.denseIndex]: state.index,
    [AT.denseWidth]: width,
    [AT.denseK]: k,
    [AT.denseIsSelf]: isSelf,
    [AT.denseByIndex]: byIndex,
    [AT.denseExclusion]: exclusion,
    [AT.denseBefore]: toInt32(before),
    [AT.denseAfter]: toInt32(after),
  };
  writeStruct(buffer, settingsAt, struct, {});
  kernel.open(settingsAt);

  return { state, kernel };
}

/** The module of assembly/dense.ts, or null where WASM is refused. */
export function denseModule(): KernelModule | null {
  return moduleOf(DENSE_WASM);
}
