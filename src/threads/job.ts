// A job as plain data, which another thread can be given, and the search that this data describes.
import type { Aggregation } from '../core/aggregate.ts';
import { type DistanceFunction, FittedMahalanobis } from '../core/metric.ts';
import { embed, type Normalization, validStarts, type WindowSet } from '../core/windows.ts';
import { brute } from '../search/brute.ts';
import { type ChosenEngine, chooseEngine } from '../search/choose.ts';
import { type Join, joinWith, type NeighborSearch, referenceJoin, selfJoin } from '../search/join.ts';
import type { IndexHolder } from '../search/kdtree/index.ts';
import type { EngineName } from '../search/plan.ts';
import { acquireArena, type Memory } from '../wasm/arena.ts';
import { canShare, sharedCopy } from './shared-memory.ts';

/** The settings of a job: everything but its series. */
export interface JobSettings {
  readonly windowSize: number;
  readonly k: number;
  /** `undefined` is Euclidean distance. Functions cannot be sent: see {@link SentJob}. */
  readonly metric: DistanceFunction | FittedMahalanobis | undefined;
  readonly normalize: Normalization;
  readonly aggregation: Aggregation;
  readonly exclusionZone: number;
  readonly side: 'both' | 'left';
  readonly engine: EngineName;
}

/** Scores or neighbors of the windows of `series`, against itself or a reference. Missing values are NaN in both. */
export interface Job extends JobSettings {
  /** Whether the neighbors are wanted: the first k in the order (s, j). A score needs their distances only. */
  readonly byIndex: boolean;
  readonly series: Float64Array;
  readonly reference: Float64Array | undefined;
  /** The arena that holds `series`, if it lies in one: memory that its threads share and that can grow. */
  readonly arena?: Memory | undefined;
  /** The starts of the valid windows of `series`, if they lie in that arena, too. */
  readonly starts?: Int32Array | undefined;
}

/** What a worker is sent instead of a function. */
export interface NamedMetric {
  readonly kind: 'named';
  /** Its name in ml-distance. */
  readonly name: string;
  /** The exponent of `minkowski`. */
  readonly p: number | undefined;
}

/** A job on its way to a worker: a function as metric has become its name. */
export type SentJob = Omit<Job, 'metric'> & { readonly metric: FittedMahalanobis | NamedMetric | undefined };

/** A series and the memory it lies in. */
export type StoredSeries = Pick<Job, 'series' | 'arena' | 'starts'>;

/** Shorter series get no arena: making one would cost more than threads save. */
const MIN_ARENA_LENGTH = 4096;

/**
 * Copies `values` into an arena with space for their index, an idle one if it fits; `undefined` where there is none.
 */
export function arenaSeries(values: Float64Array, windowSize: number): StoredSeries | undefined {
  const { length } = values;
  const arena = length >= MIN_ARENA_LENGTH && canShare() ? acquireArena(length) : undefined;
  if (arena === undefined) return undefined;
  const { memory, series, starts } = arena;
  series.set(values);
  return { arena: memory, series, starts: validStarts(values, windowSize, starts) };
}

/** Copies `values` to where threads can share them: into an arena if there is one. */
export function jobSeries(values: Float64Array, windowSize: number): StoredSeries {
  return arenaSeries(values, windowSize) ?? { series: sharedCopy(values) };
}

/** The windows of `values` as they are compared: normalized, then whitened. */
export function windowsOf({ windowSize, normalize, metric, series, starts }: Job, values: Float64Array): WindowSet {
  const windows = embed(values, windowSize, normalize, values === series ? starts : undefined);
  // A metric that was sent is no longer an instance of its class.
  return typeof metric === 'object' ? new FittedMahalanobis(metric).whiten(windows) : windows;
}

/**
 * The join that the job asks for. `columns` are the windows of its reference, if these have been made before, and
 * `indexHolder` holds their index.
 */
export function joinOf(
  job: Job,
  columns: WindowSet | undefined = job.reference && windowsOf(job, job.reference),
  indexHolder?: IndexHolder,
): Join {
  const rows = windowsOf(job, job.series);
  return columns ? referenceJoin(rows, columns, indexHolder) : selfJoin(rows, job.exclusionZone, job.side);
}

/** The same join for a thread that does the whole job: it may build an index in the job's arena. */
export function joinInArena(job: Job, columns?: WindowSet, indexHolder?: IndexHolder): Join {
  const join = joinOf(job, columns, indexHolder);
  return joinWith(join, { arena: arenaOf(job, join) });
}

/** The job's arena, if it holds the values of the columns. */
export function arenaOf({ series, arena }: Job, { columns }: Join): Memory | undefined {
  return columns.data === series ? arena : undefined;
}

/** The largest number of neighbors that a row can have, at least 1. */
export function maxNeighbors({ k }: Pick<JobSettings, 'k'>, { columns }: Join): number {
  return Math.max(1, Math.min(k, columns.starts.length));
}

/** The search that serves the join, and the largest number of neighbors that a row can have. */
export function searchOf(
  { metric, engine, k }: JobSettings,
  join: Join,
): { engine: ChosenEngine; search: NeighborSearch; k: number } {
  const most = maxNeighbors({ k }, join);
  if (typeof metric === 'function') return { engine: 'brute', search: brute(metric), k: most };
  return { ...chooseEngine(engine, join, most), k: most };
}
