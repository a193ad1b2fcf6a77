// A job done by the calling thread, in slices.

import { turn } from '../core/steps.ts';
import type { Rows } from '../search/partial-rows.ts';
import { releaseMemory } from '../wasm/arena.ts';
import type { Executor, PartsDone } from './executor.ts';
import { type Job, joinInArena } from './job.ts';
import { type JobPlan, Task } from './task.ts';

/**
 * Milliseconds that the calling thread works before timers and input have their turn; a part may take as long again.
 */
const SLICE = 5;

/** The calling thread. Between two slices of work it lets timers and input have their turn. */
export class LocalExecutor implements Executor {
  readonly numThreads = 0;
  readonly #job: Job;
  #task: Task | undefined;
  #end: { readonly reason: unknown } | undefined;

  constructor(job: Job) {
    this.#job = job;
  }

  async prepare(): Promise<JobPlan> {
    await this.#turn();
    this.#task = new Task(this.#job, joinInArena(this.#job));
    return this.#task.prepare(this.#job.engine);
  }

  async run(from: number, to: number, done: PartsDone): Promise<void> {
    let begin = performance.now();
    for (let p = from; p < to; p++) {
      done(p, p + 1, this.#task!.run(p, p + 1));
      if (performance.now() - begin < SLICE) continue;
      await this.#turn();
      begin = performance.now();
    }
  }

  async rows(from: number, to: number): Promise<Rows[][]> {
    await this.#turn();
    return [[this.#task!.rows(from, to)]];
  }

  release(): void {
    if (this.#job.arena) releaseMemory(this.#job.arena);
  }

  end(reason: unknown): void {
    this.#end ??= { reason };
  }

  async #turn(): Promise<void> {
    await turn();
    if (this.#end !== undefined) throw this.#end.reason;
  }
}
