// What the readers of the three formats have in common, and the reader of one number per line.
import { isBlank } from './cells.ts';
import { emptyTable, type Table } from './columns.ts';
import type { Dialect } from './dialect.ts';
import { NumberColumn } from './numbers.ts';

/** Takes the lines of an input one after the other and fills a table. */
export interface RowReader {
  readonly table: Table;
  /** `lineNumber` counts from 1. */
  push(line: string, lineNumber: number): void;
  /** After the last line. */
  end(): void;
  /** What is to be said about what was read. */
  notices(): string[];
}

/** When a blank line that stands for a missing value becomes a row. */
export type BlankLines =
  /** At once: the sender of the line waits for its answer. */
  | 'immediate'
  /** When another row follows. Blank lines at the end of the input are no rows. */
  | 'deferred';

/** Turns blank lines into rows of missing values. */
export class BlankRows {
  readonly #table: Table;
  readonly #blanks: BlankLines;
  #numDeferred: number;

  constructor(table: Table, blanks: BlankLines) {
    this.#table = table;
    this.#blanks = blanks;
    this.#numDeferred = 0;
  }

  add(): void {
    this.#numDeferred++;
    if (this.#blanks === 'immediate') this.flush();
  }

  /** Another row follows: the deferred blank lines become rows. */
  flush(): void {
    for (; this.#numDeferred > 0; this.#numDeferred--) {
      for (const { values } of this.#table.columns) values.push(NaN);
      this.#table.times?.push('');
    }
  }
}

/**
 * One number per line. A blank line is a missing value.
 *
 * @param sample the first lines, which may say how decimals are written
 */
export function numberLines(sample: readonly string[], { notation, comment }: Dialect, blanks: BlankLines): RowReader {
  const table = emptyTable([undefined], false);
  const column = new NumberColumn(table.columns[0]!.values, notation, undefined, blanks === 'deferred', sample);
  const blank = new BlankRows(table, blanks);
  const isComment = (line: string): boolean => comment !== undefined && line.startsWith(comment);
  const commentCode = comment?.charCodeAt(0);
  return {
    table,
    push(line, lineNumber) {
      const first = line.charCodeAt(0);
      if (!(first > 44) || first === commentCode) {
        if (isBlank(line)) {
          blank.add();
          return;
        }
        if (isComment(line)) return;
      }
      blank.flush();
      column.push(line, lineNumber);
    },
    end: () => column.end(),
    notices: () => (column.notice === undefined ? [] : [column.notice]),
  };
}

/** All numbers of all lines, between blanks, commas or semicolons, as one series. */
export function numberRow({ notation, comment }: Dialect): RowReader {
  const table = emptyTable([undefined], false);
  const column = new NumberColumn(table.columns[0]!.values, notation, undefined, false);
  const between = notation.decimal === ',' ? /[\s;]+/ : /\s*[,;]\s*|\s+/;
  return {
    table,
    push(line, lineNumber) {
      if (isBlank(line) || (comment !== undefined && line.startsWith(comment))) return;
      for (const cell of line.trim().split(between)) column.push(cell, lineNumber);
    },
    end: () => column.end(),
    notices: () => (column.notice === undefined ? [] : [column.notice]),
  };
}
