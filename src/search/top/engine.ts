// The n strangest windows without the scores of all. ../../../ARCHITECTURE.md has the outline, search.ts the course, and the files
// of kernel/ the bounds.
//
// Why the answer is exact: S(i) ≤ U(i) at all times. U comes from k allowed columns that differ: a lag counts once per block, a column
// once per row. Which columns are looked at is a matter of time only.
import { allocateArray } from '../../wasm/arrays.ts';
import { servesDiagonal } from '../diagonal/engine.ts';
import type { Join } from '../join.ts';
import { fillSeries, shapeOf } from './fill.ts';
import { buildGuesses } from './guesses.ts';
import { scalarTop } from './kernel/scalar.ts';
import type { Place } from './places.ts';
import { type TopQuery, TopSearch } from './search.ts';
import { TopWorker } from './task.ts';

export type { Place } from './places.ts';

/** Whether windows can be put out by bounds at all: those of one series, normalized or not, against itself or another. */
export function servesTop(join: Join): boolean {
  return servesDiagonal(join);
}

/** The places, as `topAnomalies` of the scores of all windows has them. It never gives up. */
export function topPlaces(join: Join, k: number, isMax: boolean, query: TopQuery): Place[] {
  const shape = shapeOf(join, k, isMax);
  const series = fillSeries(shape, join, allocateArray);
  const { state, kernel } = scalarTop(shape, series);
  const worker = new TopWorker(state, kernel, buildGuesses(state, false));
  const steps = new TopSearch(shape, join.rows.starts.length, query).search();
  let next = steps.next();
  while (!next.done) next = steps.next(next.value.map((task) => worker.run(task)));
  return next.value!;
}
