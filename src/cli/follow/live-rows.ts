// Lines that come by and by as rows: the first ones tell how all are read, over restarts and in further files.
import type { CliError } from '../errors.ts';
import { dropPartialRow, numRows, type Table, truncate } from '../input/columns.ts';
import { StreamOrder } from '../input/order.ts';
import { type InputOptions, readerOnceTold, takeLine } from '../input/read.ts';
import { BadLines, type RowReader } from '../input/rows.ts';
import type { Place } from './place.ts';

/** What of a state makes rows go on. */
export type RowsMemory = Pick<Place, 'sample' | 'reader' | 'order'>;

/** Takes lines and fills a table. */
export class LiveRows {
  readonly #path: string;
  readonly #options: InputOptions;
  readonly #order: StreamOrder;
  /** The first lines, up to the one that tells how all are read. */
  #sample: string[];
  /** So many of them are done: their rows are not wanted. */
  #numOld: number;
  #reader: RowReader | undefined;
  /** What is done about lines that cannot be read. */
  readonly bad: BadLines;

  constructor(path: string, options: InputOptions) {
    this.#path = path;
    this.#options = options;
    this.#order = new StreamOrder();
    this.#sample = [];
    this.#numOld = 0;
    this.#reader = undefined;
    this.bad = new BadLines(options.dialect?.badLines ?? 'stop');
  }

  /** The rows that were not taken yet; `undefined` before it is known what they are. */
  get table(): Table | undefined {
    return this.#reader?.table;
  }

  get numRows(): number {
    return this.#reader === undefined ? 0 : numRows(this.#reader.table);
  }

  /** False until the first lines have told how they are read, and within a record of several lines. */
  get isBetween(): boolean {
    return this.#reader !== undefined && this.#reader.isOpen !== true;
  }

  /** What a state keeps of the rows. */
  get memory(): RowsMemory {
    const { memory } = this.#order;
    if (this.#reader === undefined) {
      return { sample: this.#sample.slice(0, this.#numOld), reader: null, order: memory };
    }
    return { sample: this.#sample, reader: this.#reader.memory, order: memory };
  }

  /** Goes on where a state ends. */
  async restore({ sample, reader, order }: RowsMemory): Promise<void> {
    for (const line of sample) await this.pushOld(line);
    if (reader !== null) this.#reader?.resume(reader);
    this.#order.resume(order, this.#options.dialect ?? {});
  }

  /** Takes a line whose row is not wanted: it may tell how further ones are read. Without effect when that is known. */
  async pushOld(line: string): Promise<void> {
    if (this.#reader !== undefined) return;
    this.#sample.push(line);
    this.#numOld = this.#sample.length;
    await this.#find();
  }

  /** Takes the next line. */
  push(line: string, lineNumber: number): void | Promise<void> {
    if (this.#reader !== undefined) return takeLine(line, lineNumber, this.#reader, this.bad);
    this.#sample.push(line);
    return this.#find();
  }

  /** After a line that could not be read: what was read of its row goes. */
  drop(): void {
    if (this.#reader !== undefined) dropPartialRow(this.#reader.table);
  }

  /** Drops the first row whose time goes back and all after it; what is wrong then. */
  checkOrder(): string | undefined {
    return this.#reader === undefined ? undefined : this.#order.check(this.#reader.table);
  }

  /** The next line is the first one of another file. Throws within a record. */
  beginFile(): void {
    if (this.#reader === undefined) {
      this.#sample = [];
      this.#numOld = 0;
    } else this.#reader.beginFile?.();
  }

  /** Makes the reader if the first lines suffice, and lets it take them. */
  async #find(): Promise<void> {
    const reader = await readerOnceTold(this.#path, this.#sample, this.#options, this.bad);
    if (reader === undefined) return;
    const before = this.#options.dialect?.skipLines ?? 0;
    for (const [s, line] of this.#sample.entries()) {
      try {
        takeLine(line, before + s + 1, reader, this.bad);
      } catch (error) {
        this.#reader = reader;
        throw error as CliError;
      }
      if (s < this.#numOld && reader.isOpen !== true) truncate(reader.table, 0);
    }
    this.#reader = reader;
  }
}
