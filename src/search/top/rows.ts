// Rows: windows that blocks could not put out. Each is compared with more and more columns, until it is out or its score is
// known.
import { aggregate } from '../../core/aggregate.ts';
import { GOLDEN } from '../golden-order.ts';
import type { Guesser } from './guesses.ts';
import type { TopKernel, TopState } from './kernel/state.ts';

/** Columns of a chunk: the unit in which a row counts what it has seen. */
export const CHUNK = 1024;

/** Some rows, as a task takes and returns them. */
export interface RowBatch {
  /** Starts of the windows, upper bounds of their scores, and how many chunks of columns they have seen. */
  readonly starts: Int32Array;
  readonly bounds: Float64Array;
  readonly seen: Int32Array;
  /** The k nearest columns so far of every row: s and column, ascending; Infinity and −1 where there is none. */
  readonly s: Float64Array;
  readonly columns: Int32Array;
}

/** What is to be done with the rows of a batch, in this order. */
export interface RowSteps {
  /** Tries the neighbors of the row before, shifted, if that is at most a window away. */
  readonly learn: boolean;
  /** Leaves of the index that are searched; 0: none. */
  readonly leaves: number;
  /** Chunks that are to be seen in all; Infinity: all of them. */
  readonly chunks: number;
  /** Whether the index is asked only while that pays, and chunks are seen only while it does not. */
  readonly adaptive: boolean;
}

/** The number of chunks of row i. */
export function numChunks({ firstColumn, endColumn, left, exclusion }: TopState | RowShape, i: number): number {
  const end = left ? Math.min(endColumn, i - exclusion) : endColumn;
  return Math.ceil(Math.max(0, end - firstColumn) / CHUNK);
}

type RowShape = Pick<TopState, 'firstColumn' | 'endColumn' | 'left' | 'exclusion'>;

/** An empty batch of `count` rows with k neighbors each. */
export function emptyBatch(count: number, k: number): RowBatch {
  return {
    starts: new Int32Array(count),
    bounds: new Float64Array(count).fill(Infinity),
    seen: new Int32Array(count),
    s: new Float64Array(count * k).fill(Infinity),
    columns: new Int32Array(count * k).fill(-1),
  };
}

/** Neighbors in the index that are tried, and around how many of them the columns between two points, too. */
const ASKED = 16;
const SURROUNDED = 6;

/** Compares rows. */
export class RowSearch {
  readonly #state: TopState;
  readonly #kernel: TopKernel;
  readonly #guesser: Guesser;
  /** The score that the last place has at least, and the start of the last window with it that can be a place. */
  #score = NaN;
  #start = NaN;
  /** The share of rows that the index put out, lately. */
  #gain = 0.999;

  constructor(state: TopState, kernel: TopKernel, guesser: Guesser) {
    this.#state = state;
    this.#kernel = kernel;
    this.#guesser = guesser;
  }

  /** Does the steps with every row that is neither out nor finished; changes the batch. */
  advance(batch: RowBatch, { learn, leaves, chunks, adaptive }: RowSteps, score: number, start: number): void {
    this.#score = score;
    this.#start = start;
    const { windowSize } = this.#state;
    const { starts, seen } = batch;
    let before = -1; // the row that the next one may learn from
    for (let r = 0; r < starts.length; r++) {
      const total = numChunks(this.#state, starts[r]!);
      if (seen[r] === total) {
        before = r;
        continue;
      }
      this.#open(batch, r);
      if (learn && before >= 0 && Math.abs(starts[r]! - starts[before]!) <= windowSize) this.#learn(batch, before, r);
      // Where the index seldom helps it is asked now and then.
      const pays = this.#gain > LITTLE_GAIN;
      if (!this.#isOut() && leaves > 0 && (!adaptive || pays || (r & 15) === 0)) this.#ask(leaves);
      if (!this.#isOut() && !(adaptive && pays)) this.#scan(batch, r, Math.min(chunks, total), total);
      this.#close(batch, r, total);
      before = r;
    }
  }

  #open({ starts, bounds, s, columns }: RowBatch, r: number): void {
    const { k, rowS, rowJ, rowBound } = this.#state;
    rowS.set(s.subarray(r * k, r * k + k));
    rowJ.set(columns.subarray(r * k, r * k + k));
    rowBound[0] = bounds[r]!;
    this.#kernel.open(starts[r]!, this.#score, this.#start);
    this.#row = starts[r]!;
  }

  #row = 0;

  #isOut(): boolean {
    return isBehind(this.#state.rowBound[0]!, this.#row, this.#score, this.#start);
  }

  #learn({ starts, columns }: RowBatch, from: number, to: number): void {
    const { k } = this.#state;
    const shift = starts[to]! - starts[from]!;
    for (let q = from * k; q < from * k + k; q++) if (columns[q]! >= 0) this.#kernel.offer(columns[q]! + shift);
  }

  #ask(leaves: number): void {
    const count = this.#guesser.ask(this.#row, Math.max(ASKED, Math.min(this.#state.k, 64)), leaves);
    const around = Math.min(128, Math.floor(this.#guesser.gap)) / 2 + 8;
    for (let q = 0; q < count; q++) {
      const j = this.#guesser.columns[q]!;
      if (q >= SURROUNDED) this.#kernel.offer(j);
      else this.#scanRange(j - around, j + around);
      if (this.#isOut()) break;
    }
    this.#gain += 0.02 * ((this.#isOut() ? 1 : 0) - this.#gain);
  }

  /** Compares the row with chunks in a scattered order, until it has seen `chunks` or is out. */
  #scan({ seen }: RowBatch, r: number, chunks: number, total: number): void {
    let stride = Math.floor(GOLDEN * total) | 1;
    while (commonDivisor(stride, total) !== 1) stride += 2;
    const first = Math.floor(((this.#row * GOLDEN) % 1) * total);
    const { firstColumn } = this.#state;
    while (seen[r]! < chunks) {
      const from = firstColumn + ((first + seen[r]! * stride) % total) * CHUNK;
      if (this.#scanRange(from, from + CHUNK)) return; // in the middle of a chunk: it does not count
      seen[r] = seen[r]! + 1;
    }
  }

  #scanRange(from: number, to: number): boolean {
    const { firstColumn, endColumn, left, exclusion } = this.#state;
    const first = Math.max(firstColumn, Math.floor(from));
    const end = Math.min(endColumn, Math.floor(to), left ? this.#row - exclusion : Infinity);
    return first < end && Boolean(this.#kernel.scan(first, end));
  }

  #close({ bounds, seen, s, columns }: RowBatch, r: number, total: number): void {
    const { k, rowS, rowJ, rowBound, isMax } = this.#state;
    s.set(rowS, r * k);
    columns.set(rowJ, r * k);
    bounds[r] = rowBound[0]!;
    if (seen[r] !== total) return;
    let count = 0;
    while (count < k && rowJ[count]! >= 0) count++;
    bounds[r] = aggregate(isMax ? 'max' : 'mean', true, rowS, 0, count);
  }
}

/** Below this share of rows that it puts out, the index is not worth asking for every row. */
const LITTLE_GAIN = 0.1;

/** Whether a window with this bound of its score is behind the last place: see the proof in engine.ts. */
export function isBehind(bound: number, i: number, score: number, start: number): boolean {
  return bound < score || (bound === score && i > start) || bound === 0;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
