// The range that stands for an anomaly or a known fault, the same for metrics and for figures.

/**
 * A part of a series or of its time axis, both ends inclusive, such as a known fault.
 *
 * `T` is what `begin` and `end` are: indices for the metrics of `knn-anomaly/evaluate`; indices, times as numbers or dates
 * for the figures of `knn-anomaly/plot`. A range of indices fits both.
 */
export interface LabeledRange<T extends number | Date = number> {
  readonly begin: T;
  readonly end: T;
  /** What the range is called in a figure; metrics do not read it. */
  readonly label?: string;
}
