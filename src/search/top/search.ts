// The course of a top-n search: which tasks come when, and what follows from their results. It computes nothing itself, so that
// one thread or several can do the tasks.
//
// U(i) is an upper bound of the score S(i) from any k allowed columns. (T, iT) is a window that the last place is not behind, see
// places.ts. A window with U < T, or U = T and i > iT, is out.
//
//  1. Passes over the blocks, with more and more lags for those that are left. Between two passes T is raised.
//  2. Rows: the windows that are left are compared with more and more columns, one by one.
//  3. The places. The rows lie in a heap by (U descending, start ascending). When the first of them is settled, every other row
//     that is not ruled out is behind it: it is the next place, score and order included. When it is not, its bound is improved.

import type { BlocksLeft } from './blocks.ts';
import { BLOCK, type TopShape } from './kernel/state.ts';
import { boundOfLast, byRank, greedyPlaces, type Place } from './places.ts';
import { type Costs, isHopeless, isInVain, isWorthLifting } from './plan.ts';
import { RowHeap } from './row-heap.ts';
import { isBehind, numChunks, type RowBatch, type RowSteps } from './rows.ts';
import { RowStore } from './store.ts';
import type { TopResult, TopTask } from './task.ts';

/** Asks for tasks to be done, in any order, and is given their results in the order of the tasks. */
export type TopSteps<T> = Generator<TopTask[], T, TopResult[]>;

/** Lags per window in each pass. The first one sees a sample of the blocks. */
const BUDGETS: readonly number[] = [24, 24, 96, 384, 1536, 6144, 24576];

/** Blocks and lags of the pilot after the first pass, by which a search that is in vain ends before it has cost much. */
const PILOT_BLOCKS = 16;
const PILOT_LAGS = 384;

/** From this pass on, it is the last if the one before left less than this share of all windows: they become rows. */
const FIRST_LAST = 3;
const FEW_LEFT = 0.3;

/** Lags of the blocks of a task, and tasks that are asked for at a time: a millisecond or a few. */
const LAGS_AT_A_TIME = 8192;
const TASKS_AT_A_TIME = 256;

/** How often T is raised, at most. */
const MOST_LIFTS = 8;

/** Steps of the rounds over rows, which learn from each other in the order of their starts; and how many of them are a task. */
interface Round {
  readonly steps: RowSteps;
  readonly atATime: number;
}
const ROUNDS: readonly Round[] = [
  { steps: { learn: true, leaves: 8, chunks: 0, adaptive: true }, atATime: 256 },
  { steps: { learn: true, leaves: 32, chunks: 4, adaptive: true }, atATime: 128 },
  { steps: { learn: true, leaves: 128, chunks: 32, adaptive: true }, atATime: 32 },
];

/** Rows that are compared at a time when the places are taken off the heap. */
const MOST_CHOSEN = 256;

/** Rows closer than this share of a window are beside each other. */
const BESIDE = 4;

const ASK: RowSteps = { learn: false, leaves: 16, chunks: 0, adaptive: false };
const LEARN: RowSteps = { learn: true, leaves: 0, chunks: 0, adaptive: false };
const scanTo = (chunks: number): RowSteps => ({ learn: false, leaves: 0, chunks, adaptive: false });

/** What is asked. */
export interface TopQuery {
  readonly n: number;
  readonly separation: number;
}

/** A search. */
export class TopSearch {
  readonly #shape: TopShape;
  readonly #numRows: number;
  readonly #query: TopQuery;
  readonly #costs: Costs | undefined;
  readonly #store: RowStore;
  /** Windows for which the index was asked in the search for the places. */
  readonly #asked: Set<number>;
  /** The scores that are known. */
  readonly #settled: Map<number, number>;

  // (T, iT), and the largest bound of the windows that are in no row.
  #score = 0;
  #start = Infinity;
  #most = Infinity;
  #bound = Infinity;

  /** Windows that can still be places, not counting what the pass at hand has put out. */
  #numLeft: number;
  /** How many times `places` and `bound` may have changed. */
  stage = 0;

  /** @param costs decides when the search gives up; undefined: never */
  constructor(shape: TopShape, numRows: number, query: TopQuery, costs?: Costs) {
    this.#shape = shape;
    this.#numRows = numRows;
    this.#query = query;
    this.#costs = costs;
    this.#store = new RowStore(shape.k);
    this.#asked = new Set();
    this.#settled = new Map();
    this.#numLeft = numRows;
  }

  /** The number of windows that are known not to be places, or to be. */
  get done(): number {
    return this.#numRows - this.#numLeft;
  }

  /** The places among the windows whose scores are known. */
  get places(): Place[] {
    return greedyPlaces(this.#known().sort(byRank), this.#query.n, this.#query.separation);
  }

  /** No window whose score is unknown and that can be a place has a higher score. It never rises. */
  get bound(): number {
    let most = this.#most;
    const { bounds } = this.#store.rows;
    for (let r = 0; r < this.#store.count; r++) if (!this.#isExact(r) && bounds[r]! > most) most = bounds[r]!;
    this.#bound = Math.min(this.#bound, most);
    return this.#bound;
  }

  /** Searches; the places in their order, or undefined if it gives up. */
  *search(): TopSteps<Place[] | undefined> {
    if (!(yield* this.#passes())) return undefined;
    yield* this.#rounds();
    const places = yield* this.#greedy();
    this.#numLeft = 0;
    return places;
  }

  /** Compares blocks until few windows are left, which become rows; false if it gives up. */
  *#passes(): TopSteps<boolean> {
    const numBlocks = Math.ceil(this.#shape.numRows / BLOCK);
    let blocks: number[] | Int32Array = sampledBlocks(numBlocks);
    let known: readonly Float64Array[] | undefined;
    let cost = 0;
    let lags = 0;
    for (let pass = 0; ; pass++) {
      const budget = BUDGETS[pass]! + 2 * this.#shape.k;
      const isLast = this.#isLastPass(pass, budget);
      if (pass === 1) blocks = Int32Array.from({ length: numBlocks }, (_, id) => id);
      const left: BlocksLeft = yield* this.#cover(blocks, known, budget, isLast);
      const share = pass === 0 ? numBlocks / Math.max(1, blocks.length) : 1;
      if (pass > 0) {
        blocks = left.blocks;
        known = left.windows;
        this.#most = isLast ? 0 : left.most;
      }
      if (pass > 0) {
        yield* this.#lifts(MOST_LIFTS, left.numLeft);
      } else {
        yield* this.#lifts(1, 0);
        // T may still be low: if more blocks can be compared, they are asked again with a higher one.
        for (let size = PILOT_BLOCKS; this.#costs && (yield* this.#pilot(blocks, size, this.#costs)); ) {
          size *= 8;
          if (size > blocks.length) return false;
          yield* this.#lifts(MOST_LIFTS, this.#numRows);
        }
      }
      const before = this.#numLeft;
      cost += left.cost;
      if (pass > 0) this.#numLeft = left.numLeft;
      this.stage++;
      const state = {
        before,
        left: left.numLeft * share,
        cost,
        lags: budget - lags,
        nextLags: BUDGETS[pass + 1] ?? 0,
      };
      if (pass > 0 && !isLast && this.#costs && isHopeless(state, this.#costs)) return false;
      if (pass > 0) lags = budget;
      if (isLast) return true;
      this.#store.filter((r) => this.#isExact(r));
    }
  }

  /** Whether some blocks, at more lags, say that the search should give up at once. */
  *#pilot(blocks: number[] | Int32Array, size: number, costs: Costs): TopSteps<boolean> {
    const lags = PILOT_LAGS + 2 * this.#shape.k;
    const every = Math.ceil(blocks.length / size);
    const pilot = Array.from(blocks).filter((_, p) => !(p % every));
    const { numLeft } = yield* this.#cover(pilot, undefined, lags, false);
    this.#store.filter((r) => this.#isExact(r));
    const share = numLeft / (pilot.length * BLOCK);
    return isInVain(share, lags, costs);
  }

  /** Whether the windows that a pass leaves become rows: few are left, or the lags are a large share of all. */
  #isLastPass(pass: number, budget: number): boolean {
    const { firstColumn, endColumn } = this.#shape;
    if (pass === BUDGETS.length - 1 || 4 * budget > endColumn - firstColumn) return pass > 0;
    return pass >= FIRST_LAST && this.#numLeft < FEW_LEFT * this.#numRows;
  }

  *#cover(
    blocks: number[] | Int32Array,
    known: readonly Float64Array[] | undefined,
    budget: number,
    isLast: boolean,
  ): TopSteps<BlocksLeft> {
    const all = { blocks: [] as number[], rows: [], bounds: [], numLeft: 0, most: 0, cost: 0 };
    const windows: Float64Array[] = [];
    const atATime = Math.max(4, Math.floor(LAGS_AT_A_TIME / budget));
    const size = atATime * TASKS_AT_A_TIME;
    for (let from = 0; from < blocks.length; from += size) {
      const tasks: TopTask[] = [];
      for (let first = from; first < Math.min(from + size, blocks.length); first += atATime) {
        tasks.push({
          blocks: Int32Array.from(blocks.slice(first, first + atATime)),
          known: known?.slice(first, first + atATime),
          budget,
          isLast,
          score: this.#score,
        });
      }
      for (const result of (yield tasks) as BlocksLeft[]) {
        for (const id of result.blocks) all.blocks.push(id);
        all.numLeft += result.numLeft;
        all.most = Math.max(all.most, result.most);
        all.cost += result.cost;
        for (let r = 0; r < result.rows.length; r++) this.#add(result.rows[r]!, result.bounds[r]!);
        for (const bounds of result.windows) windows.push(bounds);
      }
    }
    return { ...all, windows };
  }

  /** Adds a row, unless its score is known or 0 for want of columns. */
  #add(start: number, bound: number): void {
    if (this.#settled.has(start) || numChunks(this.#shape, start) === 0) return;
    this.#store.add(start, bound);
  }

  #isExact(r: number): boolean {
    const { starts, seen } = this.#store.rows;
    return seen[r] === numChunks(this.#shape, starts[r]!);
  }

  #known(): Place[] {
    return Array.from(this.#settled, ([start, score]) => ({ start, score })).filter(({ score }) => score > 0);
  }

  /** Does the steps with these rows, as far as they are not behind a place; (T, iT) if it is left out. */
  *#advance(
    indices: readonly number[] | Int32Array,
    steps: RowSteps,
    atATime: number,
    { score, start }: Place = { score: this.#score, start: this.#start },
  ): TopSteps<void> {
    const size = atATime * TASKS_AT_A_TIME;
    for (let from = 0; from < indices.length; from += size) {
      const parts = [];
      for (let first = from; first < Math.min(from + size, indices.length); first += atATime) {
        parts.push(indices.slice(first, first + atATime));
      }
      const tasks = parts.map((part) => ({ rows: this.#store.take(part), steps, score, start }));
      const results = (yield tasks) as RowBatch[];
      for (const [p, part] of parts.entries()) this.#store.put(part, results[p]!);
      for (const part of parts) for (const r of part) if (this.#isExact(r)) this.#settle(r);
    }
  }

  #settle(r: number): void {
    const { starts, bounds } = this.#store.rows;
    this.#settled.set(starts[r]!, bounds[r]!);
  }

  /** Raises T as long as that is worth it for so many windows that are left. */
  *#lifts(most: number, numLeft: number): TopSteps<void> {
    for (let lift = 0; lift < most; lift++) {
      const before = this.#store.count;
      yield* this.#lift();
      this.#store.drop(this.#score, this.#start);
      this.stage++;
      const { n } = this.#query;
      const share = 1 - this.#store.count / before;
      if (this.#store.count < 4 * n || !isWorthLifting(share, numLeft, n + 1, this.#numRows)) break;
    }
  }

  /**
   * Raises T: settles n + 1 windows far from each other. Good ones are found by keeping a third of the candidates again and
   * again, while each sees eight times as many columns.
   */
  *#lift(): TopSteps<void> {
    const { n } = this.#query;
    const store = this.#store;
    store.sort();
    let candidates = this.#worstRows(16 * n + 32);
    for (let chunks = 0; ; ) {
      const open = candidates.filter((r) => !this.#isExact(r) && !this.#isBehind(r));
      yield* this.#advance(open, chunks === 0 ? ASK : scanTo(chunks), chunks === 0 ? 16 : 1);
      this.#sortByBound(candidates);
      if (chunks === Infinity) break;
      const kept = Math.max(n + 1, Math.floor(candidates.length / 3));
      chunks = kept === n + 1 ? Infinity : chunks === 0 ? 2 : 8 * chunks;
      candidates = candidates.slice(0, kept);
    }
    this.#raise();
  }

  /** Raises T to what the windows say whose scores are known. */
  #raise(): void {
    const last = boundOfLast(this.#known(), this.#query.n, this.#query.separation);
    if (last && (last.score > this.#score || (last.score === this.#score && last.start < this.#start))) {
      this.#score = last.score;
      this.#start = last.start;
    }
  }

  #isBehind(r: number): boolean {
    const { bounds, starts } = this.#store.rows;
    return isBehind(bounds[r]!, starts[r]!, this.#score, this.#start);
  }

  #sortByBound(indices: number[]): void {
    const { bounds } = this.#store.rows;
    indices.sort((a, b) => bounds[b]! - bounds[a]! || a - b);
  }

  /** Up to `most` rows with the largest finite bounds, far from each other. The rows are sorted. */
  #worstRows(most: number): number[] {
    const { starts, bounds } = this.#store.rows;
    const far = 2 * this.#query.separation - 1;
    const bucket = Math.max(far, BLOCK);
    const worst: number[] = []; // of each bucket
    for (let r = 0, before = -1; r < this.#store.count; r++) {
      if (!(bounds[r]! < Infinity)) continue;
      const at = Math.floor(starts[r]! / bucket);
      if (at !== before) worst.push(r);
      else if (bounds[r]! > bounds[worst.at(-1)!]!) worst[worst.length - 1] = r;
      before = at;
    }
    this.#sortByBound(worst);
    const chosen: number[] = [];
    for (const r of worst) {
      if (chosen.length === most) break;
      if (chosen.every((other) => Math.abs(starts[r]! - starts[other]!) >= far)) chosen.push(r);
    }
    return chosen;
  }

  /** What seems to be the last place. Rows behind it may have to go on later, but seldom have. */
  #goal(): Place {
    const last = this.places[this.#query.n - 1];
    return last && last.score >= this.#score ? last : { score: this.#score, start: this.#start };
  }

  /** Compares all rows with more and more columns. */
  *#rounds(): TopSteps<void> {
    const store = this.#store;
    for (const { steps, atATime } of ROUNDS) {
      if (store.count <= 4 * this.#query.n) return;
      store.sort();
      const all = Int32Array.from({ length: store.count }, (_, r) => r);
      yield* this.#advance(all, steps, atATime);
      store.drop(this.#score, this.#start);
      yield* this.#lifts(MOST_LIFTS, store.count);
      this.#numLeft = Math.min(this.#numLeft, store.count);
    }
  }

  /**
   * The places, by the heap of the rows. Only rows that are ahead of the first settled one are compared with more columns: the
   * others are no place before it is one.
   */
  *#greedy(): TopSteps<Place[]> {
    const store = this.#store;
    store.sort();
    const heap = new RowHeap(store);
    const places: Place[] = [];
    while (places.length < this.#query.n) {
      const chosen = this.#rowsAhead(heap, places);
      if (chosen.length === 0) {
        if (heap.size === 0) break;
        const { starts, bounds } = store.rows;
        places.push({ start: starts[heap.first]!, score: bounds[heap.first]! });
        heap.removeFirst();
        continue;
      }
      yield* this.#compare(chosen);
      const settled = chosen.filter((r) => this.#isExact(r));
      for (const r of settled) yield* this.#teach(r);
      for (const r of chosen) if (!this.#isBehind(r)) heap.add(r);
      this.#numLeft = Math.min(this.#numLeft, heap.size);
      if (settled.length === 0) continue;
      this.#raise();
      heap.build();
      this.stage++;
    }
    return places;
  }

  /** Removes rows from the heap that are ahead of the first settled one, and those that can be no place. */
  #rowsAhead(heap: RowHeap, places: readonly Place[]): number[] {
    const { starts } = this.#store.rows;
    const chosen: number[] = [];
    while (heap.size > 0 && chosen.length < MOST_CHOSEN) {
      const r = heap.first;
      const isRuledOut =
        this.#isBehind(r) || places.some((place) => Math.abs(place.start - starts[r]!) < this.#query.separation);
      if (!isRuledOut && this.#isExact(r)) break;
      heap.removeFirst();
      if (!isRuledOut) chosen.push(r);
    }
    return chosen;
  }

  /** Asks the index for rows; those for which it was asked are compared with eight times the columns that one has seen at least. */
  *#compare(chosen: readonly number[]): TopSteps<void> {
    const goal = this.#goal();
    const { starts, seen } = this.#store.rows;
    const isAsked = (r: number): boolean => this.#asked.has(starts[r]!);
    // Rows beside one that is compared wait: when it is settled they learn from it.
    const known: number[] = [];
    for (const r of chosen) {
      const isBeside = (other: number): boolean =>
        Math.abs(starts[other]! - starts[r]!) < this.#shape.windowSize / BESIDE;
      if (isAsked(r) && !known.some(isBeside)) known.push(r);
    }
    const unknown = chosen.filter((r) => !isAsked(r));
    yield* this.#advance(unknown, ASK, 16, goal);
    for (const r of unknown) this.#asked.add(starts[r]!);
    const chunks = 8 * Math.max(1, Math.min(...known.map((r) => seen[r]!)));
    yield* this.#advance(known, scanTo(chunks), 1, goal);
  }

  /** Lets the rows around a settled one try its neighbors. */
  *#teach(r: number): TopSteps<void> {
    const { starts } = this.#store.rows;
    for (const direction of [-1, 1]) {
      const indices = [r];
      for (let other = r + direction; other >= 0 && other < this.#store.count; other += direction) {
        if (Math.abs(starts[other]! - starts[r]!) > this.#shape.windowSize) break;
        indices.push(other);
      }
      yield* this.#advance(indices, LEARN, indices.length);
    }
  }
}

/** A part of the blocks, one of each stretch, at places that are in phase with nothing. */
function sampledBlocks(numBlocks: number): number[] {
  const every = numBlocks < 256 ? 2 : numBlocks > 2 ** 18 ? numBlocks >> 14 : 16;
  return Array.from({ length: Math.floor(numBlocks / every) }, (_, q) =>
    Math.floor((q + ((q * 0.618033988749895) % 1)) * every),
  );
}
