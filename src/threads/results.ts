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

/** The number of slots of a window; `k` is the largest number of its neighbors. */
export function slotsOf({ byIndex }: Job, k: number): number {
  return byIndex ? k : 1;
}

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

/** Writes a row of the search, its `count` nearest columns, to the slots of its window from `slot` on. */
export function putRow(
  job: Job,
  { values, indices }: Results,
  slot: number,
  dist: Float64Array,
  index: Int32Array,
  base: number,
  count: number,
): void {
  if (!job.byIndex) {
    values[slot] = scoreOf(job, dist, base, count);
    return;
  }
  for (let p = 0; p < count; p++) {
    values[slot + p] = distanceOf(job, dist[base + p]!);
    indices[slot + p] = index[base + p]!;
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

/**
 * Collects what some parts find. Its arrays are reused: the first touch of new memory is slow, and the system lets
 * only one thread at a time do it.
 */
export class FoundBuffer {
  readonly #job: Job;
  readonly #slots: number;
  #starts: Int32Array;
  #results: Results;
  #count: number;

  /** @param slots the number of slots of a window */
  constructor(job: Job, slots: number) {
    this.#job = job;
    this.#slots = slots;
    this.#starts = new Int32Array(0);
    this.#results = { values: new Float64Array(0), indices: new Int32Array(0) };
    this.#count = 0;
  }

  /** Adds the row of window i. */
  add(i: number, dist: Float64Array, index: Int32Array, base: number, count: number): void {
    if (this.#count === this.#starts.length) this.#grow();
    const slot = this.#count * this.#slots;
    if (this.#job.byIndex) {
      this.#results.values.fill(Infinity, slot + count, slot + this.#slots);
      this.#results.indices.fill(-1, slot + count, slot + this.#slots);
    }
    putRow(this.#job, this.#results, slot, dist, index, base, count);
    this.#starts[this.#count++] = i;
  }

  /** Removes everything and returns it. */
  flush(): Found {
    const count = this.#count;
    const used = count * this.#slots;
    const { values, indices } = this.#results;
    this.#count = 0;
    return { starts: this.#starts.slice(0, count), values: values.slice(0, used), indices: indices.slice(0, used) };
  }

  #grow(): void {
    const starts = new Int32Array(Math.max(1024, 2 * this.#count));
    const values = new Float64Array(starts.length * this.#slots);
    const indices = new Int32Array(this.#job.byIndex ? values.length : 0);
    starts.set(this.#starts);
    values.set(this.#results.values);
    indices.set(this.#results.indices);
    this.#starts = starts;
    this.#results = { values, indices };
  }
}
