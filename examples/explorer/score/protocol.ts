// What the page and the worker of a panel tell each other.
import type { WindowSuggestion } from 'knn-anomaly';
import type { Grid } from '../read/protocol.ts';
import type { Detector } from './detectors.ts';

/** A place that stands out. */
export interface Place {
  /** Where its score stands. */
  readonly index: number;
  readonly score: number;
  /** The values that it is about. */
  readonly begin: number;
  readonly end: number;
}

/** An incident of a monitor. */
export interface Span {
  readonly begin: number;
  readonly end: number;
  readonly peak: number;
  readonly surprise: number;
}

/** A series and where it stands in time. */
export interface TimedSeries {
  readonly values: Float64Array;
  readonly grid: Grid | undefined;
  /** The zone of dates; `undefined`: the browser's. */
  readonly zone: string | undefined;
}

/** From the page. */
export type Request =
  | ({ readonly type: 'series' } & TimedSeries)
  | { readonly type: 'score'; readonly job: number; readonly detector: Detector }
  | { readonly type: 'explain'; readonly job: number; readonly detector: Detector; readonly place: Place }
  | { readonly type: 'suggest'; readonly job: number }
  | { readonly type: 'stop' };

/** The scores of a panel, or upper bounds of them. */
export interface Scored {
  readonly type: 'scored';
  readonly job: number;
  readonly scores: Float64Array;
  /** Whether these are the scores themselves. */
  readonly exact: boolean;
  /** The strangest places so far, strangest first. */
  readonly places: readonly Place[];
  /** Of a monitor, at its threshold. */
  readonly incidents: readonly Span[] | undefined;
  /** Indices at which a monitor raised alarms. */
  readonly alarms: readonly number[] | undefined;
  /** Since the job began. */
  readonly milliseconds: number;
}

/** Why a place stands out. */
export interface Explained {
  readonly type: 'explained';
  readonly job: number;
  readonly text: string;
  /** The window of the place, from `start` on. */
  readonly start: number;
  readonly windowSize: number;
  /** What was expected in its place; NaN where nothing was. */
  readonly expected: Float64Array;
  /** The first value of each neighbor. */
  readonly neighbors: readonly { readonly start: number; readonly distance: number }[];
}

/** The window that fits the series; `undefined` where no period is found. */
export interface Suggested {
  readonly type: 'suggested';
  readonly job: number;
  readonly suggestion: WindowSuggestion | undefined;
}

/** From the worker. */
export type Answer =
  | Scored
  | Explained
  | Suggested
  | { readonly type: 'progress'; readonly job: number; readonly share: number; readonly remaining: number }
  | { readonly type: 'failed'; readonly job: number; readonly message: string };
