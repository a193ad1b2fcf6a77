// What a user says about how an input is written. Whatever is not said is found from the content.
import { ANY_NOTATION, type Notation } from './numbers.ts';

/** What is done about a line that cannot be read: it ends the reading, is left out, or is a row whose values are missing. */
export type BadLinesRule = 'stop' | 'skip' | 'missing';

/** How an input is written. */
export interface Dialect {
  /** What separates cells: a character, `' '` for runs of blanks, `''` for nothing. */
  readonly delimiter: string | undefined;
  /** Lines that begin so are left out. */
  readonly comment: string | undefined;
  /** Number of lines at the beginning that are left out. */
  readonly skipLines: number;
  readonly notation: Notation;
  /** A name of `TIME_FORMATS` or a pattern of `strptime`. */
  readonly timeFormat: string | undefined;
  /** Rows with another text in this column are left out. */
  readonly where: { readonly column: string; readonly value: string } | undefined;
  /** Whether JSON lines without the field are left out. */
  readonly isSparse: boolean;
  /** Where the values of a JSON document are. */
  readonly path: string | undefined;
  /** A name that `TextDecoder` knows. */
  readonly encoding: string | undefined;
  /** What is done about lines that cannot be read. */
  readonly badLines: BadLinesRule;
}

/** Nothing is said. */
export const ANY_DIALECT: Dialect = {
  delimiter: undefined,
  comment: '#',
  skipLines: 0,
  notation: ANY_NOTATION,
  timeFormat: undefined,
  where: undefined,
  isSparse: false,
  path: undefined,
  encoding: undefined,
  badLines: 'stop',
};

/** The input formats. */
export type InputFormat = 'lines' | 'csv' | 'json' | 'row';

/** How an input is to be read. */
export interface InputOptions {
  readonly format: InputFormat | 'auto';
  /** Names or numbers of CSV columns. */
  readonly columns: readonly string[];
  /** Paths of JSON fields. */
  readonly fields: readonly string[];
  /** A column or field with the time. */
  readonly time: string | undefined;
  /** How it is written; what is not said is found from the content. */
  readonly dialect?: Dialect;
  /** Whether scores are wanted: those of an output of this program are found. */
  readonly isScores?: boolean;
}
