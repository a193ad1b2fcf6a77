// How much of a job is done: counted in work, reported in windows.
import type { JobPlan } from './task.ts';

/** How far a job is, counted in windows: one ends at every value from the first full window on. */
export interface Progress {
  /** The work done, as a number of windows, 0 to `total`; it never falls. */
  readonly done: number;
  /** Windows to score: those without a missing value. */
  readonly total: number;
  /** Windows per second, lately. */
  readonly rate: number;
  /** Seconds that the rest takes at this rate. */
  readonly remaining: number;
  /** Workers that compute; 0 where the calling thread does. */
  readonly threads: number;
}

/** Milliseconds from one report of progress to the next. */
export const REPORT_INTERVAL = 100;

/** Seconds over which the rate is averaged: earlier speeds are forgotten. */
const RATE_SPAN = 2;

/** Adds up the work of finished parts and reports it. */
export class ProgressMeter {
  readonly #plan: JobPlan;
  readonly #executor: { readonly numThreads: number };
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  /** The work of all parts, and of the finished ones. */
  readonly #work: number;
  #done: number;
  /** The time of the last report, the windows it counted as done, and its rate. */
  #time: number;
  #reported: number;
  #rate: number;

  /** @param executor tells how many workers compute */
  constructor(
    plan: JobPlan,
    executor: { readonly numThreads: number },
    onProgress: ((progress: Progress) => void) | undefined,
  ) {
    this.#plan = plan;
    this.#executor = executor;
    this.#onProgress = onProgress;
    this.#work = plan.work.reduce((sum, work) => sum + work, 0);
    this.#done = 0;
    this.#time = performance.now();
    this.#reported = 0;
    this.#rate = 0;
  }

  /** The number of leading parts that make up this share of the work, or a little more. */
  partsUntil(share: number): number {
    const { work } = this.#plan;
    let sum = 0;
    let p = 0;
    while (p < work.length && (share === 1 || sum < share * this.#work)) sum += work[p++]!;
    return p;
  }

  /** Counts the parts [from, to) as done; reports if the last report is old enough. */
  add(from: number, to: number): void {
    for (let p = from; p < to; p++) this.#done += this.#plan.work[p]!;
    if (performance.now() - this.#time >= REPORT_INTERVAL && this.#done < this.#work) this.#onProgress?.(this.now());
  }

  /** Counts everything as done, and reports it. */
  end(): Progress {
    this.#done = this.#work;
    const progress = this.now();
    this.#onProgress?.(progress);
    return progress;
  }

  /** The progress at this moment; the rate is an exponential average of the rates between calls. */
  now(): Progress {
    const total = this.#plan.numRows;
    const done = this.#done < this.#work ? Math.floor((this.#done / this.#work) * total) : total;
    const seconds = Math.max(1e-4, (performance.now() - this.#time) / 1000);
    const share = this.#reported === 0 ? 1 : 1 - Math.exp(-seconds / RATE_SPAN);
    this.#rate += share * ((done - this.#reported) / seconds - this.#rate);
    this.#time = performance.now();
    this.#reported = done;
    const remaining = done < total ? (total - done) / this.#rate : 0;
    return { done, total, rate: this.#rate, remaining, threads: this.#executor.numThreads };
  }
}
