// A scoring job: everything it depends on as plain data, which another thread can be given, and its work in parts.
import { type Aggregation, aggregate } from '../core/aggregate.ts';
import { type DistanceFunction, FittedMahalanobis } from '../core/metric.ts';
import type { Steps } from '../core/steps.ts';
import { embed, endOf, type Normalization, validStarts, type WindowSet } from '../core/windows.ts';
import { brute } from '../search/brute.ts';
import { type ChosenEngine, chooseEngine, needsIndex } from '../search/choose.ts';
import { type Join, joinWith, type NeighborSearch, type Run, referenceJoin, selfJoin } from '../search/join.ts';
import { attachIndex, type BuildPlan, type IndexHolder, planIndex, type SharedIndex } from '../search/kdtree/index.ts';
import { collectRows, type Rows } from '../search/partial-rows.ts';
import type { EngineName } from '../search/plan.ts';
import { estimateSeconds } from '../search/plan.ts';
import { acquireArena, type Memory } from '../wasm/arena.ts';
import { canShare, sharedCopy } from './worker-pool.ts';

/** What a job is told beside its series. */
export interface JobSettings {
  readonly windowSize: number;
  readonly k: number;
  /** `undefined` is Euclidean distance. A job with a function stays on its thread: functions cannot be sent. */
  readonly metric: DistanceFunction | FittedMahalanobis | undefined;
  readonly normalize: Normalization;
  readonly aggregation: Aggregation;
  readonly exclusionZone: number;
  readonly side: 'both' | 'left';
  readonly engine: EngineName;
}

/** Scores of `series`, against itself or a reference. Missing values are NaN in both. */
export interface Job extends JobSettings {
  readonly series: Float64Array;
  readonly reference: Float64Array | undefined;
  /** The arena that holds `series`, if it lies in one: memory that its threads share and that can grow. */
  readonly arena?: Memory | undefined;
  /** The starts of the valid windows of `series`, if they lie there, too. */
  readonly starts?: Int32Array | undefined;
}

/** A series, and what is known of where it lies. */
type PlacedSeries = Pick<Job, 'series' | 'arena' | 'starts'>;

/** Series that are too short for threads, nearly always: a memory of their own would cost more than it saves. */
const SHORT = 4096;

/** Copies `values` into an arena with space for their index, an idle one if it fits; `undefined` where there is none. */
export function arenaSeries(values: Float64Array, windowSize: number): PlacedSeries | undefined {
  const { length } = values;
  const arena = length >= SHORT && canShare() ? acquireArena(length) : undefined;
  if (arena === undefined) return undefined;
  const { memory, series, starts } = arena;
  series.set(values);
  return { arena: memory, series, starts: validStarts(values, windowSize, starts) };
}

/** Copies `values` where threads can share them, into an arena if there is one. */
export function jobSeries(values: Float64Array, windowSize: number): PlacedSeries {
  return arenaSeries(values, windowSize) ?? { series: sharedCopy(values) };
}

/** The windows of `values` as they are compared: normalized, then whitened. */
export function windowsOf({ windowSize, normalize, metric, series, starts }: Job, values: Float64Array): WindowSet {
  const windows = embed(values, windowSize, normalize, values === series ? starts : undefined);
  // A metric that was sent is no longer an instance of its class.
  return typeof metric === 'object' ? new FittedMahalanobis(metric).whiten(windows) : windows;
}

/**
 * The search that the job is; `columns` are the windows of its reference, if these have been made before, and `indexHolder`
 * holds their index.
 */
export function joinOf(
  job: Job,
  columns: WindowSet | undefined = job.reference && windowsOf(job, job.reference),
  indexHolder?: IndexHolder,
): Join {
  const rows = windowsOf(job, job.series);
  return columns ? referenceJoin(rows, columns, indexHolder) : selfJoin(rows, job.exclusionZone, job.side);
}

/** The same for the only thread that does the job: an index may be built beside the series. */
export function joinAlone(job: Job, columns?: WindowSet, indexHolder?: IndexHolder): Join {
  const join = joinOf(job, columns, indexHolder);
  return joinWith(join, { arena: arenaOf(job, join) });
}

/** The job's arena, if it holds the values of the columns. */
function arenaOf({ series, arena }: Job, { columns }: Join): Memory | undefined {
  return columns.data === series ? arena : undefined;
}

/** How many neighbors can be found, at least 1. */
function mostNeighbors({ k }: Pick<JobSettings, 'k'>, { columns }: Join): number {
  return Math.max(1, Math.min(k, columns.starts.length));
}

/** The search that serves the join, and the number of neighbors that can be found, at least 1. */
export function searchOf(
  { metric, engine, k }: JobSettings,
  join: Join,
): { engine: ChosenEngine; search: NeighborSearch; k: number } {
  const most = mostNeighbors({ k }, join);
  if (typeof metric === 'function') return { engine: 'brute', search: brute(metric), k: most };
  return { ...chooseEngine(engine, join, most), k: most };
}

/** The score of `count` neighbors; `dist` holds s, or the values of a function metric. */
export function scoreOf(job: JobSettings, dist: Float64Array, base: number, count: number): number {
  return aggregate(job.aggregation, typeof job.metric !== 'function', dist, base, count);
}

/** Seconds that one thread needs, about. */
export function estimateJob(job: Job): number {
  const { series, reference, windowSize: width, k, metric, normalize, engine } = job;
  const numWindows = (values: Float64Array): number => Math.max(0, values.length - width + 1);
  const numRows = numWindows(series);
  const numColumns = numWindows(reference ?? series);
  const shape = {
    numRows,
    numColumns,
    width,
    k,
    isSelf: reference === undefined,
    diagonal: metric === undefined,
    isLazy: normalize !== 'none',
  };
  return estimateSeconds(shape, engine, typeof metric === 'function');
}

/** Scores to fill at a time: touching memory for the first time may take a microsecond for so few as a hundred. */
const FILLED = 65536;

/** As many scores as the series has values: 0 before the first full window, NaN until more is known. */
export function* emptyScores({ series, windowSize }: Job): Steps<Float64Array> {
  const scores = new Float64Array(series.length);
  for (let from = Math.min(series.length, windowSize - 1); from < series.length; from += FILLED) {
    scores.fill(NaN, from, from + FILLED);
    yield;
  }
  return scores;
}

/** What the threads of one job must agree on, and what it takes. */
export interface JobPlan {
  readonly engine: ChosenEngine;
  readonly k: number;
  /** Windows that are scored. */
  readonly numRows: number;
  /** What each part costs, compared with the others. */
  readonly work: Float64Array;
  /** Whether scores are complete when their part is; if not, rows have to be collected and merged. */
  readonly isByRows: boolean;
}

/** What a thread can be asked, in this order; parts and rows again and again. There is no answer to a rest. */
export type Request =
  | { readonly job: Job }
  | { readonly draft: number }
  | { readonly share: BuildPlan; readonly thread: number }
  | { readonly build: readonly [phase: number, from: number, to: number] }
  | { readonly engine: EngineName }
  | { readonly parts: readonly [from: number, to: number] }
  | { readonly rows: readonly [from: number, to: number] }
  | { readonly rest: true };

/** Scores and their places in the series. */
export interface Scores {
  readonly at: Int32Array;
  readonly scores: Float64Array;
}

/** A thread's share of a job: an index that it may build with others, parts in any order, then what they say about the rows. */
export class Task {
  readonly #job: Job;
  readonly #join: Join;
  #index: SharedIndex | undefined;
  #run: Run | undefined;
  readonly #found: FoundScores;

  constructor(job: Job, join: Join = joinOf(job)) {
    this.#job = job;
    this.#join = join;
    this.#index = undefined;
    this.#run = undefined;
    this.#found = new FoundScores();
  }

  /** The index that so many threads had better build together before the engine is chosen, if there is one. */
  draft(numThreads: number): BuildPlan | undefined {
    const { isSelf, columns } = this.#join;
    const k = mostNeighbors(this.#job, this.#join);
    const isShared = isSelf && canShare() && needsIndex(this.#job.engine, this.#join, k);
    return isShared ? planIndex(columns, k, numThreads, arenaOf(this.#job, this.#join)) : undefined;
  }

  /** Takes the index of a draft for its own, as the thread of this number. */
  share(draft: BuildPlan, thread: number): void {
    this.#index = attachIndex(this.#join, draft, thread);
  }

  /** Does the parts [from, to) of a phase of that index: see {@link BuildPlan}. */
  build(phase: number, from: number, to: number): void {
    for (let part = from; part < to; part++) this.#index!.build(phase, part);
  }

  /** Prepares all that is still missing, which takes a while for a long series: the choice of the engine, its index. */
  prepare(engine: EngineName): JobPlan {
    const join = this.#join;
    const { engine: chosen, search, k } = searchOf({ ...this.#job, engine }, join);
    const run = search.start(join, k, false);
    for (let p = 0; p < run.numCommon; p++) run.run(p, () => {});
    const work = Float64Array.from({ length: run.numParts - run.numCommon }, (_, p) => run.work(p + run.numCommon));
    this.#run = run;
    return { engine: chosen, k, numRows: join.rows.starts.length, work, isByRows: run.isByRows };
  }

  /** Runs the parts [from, to) of `JobPlan.work`: the scores they complete. */
  run(from: number, to: number): Scores {
    const found = this.#found;
    const run = this.#run!;
    const { numCommon } = run;
    for (let p = from + numCommon; p < to + numCommon; p++) {
      run.run(p, (i, dist, _index, base, count) => {
        found.add(endOf(i, this.#job.windowSize), scoreOf(this.#job, dist, base, count));
      });
    }
    return found.take();
  }

  /** What is known of the valid windows [from, to). */
  rows(from: number, to: number): Rows {
    return collectRows(this.#join, this.#run!, mostNeighbors(this.#job, this.#join), from, to);
  }
}

/** Scores as they come. Its arrays are kept: memory that is touched for the first time is dear, and cannot be by two at once. */
class FoundScores {
  #at: Int32Array;
  #scores: Float64Array;
  #count: number;

  constructor() {
    this.#at = new Int32Array(1024);
    this.#scores = new Float64Array(1024);
    this.#count = 0;
  }

  add(at: number, score: number): void {
    if (this.#count === this.#at.length) this.#grow();
    this.#at[this.#count] = at;
    this.#scores[this.#count++] = score;
  }

  /** What has come since the last time. */
  take(): Scores {
    const count = this.#count;
    this.#count = 0;
    return { at: this.#at.slice(0, count), scores: this.#scores.slice(0, count) };
  }

  #grow(): void {
    const at = new Int32Array(2 * this.#count);
    const scores = new Float64Array(2 * this.#count);
    at.set(this.#at);
    scores.set(this.#scores);
    this.#at = at;
    this.#scores = scores;
  }
}
