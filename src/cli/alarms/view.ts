// What is shown of a detector in a stream: a score of every value, what is told besides, and what happened.
import type { StreamingDetector } from '../../core/streaming-detector.ts';
import type { Field, Note } from '../output/formats.ts';
import type { Memo } from './memo.ts';

/** A row while a detector takes its value. */
export interface Row {
  /** Its index in the stream, from 0. */
  readonly index: number;
  /** The text in the time column; '' without one. */
  readonly time: string;
  /** The name of its series, where rows are of several. */
  readonly series: string | undefined;
  /** The name of the value's column, or of its series and column. */
  readonly column: string | undefined;
  /** What is remembered of the column. */
  readonly memo: Memo;
  /** Of each of {@link View.fields} the number, or the text, that is told of this value. */
  tell(field: number, x: number | string): void;
  /** Says what happened at this value. */
  note(note: Note): void;
}

/** What is told of every value beside its score: a number, a flag or a text. */
export interface FieldKind extends Pick<Field, 'name' | 'isFlag'> {
  readonly isText?: true;
}

/** What is shown of a detector. */
export interface View<D extends StreamingDetector> {
  readonly fields: readonly FieldKind[];
  /** Scores at or above it are alarms; `undefined` where none are. */
  threshold?(detector: D): number;
  /** Updates the detector with a value; returns what is shown as its score. */
  update(detector: D, value: number, row: Row): number;
}

/** Shows what `update` returns. */
export const PLAIN_VIEW: View<StreamingDetector> = {
  fields: [],
  update: (detector, value) => detector.update(value),
};
