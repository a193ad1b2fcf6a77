// FittedKNN: the batch detector with the windows of a reference instead of the series' own.
import type { Series } from '../core/series.ts';
import { atOnce } from '../core/steps.ts';
import type { ThreadOptions } from '../threads/options.ts';
import type { Explanation } from './explain.ts';
import { type Neighbors, type Refinements, Scorer, type ScoresLike, type Settings } from './scorer.ts';

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
  scoreAsync<S extends Series>(series: S, options: ThreadOptions = {}): Promise<ScoresLike<S>> {
    return this.#scorer.scoreAsync(series, options);
  }

  /** Scores that improve: see `KNN.refine`. */
  refine<S extends Series>(series: S, options: ThreadOptions = {}): Refinements<ScoresLike<S>> {
    return this.#scorer.refine(series, options);
  }

  /** Neighbors among the reference's windows: see `KNN.neighbors`. */
  neighbors(series: Series): Neighbors {
    return this.#scorer.neighbors(series);
  }

  /** See `KNN.explain`; the neighbors' indices are indices of the reference. */
  explain(series: Series, t: number): Explanation;
  explain(series: Series, t: readonly number[]): Explanation[];
  explain(series: Series, t: number | readonly number[]): Explanation | Explanation[] {
    return this.#scorer.explain(series, t);
  }
}
