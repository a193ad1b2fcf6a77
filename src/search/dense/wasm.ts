// The dense kernel in WASM SIMD: lays out the arrays of a run in its memory, and hands out views of them.

import { Layout } from '../../wasm/arena.ts';
import { reserveArrays, viewArrays } from '../../wasm/arrays.ts';
import { layoutOf, writeFields } from '../../wasm/fields.ts';
import { instantiate, type KernelModule, moduleOf, toInt32 } from '../../wasm/load.ts';
import { DENSE_FIELDS } from './fields.ts';
import { DENSE_WASM } from './kernel.generated.ts';
import { arraysOf, type DenseKernel, type DenseShape, type DenseState, stateOf } from './scalar.ts';

/** The exports of assembly/dense.ts. */
interface DenseExports extends DenseKernel {
  open(at: number): void;
}

/** A run in WASM: see `scalarDense`, its twin. @throws RangeError where so much memory is not to be had */
export function wasmDense(module: KernelModule, shape: DenseShape): { state: DenseState; kernel: DenseKernel } {
  const { width, k, isSelf, byIndex, exclusion, before, after } = shape;

  // Lay out the arrays and the struct of the settings, and allocate the memory.
  const table = arraysOf(shape);
  const layout = new Layout();
  const offsets = reserveArrays(layout, table);
  const settingsAt = layout.reserve(layoutOf(DENSE_FIELDS).bytes, 1);
  const memory = layout.allocate();
  const { buffer } = memory;

  // Tell the kernel. In a self-join its columns are the rows.
  const kernel = instantiate<DenseExports>(module, memory);
  const columns = isSelf ? { columnPoints: offsets.rowPoints, columnStarts: offsets.rowStarts } : {};
  const lags = { exclusion, before: toInt32(before), after: toInt32(after) };
  const flags = { isSelf: Number(isSelf), byIndex: Number(byIndex) };
  writeFields(DENSE_FIELDS, buffer, settingsAt, { ...offsets, ...columns, width, k, ...flags, ...lags });
  kernel.open(settingsAt);

  return { state: stateOf(shape, viewArrays(table, buffer, offsets)), kernel };
}

/** The module of assembly/dense.ts, or null where WASM is refused. */
export function denseModule(): KernelModule | null {
  return moduleOf(DENSE_WASM);
}
