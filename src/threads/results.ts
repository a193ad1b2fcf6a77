// What a job finds out about its windows, scores or neighbors, and how a row of the search becomes one of them.
import { aggregate } from '../core/aggregate.ts';
import type { Steps } from '../core/steps.ts';
import { endOf } from '../core/windows.ts';
import type { Job, JobSettings } from './job.ts';

/** Slots of windows: a score each, or the k neighbors of each by its start. */
export interface Results {
  /** Scores; or distances, nearest first, Infinity where there is none. */
  readonly values: Float64Array;
  /** Starts of the neighbors, −1 where there is none; empty if scores are wanted. */
  readonly indices: Int32Array;
}

/** Results of some windows: their starts, and as many slots for each as the job has. */
export interface Found extends Results {
  readonly starts: Int32Array;
}

/** Slots that are filled in one step: the first touch of the memory of only a hundred may take a microsecond. */
const FILLED = 65536;

/** Entries of the largest table of neighbors: 12 GB. */
const MOST_NEIGHBORS = 2 ** 30;

/**
 * The results of a job of which nothing is known: scores are 0 before the first full window and NaN from there on.
 *
 * @throws RangeError when there would be too many neighbors
 */
export function* emptyResults({ series: { length }, windowSize, k, byIndex }: Job): Steps<Results> {
  const numWindows = Math.max(0, length - windowSize + 1);
  if (byIndex && numWindows * k > MOST_NEIGHBORS) {
    const fits = Math.floor(MOST_NEIGHBORS / numWindows);
    throw new RangeError(`k must be at most ${fits} for the neighbors of ${numWindows} windows, got ${k}`);
  }
  const values = new Float64Array(byIndex ? numWindows * k : length);
  const indices = new Int32Array(byIndex ? values.length : 0);
  for (let from = byIndex ? 0 : windowSize - 1; from < values.length; from += FILLED) {
    values.fill(byIndex ? Infinity : NaN, from, from + FILLED);
    indices.fill(-1, from, from + FILLED);
    yield;
  }
  return { values, indices };
}

/** The slot of window i in the results of a whole job. */
export function slotOf({ byIndex, windowSize, k }: Job, i: number): number {
  return byIndex ? i * k : endOf(i, windowSize);
}

/**
 * Writes a row of the search, its `count` nearest columns, to the slots of its window from `slot` on.
 *
 * @param slots the number of its slots, if they are many
 */
export function putRow(
  job: Job,
  { values, indices }: Results,
  slot: number,
  dist: Float64Array,
  index: Int32Array,
  base: number,
  count: number,
  slots: number = count,
): void {
  if (!job.byIndex) {
    values[slot] = scoreOf(job, dist, base, count);
    return;
  }
  for (let p = 0; p < slots; p++) {
    values[slot + p] = p < count ? distanceOf(job, dist[base + p]!) : Infinity;
    indices[slot + p] = p < count ? index[base + p]! : -1;
  }
}

/** Copies what was found of some windows into the results of the whole job. */
export function putFound(job: Job, results: Results, { starts, values, indices }: Found): void {
  const slots = starts.length && values.length / starts.length;
  for (let p = 0, from = 0; p < starts.length; p++) {
    const slot = slotOf(job, starts[p]!);
    for (let s = slot; s < slot + slots; s++, from++) {
      results.values[s] = values[from]!;
      if (job.byIndex) results.indices[s] = indices[from]!;
    }
  }
}

/** The score of `count` neighbors; `dist` holds s, or the values of a function metric. */
export function scoreOf(job: JobSettings, dist: Float64Array, base: number, count: number): number {
  return aggregate(job.aggregation, typeof job.metric !== 'function', dist, base, count);
}

/** A distance from what the search has found: s, or the value of a function metric. */
export function distanceOf({ metric }: JobSettings, found: number): number {
  return typeof metric === 'function' ? found : Math.sqrt(found);
}

/** As much of what was found as fits into `numRows` windows of `slots` slots. */
export function resized({ byIndex }: Job, { starts, values, indices }: Found, numRows: number, slots: number): Found {
  return {
    starts: copied(starts, new Int32Array(numRows)),
    values: copied(values, new Float64Array(numRows * slots)),
    indices: copied(indices, new Int32Array(byIndex ? numRows * slots : 0)),
  };
}

function copied<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from.subarray(0, to.length));
  return to;
}
