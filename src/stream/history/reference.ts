// A fixed reference: a series whose windows are the candidates of a stream, prepared once for all streams that share it.
import type { DistanceFunction, FittedMahalanobis } from '../../core/metric.ts';
import { SortedValues } from '../../core/sorted-values.ts';
import { embed, type Normalization, vectorsOf, type WindowSet } from '../../core/windows.ts';
import { indexVectors, type VectorSearch } from '../../search/kdtree/engine.ts';

/** Fewer windows are compared one by one: that takes less than the steps of a search in an index. */
const MIN_INDEXED = 4096;

/** Searches after which the windows are indexed: comparing every window has then taken about as long as that takes. */
const SEARCHES_PER_INDEX = 64;

/** After so many searches in it, an index that left more than this share of the windows to be compared is dropped. */
const TRIAL = 16;
const POOR_SHARE = 0.2;

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
  /** Searches so far, and the index, `null` where it cannot be built. */
  #searches: number;
  #index: VectorSearch | null | undefined;

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
    this.#searches = 0;
    this.#index = undefined;
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

  /**
   * The search for the `k` nearest windows in an index of them, which is built when enough searches were made; `undefined` for
   * the others, for few windows, for a function metric, and where an index tells few windows apart, as in long noise.
   */
  indexed(k: number): VectorSearch | undefined {
    if (this.#index === undefined) {
      if (typeof this.#metric === 'function' || this.vectors.starts.length < MIN_INDEXED) this.#index = null;
      else if (++this.#searches > SEARCHES_PER_INDEX) this.#index = indexVectors(this.vectors, k) ?? null;
    } else if (this.#index !== null && ++this.#searches === SEARCHES_PER_INDEX + TRIAL) {
      if (this.#index.refinements > TRIAL * POOR_SHARE * this.vectors.starts.length) this.#index = null;
    }
    return this.#index ?? undefined;
  }
}
