// The one interface of what can do a job: workers, or the calling thread.
import type { Rows } from '../search/partial-rows.ts';
import type { Found } from './results.ts';
import type { JobPlan } from './task.ts';

/** Called for the parts [from, to) when they are done, with what they found of the windows that they completed. */
export type PartsDone = (from: number, to: number, found: Found) => void;

/** Does one job. */
export interface Executor {
  /** The number of workers that have computed; 0 for the calling thread. */
  readonly numThreads: number;
  /** Opens the job; `undefined` where no worker can be started for it. */
  prepare(): Promise<JobPlan | undefined>;
  /** Runs the parts [from, to). */
  run(from: number, to: number, done: PartsDone): Promise<void>;
  /**
   * What is known of the valid windows [from, to): some of them after the others, each with one block per thread that knows
   * something of them.
   */
  rows(from: number, to: number): Promise<Rows[][]>;
  /** Keeps the threads and the memory of a finished job for the next one. */
  release(): void;
  /** Ends all work at once; every pending promise is rejected with `reason`. */
  end(reason: unknown): void;
}
