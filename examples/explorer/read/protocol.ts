// What the page and the worker that reads files tell each other.
import type { Columns } from './inspect.ts';

/** What is to be read. */
export interface ReadOptions {
  /** Options of the command line about the input, such as `--decimal ,`. */
  readonly options: string;
  /** `undefined`: the first column of numbers. */
  readonly column: string | undefined;
  /** `undefined`: the first column of times, `''`: none. */
  readonly time: string | undefined;
}

/** Where values stand in time. */
export interface Grid {
  /** The time of the first value: milliseconds since 1970, or a number of the time column. */
  readonly start: number;
  readonly step: number;
  readonly isDate: boolean;
}

/** A series that was read. */
export interface Opened {
  readonly name: string;
  readonly column: string | undefined;
  readonly time: string | undefined;
  readonly columns: Columns;
  /** One value per step of time. */
  readonly values: Float64Array;
  /** `undefined`: values are counted. */
  readonly grid: Grid | undefined;
  /** Rows that were read. */
  readonly numRows: number;
  /** Whether values are where rows were: none was absent, none came twice, all were in order. */
  readonly isPlain: boolean;
  /** What the command line would say on standard error. */
  readonly notices: readonly string[];
}

/** A label as a range of indices, both ends inclusive. */
export interface LabelRange {
  readonly begin: number;
  readonly end: number;
  readonly name: string;
}

export type ReadRequest =
  | { readonly type: 'add'; readonly name: string; readonly file: Blob }
  | ({ readonly type: 'open'; readonly job: number; readonly name: string } & ReadOptions)
  | { readonly type: 'labels'; readonly job: number; readonly name: string }
  | { readonly type: 'column-labels'; readonly job: number; readonly column: string }
  | { readonly type: 'rows'; readonly job: number; readonly scores: Float64Array };

export type ReadAnswer =
  | { readonly job: number; readonly opened: Opened }
  | { readonly job: number; readonly labels: readonly LabelRange[] }
  | { readonly job: number; readonly csv: Blob }
  | { readonly job: number; readonly failure: string; readonly columns: Columns | undefined };
