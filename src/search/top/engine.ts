// The n strangest windows without the scores of all. ../../../ARCHITECTURE.md has the outline, search.ts the course, and the files
// of kernel/ the bounds.
//
// Why the answer is exact: S(i) ≤ U(i) at all times. U comes from k allowed columns that differ: a lag counts once per block, a column
// once per row. Which columns are looked at is a matter of time only.
import { allocateArray, viewArrays } from '../../wasm/arrays.ts';
import type { KernelModule } from '../../wasm/load.ts';
import { servesDiagonal } from '../diagonal/engine.ts';
import type { Join } from '../join.ts';
import { fillSeries, shapeOf } from './fill.ts';
import { buildGuesses } from './guesses.ts';
import { scalarTop } from './kernel/scalar.ts';
import type { TopKernel, TopShape, TopState } from './kernel/state.ts';
import { allocateTop, topModule, wasmTop } from './kernel/wasm.ts';
import type { Place } from './places.ts';
import { type TopQuery, TopSearch } from './search.ts';
import { TopWorker } from './task.ts';

export type { Place } from './places.ts';

/** Whether windows can be put out by bounds at all: those of one series, normalized or not, against itself or another. */
export function servesTop(join: Join): boolean {
  return servesDiagonal(join);
}

/** The places, as `topAnomalies` of the scores of all windows has them. It never gives up. */
export function topPlaces(
  join: Join,
  k: number,
  isMax: boolean,
  query: TopQuery,
  backend: 'auto' | 'scalar' = 'auto',
): Place[] {
  const shape = shapeOf(join, k, isMax);
  const module = backend === 'auto' ? topModule() : null;
  const { state, kernel } = module ? inMemory(module, shape, join) : inArrays(shape, join);
  const worker = new TopWorker(state, kernel, buildGuesses(state, false));
  const steps = new TopSearch(shape, join.rows.starts.length, query).search();
  let next = steps.next();
  while (!next.done) next = steps.next(next.value.map((task) => worker.run(task)));
  return next.value!;
}

function inMemory(module: KernelModule, shape: TopShape, join: Join): { state: TopState; kernel: TopKernel } {
  const layout = allocateTop(shape, 1, false);
  const { buffer } = layout.memory;
  fillSeries(shape, join, viewArrays(buffer, layout.seriesAt));
  return wasmTop(module, layout, 0);
}

function inArrays(shape: TopShape, join: Join): { state: TopState; kernel: TopKernel } {
  return scalarTop(shape, fillSeries(shape, join, allocateArray));
}
