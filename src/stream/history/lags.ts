// The history of a stream of plain windows in WASM. It carries one squared distance per LAG from value to value, and this
// comment proves how far those may be from s. Where windows and history are short, sums are cheaper, and nothing is carried.
//
// yₜ is the value at t, and fⱼ the remembered value at j. A missing value counts as the value before it; its windows are
// rejected when a candidate is settled. D[l] is the squared distance of the window that ends at t and the window that ends at
// t − l. The next value updates each D[l]:
//
//   D[l] += (yₜ − fⱼ)² − (yₜ₋w − fⱼ₋w)² = (Uₜ − uⱼ)(Vₜ − vⱼ),   j = t − l,
//
// with U = yₜ − yₜ₋w and V = (yₜ − c) + (yₜ₋w − c); u and v are the same of f and are computed once per value. A lag whose D
// less its margin is below the k-th best s so far is a hit: its sum s is computed, which settles it. No other lag can be a
// neighbor. Lags that were best for one window are good for the next. So the D of the lags found last are read first: they
// bound the k-th best s from above, which avoids most hits.
//
// ## The margin
//
// Let ε = 2⁻⁵³, aᵢ = yᵢ − c and bᵢ = fᵢ − c in real numbers, for any float64 c. Aₜ and Bⱼ are the sums of a² and b² over a
// window, and d is the real squared distance. As in margin.ts (a) – (e), where the constants are derived:
//
//   a sum of w squares is within          2.05ε(w + 8)·(Aₜ + Bⱼ) of d;
//   a step is within                      26ε·(aₜ² + aₜ₋w² + bⱼ² + bⱼ₋w²) of its real value;
//   adding it rounds by                   2.05ε·(Aₜ + Bⱼ).
//
// D was a sum at t₀, when its block was refreshed. Add up the errors of the steps τ = t₀ + 1 … t, with j = τ − l. Each a² counts
// at most twice in the second line and w times in A; the same holds for b². With γ = ε(52 + 2.05w),
//
//   steps ≤ γ·Σ aᵢ² over i in (t₀ − w, t]  +  γ·Σ bᵢ² over i in (t₀ − l − w, t − l],
//
// The first line is at most γ(A + B), as 2.05(w + 8) ≤ 52 + 2.05w. It counts once for D at t₀ and once for s at t. So
// differences of the running sums H(t) = γ Σ aᵢ², i ≤ t, and F(j) = γ Σ bᵢ², i ≤ j, bound the error. A block of lags takes the
// earliest and the latest j of its lags lmin … lmax:
//
//   |D[l] − s| ≤ ONCE + (H(t) − Y0) + (F(t − lmin) − X0)  +  (H(t) − H(t − w)) + (F(t − lmin) − F(t − lmax − w))
//
// with ONCE = (H(t₀) − Y0) + (F(t₀ − lmin) − X0), Y0 = H(t₀ − w) and X0 = F(t₀ − lmax − w). The last block gains lags as the
// history grows. Then ONCE grows by the error of the new lags, and X0 becomes the smaller of the old and the new X0.
//
// The rounding of the running sums: each is its predecessor plus one term, rounded. So the error of a difference of two sums
// arose between them, and is at most ε times the later sum for each value between them. These are at most count + w + the
// steps since the sums were started. `slack` is four times that, which also covers the few operations above, plus 10⁻³⁰¹ for
// underflow. The constants are large enough to cover the rounding of γa², and the rounding of D by its own error.
//
// The center c may change at any time, as each step is bounded with the c it was made with. On a change, ONCE takes the error
// that has accumulated, and the sums start from 0.
//
// A spike of size z leaves an error of γz² behind: 0.02 for z = 10⁶ and w = 50. Where more than a quarter of a block are hits,
// all D of the block are computed as sums, which is cheaper and refreshes the block. Other blocks are refreshed in turn.
//
// Squares and their sums are finite: |x| ≤ 2⁵⁰⁰ and w < 2¹⁸ (`servesLags`).
import { FULL, SHORT_HISTORY, SHORT_WINDOW } from './fields.ts';
import { countPresent, type HistorySearch, type HistoryShape, type HistoryState, stateOf } from './history-search.ts';
import { type Allocation, allocateStream, type StreamPool, type StreamShape } from './wasm.ts';

/** Windows of this size and longer ones are left to `scanHistory`. */
const LONGEST_WINDOW = 2 ** 18;

/** More values than 4 GiB hold. */
const MOST_VALUES = 2 ** 29;

/** Whether windows of this size are served. */
export function servesLags({ windowSize }: HistoryShape): boolean {
  return windowSize < LONGEST_WINDOW;
}

/**
 * O(history) per value, or O(history · w) where windows and history are short. Memory: 48 bytes per value of `history`, or 10
 * where they are short.
 *
 * @returns `undefined` where WASM is refused
 */
export function lagHistory(shape: HistoryShape, state: HistoryState): HistorySearch | undefined {
  const numValues = state.memory.length;
  const allocation = allocateStream(shapeFor(shape, Math.max(64, numValues + (numValues >> 2))));
  return allocation && new LagHistory(shape, state, allocation);
}

/** The shape of a stream whose buffers hold `numValues` values, or all values that matter if these are fewer. */
function shapeFor({ windowSize, k, history, exclusionZone }: HistoryShape, numValues: number): StreamShape {
  const isLagged = windowSize > SHORT_WINDOW || history > SHORT_HISTORY;
  const span = Math.min(MOST_VALUES, history + windowSize - 1);
  // Values are written towards the start of their buffers, and moved to the end when the start is reached.
  // Short ones are moved after every 32 values: that costs 5 ns per value, and each slot costs 10 bytes in every stream.
  const fullCapacity = span + (isLagged ? Math.max(64, span >> 2) : 32) + 2;
  // A short history gets its full capacity at once: many streams of this shape would free small blocks that none reuses.
  const capacity = isLagged ? Math.min(fullCapacity, Math.max(64, numValues) + 2 * windowSize) : fullCapacity;
  return {
    windowSize,
    k: Math.min(k, capacity),
    exclusionZone: Math.min(exclusionZone, MOST_VALUES),
    span,
    capacity,
    fullCapacity,
    isLagged,
  };
}

/** Numbers in a line of a cache, of 64 bytes. */
const LINE = 8;

/** Frees the memory of histories that were garbage collected without close(). */
const abandoned: FinalizationRegistry<Allocation> = /* @__PURE__ */ new FinalizationRegistry((allocation) =>
  allocation.pool.free(allocation),
);

class LagHistory implements HistorySearch {
  readonly #shape: HistoryShape;
  #allocation: Allocation;
  // The members of #allocation that every update reads, and the index of its `dist`.
  #pool: StreamPool;
  #offset: number;
  base: number;
  #numValues: number;

  constructor(shape: HistoryShape, state: HistoryState, allocation: Allocation) {
    this.#shape = shape;
    this.#allocation = allocation;
    this.#pool = allocation.pool;
    this.#offset = allocation.offset;
    this.base = baseOf(allocation);
    this.#numValues = state.numValues;
    restoreStream(allocation, state);
    abandoned.register(this, allocation, this);
  }

  get dist(): Float64Array {
    return this.#pool.f64;
  }

  update(x: number, learn: boolean): number {
    let found = this.#pool.kernel.update(this.#offset, x, Number(learn));
    while (found === FULL) {
      this.#grow();
      found = this.#pool.kernel.update(this.#offset, x, Number(learn));
    }
    this.#numValues++;
    return found;
  }

  /** The fields of the stream, and the window and its neighbors where they are short. What follows is read in order anyway. */
  touch(): number {
    const { f64 } = this.#pool;
    const at = this.#offset / 8;
    return f64[at]! + f64[at + LINE]! + f64[at + 2 * LINE]! + f64[at + 3 * LINE]! + f64[at + 4 * LINE]!;
  }

  peek(x: number): number {
    return this.#pool.kernel.peek(this.#offset, x);
  }

  snapshot(): HistoryState {
    return snapshotStream(this.#allocation, this.#numValues);
  }

  /** The kernel leaves it where it was, behind the values in memory. */
  get forgotten(): number {
    const { span } = this.#allocation.shape;
    if (this.#numValues <= span) return NaN;
    const newest = this.#pool.get(this.#offset, 'x') / 8 + this.#pool.get(this.#offset, 'head');
    return this.#pool.f64[newest + span]!;
  }

  get bytes(): number {
    return this.#allocation.bytes;
  }

  close(): void {
    abandoned.unregister(this);
    this.#pool.free(this.#allocation);
  }

  /** Moves the stream to a new allocation that holds twice as many values. */
  #grow(): void {
    const state = this.snapshot();
    const allocation = allocateStream(shapeFor(this.#shape, 2 * state.memory.length))!;
    restoreStream(allocation, state);
    this.close();
    this.#allocation = allocation;
    this.#pool = allocation.pool;
    this.#offset = allocation.offset;
    this.base = baseOf(allocation);
    abandoned.register(this, allocation, this);
  }
}

/** The index of the distances of a stream among the numbers of its pool. */
function baseOf({ pool, offset }: Allocation): number {
  return pool.get(offset, 'dist') / 8;
}

/** Writes a state into a new allocation. The kernel keeps values newest first. */
function restoreStream({ pool, offset, shape }: Allocation, { memory, window }: HistoryState): void {
  const { f64 } = pool;
  const { capacity } = shape;
  // The remembered values, at the end of their buffer.
  const count = memory.length;
  const head = capacity - count - 1;
  const x = pool.get(offset, 'x') / 8 + head;
  for (let p = 0; p < count; p++) f64[x + p] = memory[count - 1 - p]!;
  // The window, as far as it has no missing value.
  const present = countPresent(window);
  const y = pool.get(offset, 'y') / 8 + pool.get(offset, 'yHead');
  for (let p = 0; p < present; p++) f64[y + p] = window[window.length - 1 - p]!;
  pool.set(offset, 'head', head);
  pool.set(offset, 'count', count);
  pool.set(offset, 'present', present);
  pool.kernel.restore(offset);
}

/** The state of the stream in an allocation. */
function snapshotStream({ pool, offset, shape }: Allocation, numValues: number): HistoryState {
  const newestFirst = (field: 'x' | 'y', head: 'head' | 'yHead', count: number): Float64Array => {
    const begin = pool.get(offset, field) / 8 + pool.get(offset, head);
    return pool.f64.slice(begin, begin + count);
  };
  const memory = newestFirst('x', 'head', pool.get(offset, 'count')).reverse();
  const window = newestFirst('y', 'yHead', Math.min(numValues, shape.windowSize - 1)).reverse();
  return stateOf(numValues, memory, window, pool.get(offset, 'present'));
}
