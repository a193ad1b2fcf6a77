// What the readers of the three formats have in common, and the reader of one number per line.
import { isBlank, notANumber, parseCell } from './cells.ts';
import type { Table } from './table.ts';

/** Takes the lines of an input one after the other and fills a table. */
export interface RowReader {
  readonly table: Table;
  /** `lineNumber` counts from 1. */
  push(line: string, lineNumber: number): void;
  /** After the last line. */
  end(): void;
}

/** Counts rows that are missing values if something follows them, and nothing if they end the input. */
export class PendingRows {
  #count: number;

  constructor() {
    this.#count = 0;
  }

  add(): void {
    this.#count++;
  }

  /** Something follows: the rows held back become missing values. */
  flush(table: Table): void {
    if (this.#count === 0) return;
    for (; this.#count > 0; this.#count--) {
      for (const { values } of table.columns) values.push(NaN);
      table.times?.push('');
    }
  }
}

/** One number per line. A blank line is a missing value, but blank lines at the end are nothing. */
export function numberLines(table: Table): RowReader {
  const values = table.columns[0]!.values;
  const blank = new PendingRows();
  return {
    table,
    push(line, lineNumber) {
      const x = parseCell(line);
      if (x === undefined) notANumber(line, lineNumber);
      if (Number.isNaN(x) && isBlank(line)) {
        blank.add();
        return;
      }
      blank.flush(table);
      values.push(x);
    },
    end() {},
  };
}
