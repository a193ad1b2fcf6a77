// Answers the lines of a live file, and knows at every moment at which of its bytes the answered rows end.
//
// Lines are taken in batches: they become rows, the rows are scored and their answers written, and only then the place moves
// behind them. A state is saved between batches alone, so that it never knows a row whose answer was not written, nor a place
// behind a line that was not scored.
import { resolve } from 'node:path';
import { CliError, fail } from '../errors.ts';
import type { Table } from '../input/columns.ts';
import { type InputOptions, inputError, tell } from '../input/read.ts';
import { nameOf } from '../input/source.ts';
import { TextLines } from '../input/text-lines.ts';
import { atExit, uninterrupted } from '../signals.ts';
import type { AppendedOutput } from './appended-output.ts';
import { LineFeeds } from './line-feeds.ts';
import { LiveFile, type Piece, type Spot } from './live-file.ts';
import { LiveRows, type RowsMemory } from './live-rows.ts';
import type { FollowOptions } from './options.ts';
import { after, digestOf, isTelling, type Place, type Witness } from './place.ts';

/** Lines of the first batch and of the largest one. */
const FIRST_BATCH = 64;
const LARGEST_BATCH = 4096;
/** A batch takes about this many milliseconds: a signal waits for its end. */
const BATCH = 40;

/** What learns the rows: who keeps them in a state, and how far it has come. */
export interface Followed {
  /** Number of rows so far, with those of earlier runs. */
  readonly numRows: number;
  /** Number of rows whose answers were written. */
  readonly numAnswered: number;
  /** Whether there is a state file. */
  readonly isSaving: boolean;
  /** Whether the last save waits until all rows are answered. */
  readonly isSaveDue: boolean;
  /** The place in a live file at which the state ends; `undefined` if it knows none. */
  readonly place: Place | undefined;
  /** From now on the rows come from a live file. */
  follow(tracker: Tracker): void;
}

/** Knows where in a live file the rows end. */
export interface Tracker {
  /** Whether the place is behind so many rows, all of them answered. */
  isAt(numRows: number): boolean;
  place(): Place;
  /** Makes what was written last, before a state that knows of it. */
  flush(): void;
}

/** What is done with the rows. */
export interface Answering {
  /** Answers all rows of a table and empties it. */
  take(table: Table): Promise<void>;
  /** Saves the state, or says why it could not. */
  save(): void;
  readonly output: AppendedOutput | undefined;
}

/** Answers row after row of a live file, until its end if that is asked for. */
export async function follow(
  options: FollowOptions,
  inputOptions: InputOptions,
  live: Followed,
  answering: Answering,
): Promise<void> {
  const follower = new Follower(options, inputOptions, live, answering);
  try {
    await follower.run();
  } catch (error) {
    throw inputError(error, nameOf(options.path));
  }
}

/** A place, as far as it is not made of bytes yet. */
interface Commit {
  readonly spot: Spot;
  readonly line: number;
  readonly memory: RowsMemory;
}

class Follower {
  readonly #options: FollowOptions;
  readonly #inputOptions: InputOptions;
  readonly #live: Followed;
  readonly #answering: Answering;
  readonly #rows: LiveRows;
  readonly #skipLines: number;
  /** Whether a line that is no text is one that cannot be read, as others are. */
  readonly #isLenient: boolean;
  /** Lines before the next one, in this file. */
  #line: number;
  #text: TextLines | undefined;
  #batchSize: number;
  #commit: Commit | undefined;
  /** Number of rows before the place of the commit. */
  #numRows: number;

  constructor(options: FollowOptions, inputOptions: InputOptions, live: Followed, answering: Answering) {
    this.#options = options;
    this.#inputOptions = inputOptions;
    this.#live = live;
    this.#answering = answering;
    this.#rows = new LiveRows(options.path, inputOptions);
    this.#skipLines = inputOptions.dialect?.skipLines ?? 0;
    this.#isLenient = this.#rows.bad.how !== 'stop';
    this.#line = 0;
    this.#text = undefined;
    this.#batchSize = FIRST_BATCH;
    this.#commit = undefined;
    this.#numRows = live.numRows;
  }

  async run(): Promise<void> {
    const { path, isFromEnd, isOnce, poll } = this.#options;
    const { place } = this.#live;
    const numRowsBefore = this.#live.numRows;
    if (place !== undefined) {
      await this.#rows.restore(place);
      this.#line = place.line;
    } else if (numRowsBefore > 0 && !isFromEnd) {
      process.stderr.write(
        `knn-anomaly: ${nameOf(path)}: the state has rows and knows no place in a file: begins at the beginning (--from-end: at the end)\n`,
      );
    }
    this.#live.follow({
      isAt: (numRows) => this.#commit !== undefined && this.#numRows === numRows,
      place: () => this.#place(),
      flush: () => this.#answering.output?.flush(),
    });
    const encoding = this.#inputOptions.dialect?.encoding;
    const file = new LiveFile({ path, place, isFromEnd, poll, isOnce, encoding });
    const { bad } = this.#rows;
    const say = (): void => tell({ name: nameOf(path) }, bad.notice === undefined ? [] : [bad.notice]);
    const forget = atExit(say);
    for await (const piece of file.pieces()) await this.#take(piece);
    forget();
    say();
    if (isOnce && !this.#live.isSaving && this.#live.numRows === numRowsBefore) fail('empty: there are no values');
  }

  async #take(piece: Piece): Promise<void> {
    if (piece.kind === 'lines') return await this.#takeLines(piece.bytes, piece.spot, piece.encoding);
    if (piece.kind === 'old') return await this.#passOver(piece.bytes, piece.encoding);
    if (piece.kind === 'file') {
      this.#rows.beginFile();
      this.#line = 0;
      this.#text = undefined;
    }
    // The first answer must not come before a state that knows where the answers begin, and no other file before one that
    // knows the end of this one, which may be gone soon.
    this.#moveTo(piece.spot);
    this.#answering.save();
  }

  /** Lines before the one at which reading begins: the first ones tell how the others are read. */
  async #passOver(bytes: Buffer, encoding: string | undefined): Promise<void> {
    const ends = new LineFeeds(encoding).all(bytes);
    if (!this.#rows.isBetween) {
      this.#text ??= new TextLines(encoding, this.#isLenient);
      const lines = this.#text.push(bytes);
      for (const [l, line] of lines.entries()) {
        if (this.#line + l >= this.#skipLines) await this.#rows.pushOld(line);
        if (this.#rows.isBetween) break;
      }
    }
    this.#line += ends.length;
    if (this.#rows.isBetween) this.#text = undefined;
  }

  async #takeLines(bytes: Buffer, spot: Spot, encoding: string | undefined): Promise<void> {
    this.#text ??= new TextLines(encoding, this.#isLenient, this.#line);
    const lines = this.#text.push(bytes);
    const { problem } = this.#text;
    const ends = new LineFeeds(encoding).all(bytes);
    const spotAt = (numLines: number): Spot => {
      const end = numLines === ends.length ? bytes.length : numLines === 0 ? 0 : ends[numLines - 1]!;
      return { ...spot, witness: after(spot.witness, bytes.subarray(0, end)) };
    };
    for (let from = 0; from < lines.length; ) {
      const begin = performance.now();
      const to = Math.min(lines.length, from + this.#batchSize);
      const first = from;
      await uninterrupted(() => this.#takeBatch(lines.slice(first, to), (numLines) => spotAt(first + numLines)));
      if (this.#live.isSaveDue) this.#answering.save();
      from = to;
      const share = (performance.now() - begin) / BATCH;
      if (share > 1) this.#batchSize = Math.max(1, this.#batchSize >> 1);
      else if (share < 0.5) this.#batchSize = Math.min(LARGEST_BATCH, 2 * this.#batchSize);
    }
    if (problem !== undefined) fail(problem);
    if (lines.length === 0 && this.#rows.isBetween) this.#moveTo(spotAt(0)); // a hole
  }

  /** Answers some lines, up to one that cannot be read, and moves the place behind those that were answered. */
  async #takeBatch(lines: readonly string[], spotAt: (numLines: number) => Spot): Promise<void> {
    const rows = this.#rows;
    const begin = this.#line;
    const numBefore = this.#live.numRows;
    /** Behind these lines a place can be: their number, and that of the rows in the table by then. */
    const stops: { numLines: number; numRows: number }[] = [{ numLines: 0, numRows: 0 }];
    let problem: unknown;
    try {
      for (const [l, line] of lines.entries()) {
        if (begin + l >= this.#skipLines) {
          const pushed = rows.push(line, begin + l + 1);
          if (pushed !== undefined) await pushed;
        }
        if (rows.isBetween) stops.push({ numLines: l + 1, numRows: rows.numRows });
      }
    } catch (error) {
      rows.drop();
      problem = error;
    }
    const backwards = rows.checkOrder();
    if (backwards !== undefined) problem = new CliError(backwards);
    try {
      if (rows.numRows > 0) await this.#answering.take(rows.table!);
    } catch (error) {
      problem = error;
    }
    const numAnswered = this.#live.numAnswered - numBefore;
    const stop = stops.findLast(({ numRows }) => numRows <= numAnswered)!;
    this.#line = begin + (problem === undefined ? lines.length : stop.numLines);
    if (stop.numLines > 0) this.#moveTo(spotAt(stop.numLines), begin + stop.numLines, numBefore + stop.numRows);
    if (problem !== undefined) throw problem;
  }

  #moveTo(spot: Spot, line: number = this.#line, numRows: number = this.#live.numRows): void {
    this.#commit = { spot, line, memory: this.#rows.memory };
    this.#numRows = numRows;
  }

  #place(): Place {
    const { spot, line, memory } = this.#commit!;
    const { dev, ino, mtime, witness } = spot;
    return {
      ...{ path: resolve(this.#options.path), dev, ino, mtime, offset: witness.offset, line },
      ...digests(witness),
      ...memory,
      output: this.#answering.output?.place ?? this.#live.place?.output,
    };
  }
}

function digests(witness: Witness): Pick<Place, 'head' | 'tail' | 'isTelling'> {
  return { head: digestOf(witness.head), tail: digestOf(witness.tail), isTelling: isTelling(witness) };
}
