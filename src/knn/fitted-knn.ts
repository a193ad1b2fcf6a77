// FittedKNN: the batch detector with the windows of a reference instead of the series' own.

import { checkOptions } from '../core/checks.ts';
import type { Series } from '../core/series.ts';
import { atOnce, lastOf } from '../core/steps.ts';
import { THREAD_OPTIONS, type ThreadOptions } from '../threads/options.ts';
import type { Explanation } from './explain.ts';
import { type Neighbors, type Refinements, Scorer, type ScoresLike } from './scorer.ts';
import type { Settings } from './settings.ts';
import { TOP_OPTIONS } from './top.ts';
import type { Anomaly } from './top-anomalies.ts';
import type { TopOptions, TopRefinements } from './top-types.ts';

/** A detector that compares every window with those of a reference: see `KNN.fit`. Reusable over many series. */
export class FittedKNN {
  readonly windowSize: number;
  readonly k: number;
  readonly #scorer: Scorer;

  /** @internal */
  constructor(settings: Settings, reference: Series) {
    this.windowSize = settings.windowSize;
    this.k = settings.k;
    this.#scorer = new Scorer(settings, { reference, isKept: true });
    atOnce(this.#scorer.fitReference());
  }

  /** Scores against the reference: see `KNN.score`. */
  score<S extends Series>(series: S): ScoresLike<S> {
    return this.#scorer.score(series);
  }

  /** The same by threads: see `KNN.scoreAsync`. They index the reference anew at every call. */
  async scoreAsync<S extends Series>(series: S, options: ThreadOptions = {}): Promise<ScoresLike<S>> {
    checkOptions(options, THREAD_OPTIONS);
    return this.#scorer.scoreAsync(series, options);
  }

  /** Scores that improve: see `KNN.refine`. */
  async *refine<S extends Series>(series: S, options: ThreadOptions = {}): Refinements<ScoresLike<S>> {
    checkOptions(options, THREAD_OPTIONS);
    yield* this.#scorer.refine(series, options);
  }

  /** The strangest places: see `KNN.top`. */
  top(series: Series, n: number, options: TopOptions = {}): Anomaly[] {
    checkOptions(options, TOP_OPTIONS);
    return this.#scorer.top(series, n, options);
  }

  /** The same by threads: see `KNN.topAsync`. */
  async topAsync(series: Series, n: number, options: ThreadOptions & TopOptions = {}): Promise<Anomaly[]> {
    return (await lastOf(this.topRefine(series, n, options))).places;
  }

  /** Places as they become known: see `KNN.topRefine`. */
  async *topRefine(series: Series, n: number, options: ThreadOptions & TopOptions = {}): TopRefinements {
    checkOptions(options, [...THREAD_OPTIONS, ...TOP_OPTIONS]);
    yield* this.#scorer.topRefine(series, n, options);
  }

  /** Neighbors among the reference's windows: see `KNN.neighbors`. */
  neighbors(series: Series): Neighbors {
    return this.#scorer.neighbors(series);
  }

  /** The same by threads: see `KNN.neighborsAsync`. They index the reference anew at every call. */
  async neighborsAsync(series: Series, options: ThreadOptions = {}): Promise<Neighbors> {
    checkOptions(options, THREAD_OPTIONS);
    return this.#scorer.neighborsAsync(series, options);
  }

  /** See `KNN.explain`; the neighbors' indices are indices of the reference. */
  explain(series: Series, t: number): Explanation;
  explain(series: Series, t: readonly number[]): Explanation[];
  explain(series: Series, t: number | readonly number[]): Explanation | Explanation[] {
    return this.#scorer.explain(series, t);
  }
}
