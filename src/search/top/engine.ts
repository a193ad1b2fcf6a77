// The n strangest windows without the scores of all: the door of this folder. search.ts has the course of a search, kernel/ the
// bounds, places.ts the reason why windows can be dropped.
//
// Why the answer is exact: S(i) ≤ U(i) at all times. U comes from k allowed columns that differ: a lag counts once per block, a column
// once per row. Which columns are looked at is a matter of time only.
import { allocateArray, viewArrays } from '../../wasm/arrays.ts';
import { fillSeries, type Survey, shapeOf, type TopSource } from './fill.ts';
import { buildGuesses } from './guesses.ts';
import { scalarTop } from './kernel/scalar.ts';
import type { TopShape } from './kernel/state.ts';
import { allocateTop, type TopLayout, topModule, wasmTop } from './kernel/wasm.ts';
import type { Place } from './places.ts';
import type { Costs } from './plan.ts';
import { type TopQuery, TopSearch } from './search.ts';
import { TopWorker } from './task.ts';

export { type Survey, surveyOf, type TopSource } from './fill.ts';
export { LeafSearchTop } from './leaves.ts';
export type { Place } from './places.ts';
export { type Costs, planTop, servesLeaves, servesTop } from './plan.ts';
export { type TopQuery, TopSearch } from './search.ts';
export { type TopResult, type TopTask, TopWorker } from './task.ts';

/** A search in a memory that threads share, as one of them is sent it. */
export interface SharedTop {
  readonly layout: TopLayout;
  /** Which scratch is the thread's own. */
  readonly thread: number;
}

/** A search that is ready to begin. */
export interface PreparedTop {
  readonly shape: TopShape;
  /** Does tasks on this thread. */
  readonly worker: TopWorker;
  /** What other threads need; undefined if the memory is this thread's own. */
  readonly shared: Omit<SharedTop, 'thread'> | undefined;
}

/**
 * Fills the arrays of a search and builds its index. O(n·w / 16), normalized O(n·w).
 *
 * @param numThreads other threads that take part: only where threads can share memory; undefined: the search ends before the caller
 * goes on, so that the series need not be copied
 */
export function prepareTop(
  source: TopSource,
  survey: Survey,
  k: number,
  isMax: boolean,
  numThreads?: number,
  backend: 'auto' | 'scalar' = 'auto',
): PreparedTop {
  const isShared = numThreads! > 0;
  const module = backend === 'auto' ? topModule(isShared) : null;
  const shape = shapeOf(source, survey, k, isMax, !module || numThreads !== undefined);
  const layout = module && layoutOf(shape, (numThreads ?? 0) + 1, isShared);
  const own = layout ? shape : { ...shape, hasValues: true };
  const make = layout ? viewArrays(layout.memory.buffer, layout.seriesAt) : allocateArray;
  const series = fillSeries(own, source, make);
  const { state, kernel } = layout ? wasmTop(module, layout, 0, source) : scalarTop(own, series);
  buildGuesses(state, kernel);
  return { shape, worker: new TopWorker(state, kernel), shared: layout && isShared ? { layout } : undefined };
}

/** A memory for the search; undefined where there is none as large, so that it runs in plain arrays. */
function layoutOf(shape: TopShape, numScratch: number, isShared: boolean): TopLayout | undefined {
  try {
    return allocateTop(shape, numScratch, isShared);
  } catch {
    return undefined;
  }
}

/** Another thread's part in a search. @throws Error where WebAssembly is refused to it */
export function joinTop({ layout, thread }: SharedTop): TopWorker {
  const module = topModule(true);
  if (!module) throw new Error('a worker cannot load the kernel: WebAssembly is refused to it');
  const { state, kernel } = wasmTop(module, layout, thread);
  return new TopWorker(state, kernel);
}

/**
 * The places, as `topAnomalies` of the scores of all windows has them; undefined if the search gives up.
 *
 * @param costs what it may cost; undefined: whatever it takes
 */
export function topPlaces(
  { shape, worker }: PreparedTop,
  numRows: number,
  query: TopQuery,
  costs?: Costs,
): Place[] | undefined {
  const steps = new TopSearch(shape, numRows, query, costs).search();
  let next = steps.next();
  while (!next.done) next = steps.next(next.value.map((task) => worker.run(task)));
  return next.value;
}
