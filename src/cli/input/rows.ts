// What the readers of the three formats have in common, and the reader of one number per line.
import { isBlank, notANumber, parseCell } from './cells.ts';
import { emptyTable, type Table } from './columns.ts';

/** Takes the lines of an input one after the other and fills a table. */
export interface RowReader {
  readonly table: Table;
  /** `lineNumber` counts from 1. */
  push(line: string, lineNumber: number): void;
  /** After the last line. */
  end(): void;
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

/** One number per line. A blank line is a missing value. */
export function numberLines(blanks: BlankLines): RowReader {
  const table = emptyTable([undefined], false);
  const values = table.columns[0]!.values;
  const blank = new BlankRows(table, blanks);
  return {
    table,
    push(line, lineNumber) {
      const x = parseCell(line);
      if (x === undefined) notANumber(line, lineNumber);
      if (Number.isNaN(x) && isBlank(line)) {
        blank.add();
        return;
      }
      blank.flush();
      values.push(x);
    },
    end() {},
  };
}
