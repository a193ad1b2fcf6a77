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

/** What a blank line is worth where it stands for a missing value. */
export type Blanks =
  /** A row at once: whoever sent it waits for its answer. */
  | 'answered'
  /** A row if something follows, and nothing at the end of the input. */
  | 'held';

/** Rows that are missing values. */
export class BlankRows {
  readonly #table: Table;
  readonly #blanks: Blanks;
  #held: number;

  constructor(table: Table, blanks: Blanks) {
    this.#table = table;
    this.#blanks = blanks;
    this.#held = 0;
  }

  add(): void {
    this.#held++;
    if (this.#blanks === 'answered') this.flush();
  }

  /** Something follows: the rows held back become missing values. */
  flush(): void {
    for (; this.#held > 0; this.#held--) {
      for (const { values } of this.#table.columns) values.push(NaN);
      this.#table.times?.push('');
    }
  }
}

/** One number per line. A blank line is a missing value. */
export function numberLines(blanks: Blanks): RowReader {
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
