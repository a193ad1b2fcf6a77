// The columns of an input in memory: numbers and times that grow while they are read. The text itself is not kept.
import type { Zone } from './time/zone.ts';

/** What is reserved over what is expected: expectations change a little from line to line. */
const SPARE = 1.02;

/** Numbers that grow by doubling. */
export class Numbers {
  #array: Float64Array;
  length: number;
  /** The unit that all of them have, as it was written; `undefined` for none. */
  unit: string | undefined;

  constructor() {
    this.#array = new Float64Array(1024);
    this.length = 0;
    this.unit = undefined;
  }

  push(x: number): void {
    if (this.length === this.#array.length) this.#array = grown(this.#array, new Float64Array(2 * this.length));
    this.#array[this.length++] = x;
  }

  /**
   * Allocates for so many numbers in all, and a few more, so that they need not be copied while they grow. Where there is no
   * memory for a number that is only expected, they grow as they come.
   */
  reserve(count: number): void {
    if (count <= this.#array.length) return;
    try {
      this.#array = grown(this.#array, new Float64Array(Math.ceil(SPARE * count)));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }

  /** Replaces a number that is there already. */
  set(i: number, x: number): void {
    this.#array[i] = x;
  }

  /** Drops all numbers from index `length` on; their memory is used again. */
  truncate(length: number): void {
    this.length = Math.min(this.length, length);
  }

  /** The numbers so far: a view, not a copy. */
  toArray(): Float64Array {
    return this.#array.subarray(0, this.length);
  }
}

/** How times are written, as far as that is said. */
export interface TimeNotation {
  readonly timeFormat?: string | undefined;
  readonly zone?: Zone | undefined;
}

/** Short texts that grow by doubling, kept as UTF-8 bytes one after the other: text i is bytes[ends[i − 1] … ends[i]). */
export class StringColumn {
  #bytes: Buffer;
  #ends: Numbers;
  #size: number;
  /** The format of times; `undefined`: that is found from the texts. */
  readonly format: string | undefined;
  /** The zone of times without an offset; `undefined`: UTC. */
  readonly zone: Zone | undefined;

  constructor({ timeFormat, zone }: TimeNotation = {}) {
    this.format = timeFormat;
    this.zone = zone;
    this.#bytes = Buffer.alloc(1024);
    this.#ends = new Numbers();
    this.#size = 0;
  }

  get length(): number {
    return this.#ends.length;
  }

  /** Bytes in use. */
  get size(): number {
    return this.#size + 8 * this.length;
  }

  push(text: string): void {
    const most = this.#size + 3 * text.length; // UTF-8 needs at most 3 bytes for a UTF-16 unit
    while (most > this.#bytes.length) this.#bytes = grown(this.#bytes, Buffer.alloc(2 * this.#bytes.length));
    this.#size += this.#bytes.write(text, this.#size);
    this.#ends.push(this.#size);
  }

  /** Drops all texts from index `length` on; their memory is used again. */
  truncate(length: number): void {
    this.#ends.truncate(length);
    this.#size = length === 0 ? 0 : this.#ends.toArray().at(-1)!;
  }

  /** All texts in order. */
  *[Symbol.iterator](): Generator<string> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }

  at(i: number): string {
    const ends = this.#ends.toArray();
    return this.#bytes.toString('utf8', i === 0 ? 0 : ends[i - 1], ends[i]);
  }
}

function grown<T extends Float64Array | Buffer>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** One series of an input. */
export interface Column {
  /** Its name in the input; `undefined` if the input is one unnamed series. */
  readonly name: string | undefined;
  readonly values: Numbers;
}

/** The rows of one input. All columns have the same length, and so have the times and the names of series if there are any. */
export interface Table {
  readonly columns: Column[];
  readonly times: StringColumn | undefined;
  /** Of each row the name of the series that it belongs to; absent where all rows are of one. */
  readonly series?: StringColumn | undefined;
}

/** An empty table with columns of these names, and times and names of series if they are wanted. */
export function emptyTable(
  names: readonly (string | undefined)[],
  times: TimeNotation | undefined,
  hasSeries = false,
): Table {
  const columns = names.map((name) => ({ name, values: new Numbers() }));
  return {
    columns,
    times: times === undefined ? undefined : new StringColumn(times),
    ...(hasSeries && { series: new StringColumn() }),
  };
}

/** The rows of a table that are listed, in that order, as a table of their own. */
export function pickRows({ columns, times, series }: Table, rows: ArrayLike<number>): Table {
  const texts = (from: StringColumn): StringColumn => {
    const to = new StringColumn({ timeFormat: from.format, zone: from.zone });
    for (let i = 0; i < rows.length; i++) to.push(from.at(rows[i]!));
    return to;
  };
  return {
    columns: columns.map(({ name, values }) => {
      const from = values.toArray();
      const to = new Numbers();
      to.unit = values.unit;
      for (let i = 0; i < rows.length; i++) to.push(from[rows[i]!]!);
      return { name, values: to };
    }),
    times: times && texts(times),
    ...(series && { series: texts(series) }),
  };
}

/** Number of rows. */
export function numRows(table: Table): number {
  return table.columns[0]?.values.length ?? 0;
}

/** Drops every row from index `length` on. */
export function truncate(table: Table, length: number): void {
  for (const { values } of table.columns) values.truncate(length);
  table.times?.truncate(length);
  table.series?.truncate(length);
}

/** Drops a last row that was not read to its end. */
export function dropPartialRow(table: Table): void {
  const lengths = table.columns.map(({ values }) => values.length);
  truncate(table, Math.min(...lengths, table.times?.length ?? Infinity, table.series?.length ?? Infinity));
}
