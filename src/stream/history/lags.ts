// The recall of a stream of plain windows in WASM: squared distances by LAG, carried from value to value, and the proof of
// how far they may be from s. Where there are few and short ones they are summed instead, and nothing is carried.
//
// yₜ is the value at t, fⱼ what is remembered of the one at j; a missing one counts as its predecessor, and is masked when a
// candidate is settled. D[l] is the squared distance of the window that ends at t and of the one that ends at t − l. With the
// next value the lags stay where they are:
//
//   D[l] += (yₜ − fⱼ)² − (yₜ₋w − fⱼ₋w)² = (Uₜ − uⱼ)(Vₜ − vⱼ),   j = t − l,
//
// U = yₜ − yₜ₋w and V = (yₜ − c) + (yₜ₋w − c), u and v the same of f, which are formed once per value. A lag whose D less its
// margin is below the k-th best s so far is a hit and settled by the sum s; all others cannot matter. A good lag stays a good
// lag: before all others, the D of the lags found last bound the k-th best s from above, by which most hits are spared.
//
// ## The margin
//
// ε = 2⁻⁵³; aᵢ = yᵢ − c and bᵢ = fᵢ − c in real numbers, for any float64 c; Aₜ and Bⱼ are the sums of a² and b² over a window, d
// the real squared distance. As in margin.ts (a) – (e), where the constants are derived:
//
//   a sum of w squares is within          2.05ε(w + 8)·(Aₜ + Bⱼ) of d;
//   a step is within                      26ε·(aₜ² + aₜ₋w² + bⱼ² + bⱼ₋w²) of its real value;
//   adding it rounds by                   2.05ε·(Aₜ + Bⱼ).
//
// D was a sum at t₀, its block's refresh. Add up over the steps τ = t₀ + 1 … t, with j = τ − l: each a² counts at most twice in
// the second line, and w times in A; so do the b². With γ = ε(52 + 2.05w),
//
//   steps ≤ γ·Σ aᵢ² over i in (t₀ − w, t]  +  γ·Σ bᵢ² over i in (t₀ − l − w, t − l],
//
// and the first line is at most γ(A + B), as 2.05(w + 8) ≤ 52 + 2.05w: once for D at t₀ and once for s at t. So three terms of
// running sums H(t) = γ Σ aᵢ², i ≤ t, and F(j) = γ Σ bᵢ² bound the error; a block of lags takes the earliest and
// the latest j in it:
//
//   |D[l] − s| ≤ ONCE + (H(t) − Y0) + (F(t − lmin) − X0)  +  (H(t) − H(t − w)) + (F(t − lmin) − F(t − lmax − w))
//
// with ONCE = (H(t₀) − Y0) + (F(t₀ − lmin) − X0), Y0 = H(t₀ − w) and X0 = F(t₀ − lmax − w). A block that is begun by a few lags and
// goes on with more adds what they need to ONCE, and takes the earlier X0.
//
// Every sum that is read was rounded upwards from the same earlier one, so what a difference of two is off by was made between
// them: at most ε times the later one for each of their values. There are no more than count + w + the steps since
// the sums were started; `slack` is four times that, which covers the few operations above, too, and 10⁻³⁰¹ for whatever
// underflows. The constants leave room for the rounding of γa², and of D by its own error.
//
// c may change at any time: a step is as good as the c it was made with. When it does, ONCE takes what has accumulated, and the sums
// start from 0.
//
// A spike of size z leaves γz² behind: 0.02 for z = 10⁶ and w = 50. Where a block has more than a quarter of hits its D are
// summed at once, which is cheaper, and refreshes it; else blocks take turns.
//
// Squares and their sums are finite: |x| ≤ 2⁵⁰⁰ and w < 2¹⁸ (`servesLags`).

import type { Recall, RecallShape, RecallState } from './history.ts';
import { FULL, openStream, type Placed, type StreamPool, type StreamShape } from './wasm.ts';

/** Up to here sums cost less, in time or in memory, than what is carried does. */
const SHORT_WINDOW = 8;
const SHORT_HISTORY = 1000;

/** Windows so long are left to `scan`. */
const LONGEST_WINDOW = 2 ** 18;

/** Values that no memory of 4 GiB holds. */
const MOST_VALUES = 2 ** 29;

/** Whether windows of this size are served. */
export function servesLags({ windowSize }: RecallShape): boolean {
  return windowSize < LONGEST_WINDOW;
}

/**
 * O(history) per value, or O(history · w) where both are short. Memory: 48 bytes per value of `history`, or 8.
 *
 * @returns `undefined` where WASM is refused
 */
export function lags(shape: RecallShape, state: RecallState): Recall | undefined {
  const numValues = state.memory.length;
  const placed = openStream(shapeFor(shape, Math.max(64, numValues + (numValues >> 2))));
  return placed && new Lags(shape, state, placed);
}

/** How a stream with room for so many values, or all that matter, is laid out. */
export function shapeFor({ windowSize, k, history, exclusionZone }: RecallShape, numValues: number): StreamShape {
  const isLagged = windowSize > SHORT_WINDOW || history > SHORT_HISTORY;
  const span = Math.min(MOST_VALUES, history + windowSize - 1);
  // Memory moves to the other end of its buffers whenever the room before it is used up.
  const fullCapacity = span + (isLagged ? Math.max(64, span >> 2) : Math.max(16, span >> 4)) + 2;
  // A short history has its place for good: the small places that many streams outgrow would be of no use to anyone.
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

/** Frees the places of streams that nobody holds any more. */
const places: FinalizationRegistry<Placed> = /* @__PURE__ */ new FinalizationRegistry((placed) =>
  placed.pool.close(placed),
);

class Lags implements Recall {
  readonly #shape: RecallShape;
  #pool: StreamPool;
  #place: number;
  #placed: Placed;
  #numValues: number;

  constructor(shape: RecallShape, state: RecallState, placed: Placed) {
    this.#shape = shape;
    this.#pool = placed.pool;
    this.#place = placed.place;
    this.#placed = placed;
    this.#numValues = state.numValues;
    restoreStream(placed, state);
    places.register(this, placed, this);
  }

  get dist(): Float64Array {
    return this.#pool.f64;
  }

  get base(): number {
    return this.#pool.get(this.#place, 'dist') / 8;
  }

  update(x: number, learn: boolean): number {
    let found = this.#pool.kernel.update(this.#place, x, Number(learn));
    while (found === FULL) {
      this.#grow();
      found = this.#pool.kernel.update(this.#place, x, Number(learn));
    }
    this.#numValues++;
    return found;
  }

  peek(x: number): number {
    return this.#pool.kernel.peek(this.#place, x);
  }

  state(): RecallState {
    return streamState(this.#placed, this.#numValues);
  }

  get bytes(): number {
    return this.#placed.bytes;
  }

  close(): void {
    places.unregister(this);
    this.#pool.close(this.#placed);
  }

  /** Moves to a place twice as large. */
  #grow(): void {
    const state = this.state();
    const placed = openStream(shapeFor(this.#shape, 2 * state.memory.length))!;
    restoreStream(placed, state);
    this.close();
    this.#pool = placed.pool;
    this.#place = placed.place;
    this.#placed = placed;
    places.register(this, placed, this);
  }
}

/** Writes a state into a new place. */
export function restoreStream({ pool, place, shape }: Placed, { memory, window }: RecallState): void {
  const { f64 } = pool;
  const { capacity, isLagged } = shape;
  const count = memory.length;
  const head = capacity - count - 1;
  const x = pool.get(place, 'x') / 8 + head;
  for (let p = 0; p < count; p++) f64[x + p] = memory[count - 1 - p]!;
  const yHead = pool.get(place, 'yHead');
  const y = pool.get(place, 'y') / 8 + yHead;
  let present = 0;
  while (present < window.length && !Number.isNaN(window[window.length - 1 - present])) present++;
  for (let p = 0; p < present; p++) f64[y + p] = window[window.length - 1 - p]!;
  pool.set(place, 'head', head);
  pool.set(place, 'count', count);
  pool.set(place, 'present', present);
  if (isLagged) pool.kernel.restore(place);
}

/** What is in a place. */
export function streamState({ pool, place, shape }: Placed, numValues: number): RecallState {
  const { f64 } = pool;
  const memory = new Float64Array(pool.get(place, 'count'));
  const newest = pool.get(place, 'x') / 8 + pool.get(place, 'head');
  for (let p = 0; p < memory.length; p++) memory[memory.length - 1 - p] = f64[newest + p]!;
  const numLast = Math.min(numValues, shape.windowSize - 1);
  const window = new Float64Array(numLast).fill(NaN);
  const present = Math.min(numLast, pool.get(place, 'present'));
  const y = pool.get(place, 'y') / 8 + pool.get(place, 'yHead');
  for (let p = 0; p < present; p++) window[numLast - 1 - p] = f64[y + p]!;
  return { numValues, memory, window };
}
