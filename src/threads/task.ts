// A thread's side of a job: the messages it is asked, and the work they stand for.
import { type ChosenEngine, needsIndex, takesDiagonals } from '../search/choose.ts';
import { attachDiagonals } from '../search/diagonal/engine.ts';
import type { Join, JoinThreads, Run, SharedRun } from '../search/join.ts';
import { attachIndex, type BuildPlan, planIndex, type SharedIndex } from '../search/kdtree/index.ts';
import { collectRows, type Rows } from '../search/partial-rows.ts';
import type { EngineName } from '../search/plan.ts';
import type { SharedTop, TopTask } from '../search/top/engine.ts';
import { arenaOf, type Job, joinOf, maxNeighbors, type SentJob, searchOf } from './job.ts';
import { type Found, putRow, resized } from './results.ts';
import { canShare } from './shared-memory.ts';

/**
 * What a thread can be asked, in this order; `parts` and `rows` again and again:
 *
 * - `job`: opens the job. Replies whether its metric is known.
 * - `plan`: plans the work of this number of threads. Replies a {@link ThreadPlan}.
 * - `attach`: takes part in building that index, as the thread of this number. Replies nothing.
 * - `build`: does the parts [from, to) of a phase of that index. Replies nothing.
 * - `engine`: chooses the engine and prepares it, for `sharing` threads that do it together. Replies a {@link JobPlan}.
 * - `follow`: takes part in what another thread has prepared. Replies nothing.
 * - `parts`: runs the parts [from, to) of the plan. Replies what it {@link Found}.
 * - `rows`: what is known of the valid windows [from, to). Replies `Rows`.
 * - `top`: opens a top-n search, instead of a job. Replies nothing.
 * - `topTask`: does one of its tasks. Replies a `TopResult`.
 * - `forget`: forgets the job. It is the only message without an answer.
 */
export type Request =
  | { readonly job: SentJob }
  | { readonly plan: number }
  | { readonly attach: BuildPlan; readonly thread: number }
  | { readonly build: readonly [phase: number, from: number, to: number] }
  | { readonly engine: EngineName; readonly sharing?: Sharing | undefined }
  | { readonly follow: SharedRun; readonly sharing: Sharing }
  | { readonly parts: readonly [from: number, to: number] }
  | { readonly rows: readonly [from: number, to: number] }
  | { readonly top: SharedTop }
  | { readonly topTask: TopTask }
  | { readonly forget: true };

/** What a worker answers: a reply, or what was thrown. Its first message, unasked, says that its module is loaded. */
export type Answer = { readonly reply: unknown } | { readonly error: unknown };

/** How many threads share the memory of a search, and which of them this one is. */
export type Sharing = Pick<JoinThreads, 'numThreads' | 'thread'>;

/** What the threads of a job do together before the engine is chosen. */
export interface ThreadPlan {
  /** The index that they build. */
  readonly index: BuildPlan | undefined;
  /** Whether one of them chooses and prepares the engine for all. */
  readonly isShared: boolean;
}

/** What the threads of one job must agree on, and what it takes. */
export interface JobPlan {
  readonly engine: ChosenEngine;
  readonly k: number;
  /** Windows without a missing value: those that something is found of. */
  readonly numRows: number;
  /** What each part costs, compared with the others. */
  readonly work: Float64Array;
  /** Whether windows are complete when their part is; if not, rows have to be collected and merged. */
  readonly isByRows: boolean;
  /** What the others need to take part in the search that one of them has prepared. */
  readonly shared: SharedRun | undefined;
}

/** A thread's work on a job: an index that it may build with others, parts in any order, and the rows they add to. */
export class Task {
  readonly #job: Job;
  readonly #join: Join;
  #index: SharedIndex | undefined;
  #run: Run | undefined;
  /** Rows that were found last. New ones take their place: memory that is new is slow. */
  #found: Found = { starts: new Int32Array(0), values: new Float64Array(0), indices: new Int32Array(0) };

  constructor(job: Job, join: Join = joinOf(job)) {
    this.#job = job;
    this.#join = join;
  }

  /** What `numThreads` threads do together before the engine is chosen. */
  plan(numThreads: number): ThreadPlan {
    const { isSelf, columns } = this.#join;
    const { engine } = this.#job;
    const k = maxNeighbors(this.#job, this.#join);
    if (!canShare()) return { index: undefined, isShared: false };
    const isIndexed = isSelf && needsIndex(engine, this.#join, k);
    const index = isIndexed ? planIndex(columns, k, numThreads, arenaOf(this.#job, this.#join)) : undefined;
    return { index, isShared: index !== undefined || takesDiagonals(engine, this.#join, k) };
  }

  /** Makes the planned index this task's own, as the thread of this number. */
  attach(plan: BuildPlan, thread: number): void {
    this.#index = attachIndex(this.#join, plan, thread);
  }

  /** Does the parts [from, to) of a phase of that index: see {@link BuildPlan}. */
  build(phase: number, from: number, to: number): void {
    for (let part = from; part < to; part++) this.#index!.build(phase, part);
  }

  /** Chooses the engine and prepares all that it needs, which takes a while for a long series. */
  prepare(engine: EngineName, sharing?: Sharing): JobPlan {
    const join = this.#join;
    const { engine: chosen, search, k } = searchOf({ ...this.#job, engine }, join);
    this.#share(sharing);
    const run = search.start(join, k, this.#job.byIndex);
    for (let p = 0; p < run.numCommon; p++) run.run(p, () => {});
    const work = Float64Array.from({ length: run.numParts - run.numCommon }, (_, p) => run.work(p + run.numCommon));
    this.#run = run;
    const { isByRows, shared } = run;
    return { engine: chosen, k, numRows: join.rows.starts.length, work, isByRows, shared };
  }

  /** Takes part in the search that another thread has prepared. */
  follow(shared: SharedRun, sharing: Sharing): void {
    this.#share(sharing);
    this.#run = attachDiagonals(this.#join, shared);
  }

  /** Tells the search that follows which threads do it together. It may lie where an index was. */
  #share(sharing: Sharing | undefined): void {
    const { series } = this.#job;
    const memory = arenaOf(this.#job, this.#join);
    this.#join.cache.threads = sharing && { ...sharing, arena: memory && { memory, values: series } };
  }

  /** Runs the parts [from, to) of `JobPlan.work`; returns what is known of the windows they complete. */
  run(from: number, to: number): Found {
    const job = this.#job;
    const run = this.#run!;
    const { numCommon } = run;
    const slots = job.byIndex ? maxNeighbors(job, this.#join) : 1;
    let found = this.#found;
    let numRows = 0;
    for (let p = from + numCommon; p < to + numCommon; p++) {
      run.run(p, (i, dist, index, base, count) => {
        if (numRows === found.starts.length) found = resized(job, found, Math.max(1024, 2 * numRows), slots);
        putRow(job, found, numRows * slots, dist, index, base, count, slots);
        found.starts[numRows++] = i;
      });
    }
    this.#found = found;
    return resized(job, found, numRows, slots);
  }

  /** What is known of the valid windows [from, to). */
  rows(from: number, to: number): Rows {
    return collectRows(this.#join, this.#run!, maxNeighbors(this.#job, this.#join), from, to);
  }
}
