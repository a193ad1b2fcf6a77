// A fixed reference: a series whose windows are the candidates of a stream, prepared once for all streams that share it.
import type { DistanceFunction, FittedMahalanobis } from '../../core/metric.ts';
import { SortedValues } from '../../core/sorted-values.ts';
import { embed, type Normalization, vectorsOf, type WindowSet } from '../../core/windows.ts';

/**
 * The values of a reference, and what histories search in. Each structure is made when the first history asks for it; all
 * histories with this reference, such as those of a fleet, share it.
 */
export class Reference {
  /** NaN: missing. */
  readonly values: Float64Array;
  readonly #windowSize: number;
  readonly #normalize: Normalization;
  readonly #metric: DistanceFunction | FittedMahalanobis | undefined;
  #sorted: SortedValues | undefined;
  #vectors: WindowSet | undefined;

  constructor(
    values: Float64Array,
    windowSize: number,
    normalize: Normalization,
    metric: DistanceFunction | FittedMahalanobis | undefined,
  ) {
    this.values = values;
    this.#windowSize = windowSize;
    this.#normalize = normalize;
    this.#metric = metric;
    this.#sorted = undefined;
    this.#vectors = undefined;
  }

  /** The values that are not missing, sorted: the candidates for windowSize 1. */
  get sorted(): SortedValues {
    if (this.#sorted === undefined) {
      this.#sorted = new SortedValues();
      for (const x of this.values) if (!Number.isNaN(x)) this.#sorted.insert(x);
    }
    return this.#sorted;
  }

  /** The vectors of the windows, normalized and whitened as the metric asks. */
  get vectors(): WindowSet {
    if (this.#vectors === undefined) {
      const windows = embed(this.values, this.#windowSize, this.#normalize);
      this.#vectors = typeof this.#metric === 'object' ? this.#metric.whiten(windows) : vectorsOf(windows);
    }
    return this.#vectors;
  }
}
