// The options of figures: what can be drawn, and how.
import type { LabeledRange } from '../core/labeled-range.ts';
import type { Series } from '../core/series.ts';

/** The times of a series, numbers or dates: one per value, not falling. */
export type Times = ArrayLike<number> | readonly Date[];

/** Colors for light pages, for dark pages, or for the reader's preference. */
export type Theme = 'auto' | 'light' | 'dark';

/** A part of a series from one index to another, both inclusive: an anomaly as `locate` finds it, a window. */
export interface PlottedAnomaly {
  readonly begin: number;
  readonly end: number;
}

/** The scores of one detector. */
export interface PlottedScore {
  /** The detector's name. */
  readonly label: string;
  /** A score per value of the series; missing ones are gaps. */
  readonly values: Series;
  /** A line across the panel. */
  readonly threshold?: number;
  /**
   * Indices that are marked, here and in the series. Default: with a threshold, the first value of every run of scores
   * above it; else none.
   */
  readonly alarms?: ArrayLike<number>;
  /**
   * Number of values that a score is about: those up to the one where it stands. With more than one, the series is shaded
   * from the begin of an alarm's window to its end (of the last window above the threshold, if alarms are found by it), where
   * else the alarm's value has a ring. Default: 1.
   */
  readonly windowSize?: number;
  /** Number of scores at the start that say nothing, because the detector has seen too little: not drawn. Default: 0. */
  readonly warmup?: number;
  /** The range of the panel's axis, such as without the first scores of a detector. Default: 0 and all scores. */
  readonly range?: readonly [least: number, largest: number];
}

/** What is normal at each value of a series, such as `low`, `high` and `expected` of a monitor before the value came. */
export interface PlottedBand {
  /** The ends, one per value of the series. NaN in both where they are not known; an open end is infinite. */
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  /** A thin dashed line, one number per value of the series, NaN where none is known. Default: no line. */
  readonly expected?: ArrayLike<number>;
}

/** One series with what belongs to it. */
export interface PlottedSeries {
  /** The values; missing ones are gaps. At least one value. */
  readonly series: Series;
  /** Name of the series. Default: `series`. */
  readonly name?: string;
  /** Unit of the values, such as `ms` or `%`: written behind the numbers of the axis. Default: none. */
  readonly unit?: string;
  /**
   * An area behind the series, and a line. The axis is that of the series, extended by a quarter of its range at most: a band
   * that is wider ends at the edge of the panel.
   */
  readonly band?: PlottedBand;
  /** Panels beneath the series, from top to bottom. */
  readonly scores?: readonly PlottedScore[];
  /** Parts of the series that are shaded, such as those that `locate` finds. */
  readonly anomalies?: readonly PlottedAnomaly[];
  /** What the legend calls them. Default: `anomaly`. */
  readonly anomalyName?: string;
  /** Parts of the time axis that are marked from top to bottom, in times; in indices if there are no times. */
  readonly labels?: readonly LabeledRange<number | Date>[];
}

/** What all panels of a figure have in common. */
export interface PlotFrame {
  /** Default: indices from 0. A line joins neighbors, however far apart: `regularize` puts missing values into holes. */
  readonly time?: Times;
  /** Whose clocks the axis of dates shows: a zone such as `Europe/Berlin`, or an offset such as `+09:00`. Default: `UTC`. */
  readonly timezone?: string;
  readonly title?: string;
  /** A line under the title. */
  readonly subtitle?: string;
  /** Name of the time axis, shown beneath it. Default: the time zone of dates, else none. */
  readonly timeName?: string;
  /** Pixels, 200 to 10 000. Default: 880. */
  readonly width?: number;
  /** Pixels, at least what the panels need. Default: 120 to 150 for the series and 90 for every score, less for several series. */
  readonly height?: number;
  /** Default: `'auto'`. */
  readonly theme?: Theme;
}

/** Several series on one time axis, and ranges that are marked in all of them. */
export interface PlottedPanels {
  /** From top to bottom, all of the same length; at least one. */
  readonly panels: readonly PlottedSeries[];
  readonly labels?: readonly LabeledRange<number | Date>[];
}

/** What {@link plotSVG} draws: one series, or several in `panels`. */
export type PlotOptions = PlotFrame & (PlottedSeries | PlottedPanels);
