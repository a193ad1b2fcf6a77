// What the readers of all formats have in common, and the reader of one number per line.

import { LineError } from '../errors.ts';
import { isBlank } from './cells.ts';
import { type Column, emptyTable, type Table } from './columns.ts';
import type { BadLinesRule, Dialect } from './dialect.ts';
import { type ColumnMemory, NumberColumn } from './numbers.ts';

/** Takes the lines of an input one after the other and fills a table. */
export interface RowReader {
  readonly table: Table;
  /** `lineNumber` counts from 1. */
  push(line: string, lineNumber: number): void;
  /** After the last line. */
  end(): void;
  /** What is to be said about what was read. */
  notices(): string[];
  /** True within a record of several lines. */
  readonly isOpen?: boolean;
  /** The next line is the first one of another file of the same series. Throws within a record. */
  beginFile?(): void;
  /** What the lines so far have said beyond the first ones, for {@link resume}. */
  readonly memory: ReaderMemory;
  /** Goes on where a reader ended that was made from the same first lines. */
  resume(memory: ReaderMemory): void;
}

/** What a reader knows from lines after the first ones, as JSON. */
export interface ReaderMemory {
  readonly columns: readonly ColumnMemory[];
  /** Of a table: the text in the column of times, and whether no row of the file came yet. */
  readonly lastTime?: string;
  readonly isFileBegin?: boolean;
}

/** A reader that remembers what its columns do. */
export function remembering(columns: readonly NumberColumn[], reader: Omit<RowReader, 'memory' | 'resume'>): RowReader {
  return {
    ...reader,
    get memory() {
      return { columns: columns.map(({ memory }) => memory) };
    },
    resume(memory) {
      for (const [c, column] of columns.entries()) column.resume(memory.columns[c]!);
    },
  };
}

/** When a blank line that stands for a missing value becomes a row. */
export type BlankLines =
  /** At once: the sender of the line waits for its answer. */
  | 'immediate'
  /** When another row follows. Blank lines at the end of the input are no rows. */
  | 'deferred';

/** Counts the lines that could not be read. */
export class BadLines {
  readonly how: BadLinesRule;
  /** What they are called: lines, or values of a document. */
  readonly noun: string;
  count: number;
  /** Those of them that are no row, although their values would count as missing: they have no time. */
  numLeftOut: number;
  #first: string;

  constructor(how: BadLinesRule, noun = 'line') {
    this.how = how;
    this.noun = noun;
    this.count = 0;
    this.numLeftOut = 0;
    this.#first = '';
  }

  /** Takes a problem with a line; throws it if that ends the reading. */
  take(problem: unknown): void {
    if (!(problem instanceof LineError) || this.how === 'stop') throw problem;
    if (this.count++ === 0) this.#first = problem.message;
  }

  /** Reads a cell into a column, or a missing value if it cannot be read and that is what is wanted. */
  orMissing({ values }: Column, read: () => void): void {
    if (this.how !== 'missing') {
      read();
      return;
    }
    try {
      read();
    } catch (problem) {
      this.take(problem);
      values.push(NaN);
    }
  }

  /** Whether a number that can be read in two ways may wait for later ones: not where its row may be dropped. */
  canWait(blanks: BlankLines, numColumns: number): boolean {
    return blanks === 'deferred' && (this.how === 'stop' || numColumns === 1);
  }

  /** What is to be said; `undefined` if every line was read. */
  get notice(): string | undefined {
    const { count, how, noun, numLeftOut } = this;
    if (count === 0) return undefined;
    const what = `${count} ${noun}${count === 1 ? '' : 's'} that cannot be read`;
    const which = count === 1 ? this.#first : `the first is ${this.#first}`;
    if (how === 'skip') return `skipped ${what}: ${which}`;
    const without = numLeftOut === 0 ? '' : `, but for ${numLeftOut} without a time, skipped`;
    return `${what} count${count === 1 ? 's' : ''} as missing${without}: ${which}`;
  }
}

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
      this.#table.series?.push('');
    }
  }
}

/**
 * One number per line. A blank line is a missing value.
 *
 * @param sample the first lines, which may say how decimals are written
 */
export function numberLines(sample: readonly string[], { notation, comment }: Dialect, blanks: BlankLines): RowReader {
  const table = emptyTable([undefined], undefined);
  const column = new NumberColumn(table.columns[0]!.values, notation, undefined, blanks === 'deferred', sample);
  const blank = new BlankRows(table, blanks);
  const isComment = (line: string): boolean => comment !== undefined && line.startsWith(comment);
  const commentCode = comment?.charCodeAt(0);
  return remembering([column], {
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
  });
}

/** All numbers of all lines, between blanks, commas or semicolons, as one series. */
export function numberRow({ notation, comment }: Dialect, bad: BadLines): RowReader {
  const table = emptyTable([undefined], undefined);
  const column = new NumberColumn(table.columns[0]!.values, notation, undefined, false);
  const between = notation.decimal === ',' ? /[\s;]+/ : /\s*[,;]\s*|\s+/;
  return remembering([column], {
    table,
    push(line, lineNumber) {
      if (isBlank(line) || (comment !== undefined && line.startsWith(comment))) return;
      for (const cell of line.trim().split(between)) {
        try {
          column.push(cell, lineNumber);
        } catch (problem) {
          bad.take(problem);
          if (bad.how === 'missing') table.columns[0]!.values.push(NaN);
        }
      }
    },
    end: () => column.end(),
    notices: () => (column.notice === undefined ? [] : [column.notice]),
  });
}
