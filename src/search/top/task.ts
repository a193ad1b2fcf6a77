// The work of a top-n search in tasks that do not depend on each other: a thread with a kernel does them in any order.
import { BlockSearch, type BlocksLeft } from './blocks.ts';
import { Guesser } from './guesses.ts';
import type { TopKernel, TopState } from './kernel/state.ts';
import { type RowBatch, RowSearch, type RowSteps } from './rows.ts';

/** Compares blocks: see `BlockSearch.cover`. Its result is {@link BlocksLeft}. */
export interface BlocksTask {
  readonly blocks: Int32Array;
  /** The bounds of their windows, if an earlier task has left them. */
  readonly known: readonly Float64Array[] | undefined;
  readonly budget: number;
  readonly isLast: boolean;
  readonly score: number;
}

/** Compares rows: see `RowSearch.advance`. Its result is the batch. */
export interface RowsTask {
  readonly rows: RowBatch;
  readonly steps: RowSteps;
  readonly score: number;
  readonly start: number;
}

export type TopTask = BlocksTask | RowsTask;
export type TopResult = BlocksLeft | RowBatch;

/** One thread's side of a search. */
export class TopWorker {
  readonly #blocks: BlockSearch;
  readonly #rows: RowSearch;

  constructor(state: TopState, kernel: TopKernel) {
    const guesser = new Guesser(state, kernel);
    this.#blocks = new BlockSearch(state, kernel, guesser);
    this.#rows = new RowSearch(state, kernel, guesser);
  }

  /** Does a task. */
  run(task: TopTask): TopResult {
    if ('blocks' in task) return this.#blocks.cover(task.blocks, task.known, task.budget, task.score, task.isLast);
    this.#rows.advance(task.rows, task.steps, task.score, task.start);
    return task.rows;
  }
}
