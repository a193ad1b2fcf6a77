// The places of short windows by a k-d tree: its leaves are answered one after the other, the strangest first.
//
// A leaf holds windows near each other. The k nearest of them that are allowed for window i give an upper bound U(i) ≥ S(i): the
// score is what `aggregate` makes of the k smallest s(i, j), it never falls when one of them rises, and its roundings never fall
// either. A leaf's bound is the largest U of its windows. When leaves are answered by their bounds, descending, no window of the
// leaves that are left has a score above M, the next bound. Every window with a score above M is then known, and the greedy
// places among those that are known are the first of all places, as long as their scores are above M. Of a leaf, only the windows
// are answered whose own U reaches the last place: a window that is behind it is no place and rules out nothing (places.ts).
//
// At worst all leaves are answered: that is the profile, and the bounds are a fifth of it at most.
import { aggregate } from '../../core/aggregate.ts';
import type { Steps } from '../../core/steps.ts';
import { embed } from '../../core/windows.ts';
import { sqDist } from '../exactness.ts';
import { type Join, selfJoin } from '../join.ts';
import { LEAF, type LeafAnswers, leafAnswers } from '../kdtree/engine.ts';
import type { TopSource } from './fill.ts';
import { boundOfLast, byRank, greedyPlaces, type Place } from './places.ts';
import { RowHeap } from './row-heap.ts';
import { isBehind } from './rows.ts';

/** Leaves between two yields, a few milliseconds, and the fewest between two looks at the places. */
const LEAVES_AT_A_TIME = 64;
const LEAVES_OF_BOUNDS = 2048;

/** One leaf in so many is answered before there are bounds. */
const WIDEST_SHARE = 256;

/** A search for the places of short windows of a series among its own. */
export class LeafSearchTop {
  readonly #join: Join;
  readonly #k: number;
  readonly #isMax: boolean;
  readonly #n: number;
  readonly #separation: number;
  /** Windows with a score above 0 that can still be places. */
  #known: Place[] = [];
  #done = 0;
  #bound = Infinity;
  /** The largest U of the windows that are known to be behind the last place, and are not answered. */
  #behind = 0;

  constructor(
    { series, windowSize, exclusionZone, side }: TopSource,
    k: number,
    isMax: boolean,
    { n, separation }: { readonly n: number; readonly separation: number },
  ) {
    this.#join = selfJoin(embed(series, windowSize, 'none'), exclusionZone, side);
    this.#k = k;
    this.#isMax = isMax;
    this.#n = n;
    this.#separation = separation;
  }

  /** The number of windows whose scores are known. */
  get done(): number {
    return this.#done;
  }

  /** No window whose score is unknown has a higher one. */
  get bound(): number {
    return this.#bound;
  }

  /** The places among the windows whose scores are known. */
  get places(): Place[] {
    return greedyPlaces(this.#known.sort(byRank), this.#n, this.#separation);
  }

  /** Searches: O(N log N) for the tree, and what its leaves take that are answered. */
  *search(): Steps<Place[]> {
    const leaves = leafAnswers(this.#join, this.#k);
    yield;
    const { numLeaves } = leaves;
    // The leaves with the largest boxes hold strange windows. Their scores show what is too low for a place.
    const widest = widestLeaves(leaves);
    const unknown = new Float64Array(LEAF).fill(Infinity);
    for (const slot of widest) this.#answer(leaves, slot, unknown, undefined);
    let last = this.#look(undefined);
    const bounds = new Float64Array(LEAF * numLeaves);
    const left = { bounds: [] as number[], starts: [] as number[] };
    const bounder = new LeafBounds(this.#join, this.#k, this.#isMax);
    const low = last?.score ?? 0;
    for (let slot = 0; slot < numLeaves; slot++) {
      if (slot % LEAVES_OF_BOUNDS === 0) yield;
      if (widest.has(slot)) continue;
      const rows = leaves.rows(slot);
      const most = bounder.of(rows, low, bounds, LEAF * slot);
      if (most < low || most === 0) {
        this.#behind = Math.max(this.#behind, most);
        continue;
      }
      left.bounds.push(most);
      left.starts.push(slot);
    }
    const heap = new RowHeap({
      count: left.starts.length,
      rows: { bounds: Float64Array.from(left.bounds), starts: Int32Array.from(left.starts) },
    });
    this.#bound = Math.max(this.#behind, heap.size > 0 ? left.bounds[heap.first]! : 0);
    yield;
    let nextLook = 0;
    for (let answered = 0; heap.size > 0; answered++) {
      const next = heap.first;
      if (answered % LEAVES_AT_A_TIME === 0) yield;
      if (answered === nextLook) {
        nextLook += Math.max(LEAVES_AT_A_TIME, answered >> 3);
        const most = left.bounds[next]!;
        this.#bound = Math.max(most, this.#behind);
        last = this.#look(last);
        if (this.#areFinal(most)) return this.places;
      }
      heap.removeFirst();
      const slot = left.starts[next]!;
      this.#answer(leaves, slot, bounds.subarray(LEAF * slot), last);
    }
    this.#bound = this.#behind;
    this.#look(last);
    return this.places;
  }

  /** Takes the scores of a leaf, but those that are behind the last place. */
  #answer(leaves: LeafAnswers, slot: number, bounds: Float64Array, last: Place | undefined): void {
    const isOut = (bound: number, start: number): boolean =>
      isBehind(bound, start, last?.score ?? 0, last?.start ?? Infinity);
    const rows = leaves.rows(slot);
    let mask = 0;
    for (let q = 0; q < rows.length; q++) {
      if (isOut(bounds[q]!, rows[q]!)) this.#behind = Math.max(this.#behind, bounds[q]!);
      else mask |= 1 << q;
    }
    if (mask === 0) return;
    leaves.answer(slot, mask, (start, dist, _index, base, count) => {
      const score = aggregate(this.#isMax ? 'max' : 'mean', true, dist, base, count);
      this.#done++;
      if (!isOut(score, start)) this.#known.push({ start, score });
    });
  }

  /** Drops what is behind the last place; returns a bound of that. */
  #look(before: Place | undefined): Place | undefined {
    const last = boundOfLast(this.#known, this.#n, this.#separation) ?? before;
    if (last) this.#known = this.#known.filter(({ score, start }) => !isBehind(score, start, last.score, last.start));
    return last;
  }

  /** Whether the places are above `most`, the largest bound of the leaves that are left. */
  #areFinal(most: number): boolean {
    const { places } = this;
    return places.length === this.#n && places[this.#n - 1]!.score > most;
  }
}

/** The leaves with the largest boxes, one in WIDEST_SHARE, but at least LEAVES_AT_A_TIME. */
function widestLeaves(leaves: LeafAnswers): Set<number> {
  const extents = Float64Array.from({ length: leaves.numLeaves }, (_, slot) => leaves.extent(slot));
  const wanted = Math.max(LEAVES_AT_A_TIME, Math.floor(extents.length / WIDEST_SHARE));
  const least = extents.slice().sort().at(-wanted) ?? 0;
  const widest = new Set<number>();
  for (let slot = 0; slot < extents.length && widest.size < wanted; slot++) {
    if (extents[slot]! >= least) widest.add(slot);
  }
  return widest;
}

/** Upper bounds of the scores of the windows of a leaf. */
class LeafBounds {
  readonly #data: Float64Array;
  readonly #width: number;
  readonly #exclusion: number;
  readonly #isLeft: boolean;
  readonly #k: number;
  readonly #isMax: boolean;
  /** The k smallest s of every window of a leaf, ascending. */
  readonly #s: Float64Array;

  constructor({ columns, exclusion, after }: Join, k: number, isMax: boolean) {
    this.#data = columns.data;
    this.#width = columns.width;
    this.#exclusion = exclusion;
    this.#isLeft = after === 0;
    this.#k = k;
    this.#isMax = isMax;
    this.#s = new Float64Array(LEAF * k);
  }

  /**
   * Writes the bounds of the windows of a leaf by each other from `to[at]` on; returns the largest. Infinity if a window has too
   * few others. Windows whose scores are below `low` are not compared any further. O(LEAF²·w).
   */
  of(rows: Int32Array, low: number, to: Float64Array, at: number): number {
    const list = this.#s.fill(Infinity);
    const k = this.#k;
    const enough = (1 - 1e-9) * low * low; // with the k-th smallest s below, no mean of k distances is rounded up to `low`
    for (let p = 1; p < rows.length; p++) {
      for (let q = 0; q < p; q++) {
        if (list[p * k + k - 1]! <= enough && list[q * k + k - 1]! <= enough) continue;
        this.#compare(p, rows[p]!, q, rows[q]!);
      }
    }
    let most = 0;
    for (let p = 0; p < rows.length; p++) {
      const bound = this.#boundOf(p);
      to[at + p] = bound;
      most = Math.max(most, bound);
    }
    return most;
  }

  /** Compares window i, row p of the leaf, with window j, its row q. */
  #compare(p: number, i: number, q: number, j: number): void {
    if (Math.abs(i - j) <= this.#exclusion) return;
    const s = sqDist(this.#data, i, this.#data, j, this.#width, Infinity);
    if (!this.#isLeft || j < i) this.#insert(p, s);
    if (!this.#isLeft || i < j) this.#insert(q, s);
  }

  #insert(p: number, s: number): void {
    const list = this.#s;
    const base = p * this.#k;
    let o = base + this.#k - 1;
    if (!(s < list[o]!)) return;
    for (; o > base && list[o - 1]! > s; o--) list[o] = list[o - 1]!;
    list[o] = s;
  }

  #boundOf(p: number): number {
    const k = this.#k;
    const largest = this.#s[p * k + k - 1]!;
    if (k === 1 || largest === Infinity) return Math.sqrt(largest);
    return aggregate(this.#isMax ? 'max' : 'mean', true, this.#s, p * k, k);
  }
}
