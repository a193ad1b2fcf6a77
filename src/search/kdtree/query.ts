// Searching a k-d tree for the 16 rows of one leaf at a time. These rows are near each other: they share the box tests of a
// subtree, and the memory that they touch stays in cache. The lower bounds are those of exactness.ts (2): exact, without
// error terms.
import { sqDist } from '../exactness.ts';
import type { SearchWork } from '../plan.ts';
import { clearRows, EMPTY, finishRow, replaceWorst } from '../top-k.ts';
import { type KDTree, LEAF, STACK } from './build.ts';

/**
 * max(0, below, above), where at most one of the two is positive: v + |v| is 2v or 0, both exactly. Branches could not be
 * predicted here; without them the whole search is 1.5 times faster on white noise.
 */
function outside(below: number, above: number): number {
  return 0.5 * (below + Math.abs(below) + (above + Math.abs(above)));
}

/** The bound on the points of two windows that follows from a bound on s: (√(s + under)·factor + slack)². See projection.ts. */
export interface Reach {
  readonly under: number;
  readonly factor: number;
  readonly slack: number;
}

/** The windows that the points of the trees stand for, when they are not the windows themselves. */
export interface Refinement {
  readonly rows: Vectors;
  readonly columns: Vectors;
  readonly width: number;
  readonly reach: Reach;
}

/** Vector i is data[i·stride] and what follows. */
export interface Vectors {
  readonly data: Float64Array;
  readonly stride: number;
}

/** Which columns are allowed for a row: see `Join` in join.ts. */
export interface Allowed {
  readonly exclusion: number;
  readonly before: number;
  readonly after: number;
}

/** What a search is asked: for the rows of one tree, their k best columns in another tree or in the same. */
export interface LeafQuery {
  readonly rows: KDTree;
  readonly columns: KDTree;
  readonly k: number;
  /** Whether columns at equal distances must come in the order of their indices. */
  readonly byIndex: boolean;
  readonly allowed: Allowed;
  /** If the points of the trees are projections. */
  readonly refinement?: Refinement | undefined;
}

/** What the engine needs of a search; implemented here and in WASM. */
export interface LeafSearcher {
  readonly k: number;
  readonly work: SearchWork;
  /** LEAF rows of length k, the best first, EMPTY slots last. */
  readonly dist: Float64Array;
  readonly index: Int32Array;
  /**
   * Finds the k best columns of the rows of `mask`, one bit each, in the leaf `node` of the rows' tree. No column before
   * `firstColumn` or after `lastColumn` is allowed for any of these rows. Nothing is known of the other rows then.
   */
  run(node: number, firstColumn: number, lastColumn: number, mask: number): void;
}

/** A search that is ready to run. */
export interface PreparedSearch {
  /** The tree of the rows. */
  readonly rows: KDTree;
  readonly leafSearch: LeafSearcher;
  /** The join that it was prepared for. */
  readonly allowed: Allowed;
}

/**
 * The search for the rows of one leaf: the scalar twin of assembly/kdtree.ts. While it runs, `dist` and `index` hold rows
 * as top-k.ts lays them out.
 */
export class LeafSearch implements LeafSearcher {
  readonly dist: Float64Array;
  readonly index: Int32Array;
  readonly k: number;
  readonly work: SearchWork = { boxTests: 0, leafTests: 0, refinements: 0 };

  // What is searched.
  readonly #rows: KDTree;
  readonly #columns: KDTree;
  readonly #exclusion: number;
  readonly #before: number;
  readonly #after: number;
  readonly #refinement: Refinement | undefined;

  // The rows at hand: their leaf, and for row q the distance `bound[q]` of its k-th best column so far. A column at that
  // very distance counts if its index is below `tieBound[q]`: the k-th's index if the order by index is asked for, else −1.
  #leaf = 0;
  #slot = 0;
  #size = 0;
  #firstColumn = 0;
  #lastColumn = 0;
  readonly #byIndex: boolean;
  readonly #bound: Float64Array = new Float64Array(LEAF);
  readonly #tieBound: Int32Array = new Int32Array(LEAF);
  #worstBound = 0;

  // Subtrees that wait: node, distance of its box to the box of the rows, rows that may profit (one bit each).
  readonly #nodes: Int32Array = new Int32Array(STACK);
  readonly #distances: Float64Array = new Float64Array(STACK);
  readonly #masks: Int32Array = new Int32Array(STACK);

  constructor({ rows, columns, k, byIndex, allowed, refinement }: LeafQuery) {
    this.#refinement = refinement;
    this.#rows = rows;
    this.#columns = columns;
    this.k = k;
    this.#byIndex = byIndex;
    this.#exclusion = allowed.exclusion;
    this.#before = allowed.before;
    this.#after = allowed.after;
    this.dist = new Float64Array(LEAF * k);
    this.index = new Int32Array(LEAF * k);
  }

  run(node: number, firstColumn: number, lastColumn: number, mask: number): void {
    this.#leaf = node;
    this.#slot = node - this.#rows.numLeaves;
    this.#size = this.#rows.size[this.#slot]!;
    this.#firstColumn = firstColumn;
    this.#lastColumn = lastColumn;
    clearRows(this.dist, this.index, LEAF, this.k);
    this.#bound.fill(Infinity);
    this.#tieBound.fill(this.#byIndex ? EMPTY : -1);
    this.#worstBound = Infinity;
    const wanted = mask & ((1 << this.#size) - 1); // the bounds of the others stay Infinity: more boxes are measured
    if (this.#rows === this.#columns) {
      // A self-join starts where the rows are and climbs: at each ancestor the other side is searched, if near enough.
      this.#scan(this.#slot, wanted);
      for (let x = node; x > 1; x >>= 1) this.#descend(x ^ 1, this.#boxDistance(x ^ 1), wanted);
    } else {
      this.#descend(1, 0, wanted);
    }
    for (let q = 0; q < this.#size; q++) finishRow(this.dist, this.index, q * this.k, this.k);
  }

  /** Searches the subtree of `root`, whose box is `distance` away, for the rows of `mask`; nearer children first. */
  #descend(root: number, distance: number, mask: number): void {
    const nodes = this.#nodes;
    const distances = this.#distances;
    const masks = this.#masks;
    const { numLeaves, lowest, highest } = this.#columns;
    let pending = 1;
    nodes[0] = root;
    distances[0] = distance;
    masks[0] = mask;
    while (pending > 0) {
      pending--;
      if (distances[pending]! > this.#worstBound) continue;
      if (distances[pending] === this.#worstBound && !this.#byIndex && !this.#refinement) continue;
      const x = nodes[pending]!;
      if (lowest[x]! > this.#lastColumn || highest[x]! < this.#firstColumn) continue;
      const near = this.#rowsNear(x, masks[pending]!);
      if (near === 0) continue;
      if (x >= numLeaves) {
        this.#scan(x - numLeaves, near);
        continue;
      }
      // A row that is too far from a box is too far from the boxes in it: the children inherit the rows of `near`.
      const left = 2 * x;
      const right = left + 1;
      const toLeft = this.#boxDistance(left);
      const toRight = this.#boxDistance(right);
      const leftFirst = toLeft < toRight || (toLeft === toRight && lowest[left]! < lowest[right]!);
      nodes[pending] = leftFirst ? right : left;
      distances[pending] = leftFirst ? toRight : toLeft;
      masks[pending++] = near;
      nodes[pending] = leftFirst ? left : right;
      distances[pending] = leftFirst ? toLeft : toRight;
      masks[pending++] = near;
    }
  }

  /** The squared distance of the rows' box and the box of column node x: exactness.ts (2) for two boxes. */
  #boxDistance(x: number): number {
    const { width, boxes } = this.#rows;
    const others = this.#columns.boxes;
    let a = this.#leaf * width * 2;
    let b = x * width * 2;
    let sum = 0;
    for (const end = a + 2 * width; a < end; a += 2, b += 2) {
      const z = outside(others[b]! - boxes[a + 1]!, boxes[a]! - others[b + 1]!);
      sum += z * z;
    }
    return sum;
  }

  /** The rows of `mask` for which the box of column node x may hold a better column than their k-th. */
  #rowsNear(x: number, mask: number): number {
    const { width, points, first } = this.#rows;
    const base = first[this.#slot]! * width;
    const { boxes, lowest } = this.#columns;
    const bound = this.#bound;
    const tieBound = this.#tieBound;
    const from = x * width * 2;
    const end = from + width * 2;
    const lowestColumn = lowest[x]!;
    let near = 0;
    this.work.boxTests++;
    for (let rest = mask; rest !== 0; rest &= rest - 1) {
      const q = 31 - Math.clz32(rest & -rest);
      const limit = bound[q]!;
      let sum = 0;
      let p = base + q;
      for (let b = from; b < end; b += 2, p += LEAF) {
        const v = points[p]!;
        const z = outside(boxes[b]! - v, v - boxes[b + 1]!);
        sum += z * z;
      }
      const isTie = this.#refinement ? this.dist[q * this.k] === 0 : sum === limit;
      if (sum <= limit && (!isTie || lowestColumn < tieBound[q]!)) near |= 1 << q;
    }
    return near;
  }

  /** Compares the rows of `mask` with every column of the leaf in `slot`. */
  #scan(slot: number, mask: number): void {
    const { width } = this.#rows;
    const rowPoints = this.#rows.points;
    const columnPoints = this.#columns.points;
    const { order, first, size } = this.#columns;
    const bound = this.#bound;
    const tieBound = this.#tieBound;
    const numColumns = size[slot]!;
    const firstOrder = first[slot]!;
    const columnBase = firstOrder * width;
    const rowOrder = this.#rows.first[this.#slot]!;
    const rowBase = rowOrder * width;
    for (let rest = mask; rest !== 0; rest &= rest - 1) {
      const q = 31 - Math.clz32(rest & -rest);
      let limit = bound[q]!;
      this.work.leafTests++;
      // Four columns at a time: four independent sums, each left to right, are as fast as one.
      for (let c = 0; c < numColumns; c += 4) {
        let s0 = 0;
        let s1 = 0;
        let s2 = 0;
        let s3 = 0;
        let b = columnBase + c;
        const end = b + width * LEAF;
        for (let a = rowBase + q; b < end; a += LEAF, b += LEAF) {
          const v = rowPoints[a]!;
          const z0 = v - columnPoints[b]!;
          const z1 = v - columnPoints[b + 1]!;
          const z2 = v - columnPoints[b + 2]!;
          const z3 = v - columnPoints[b + 3]!;
          s0 += z0 * z0;
          s1 += z1 * z1;
          s2 += z2 * z2;
          s3 += z3 * z3;
        }
        if (s0 <= limit) limit = this.#offer(q, rowOrder, s0, c, numColumns, order, firstOrder);
        if (s1 <= limit) limit = this.#offer(q, rowOrder, s1, c + 1, numColumns, order, firstOrder);
        if (s2 <= limit) limit = this.#offer(q, rowOrder, s2, c + 2, numColumns, order, firstOrder);
        if (s3 <= limit) limit = this.#offer(q, rowOrder, s3, c + 3, numColumns, order, firstOrder);
      }
      tieBound[q] = this.#byIndex ? this.index[q * this.k]! : -1;
    }
    let worst = -1;
    for (let q = 0; q < this.#size; q++) if (bound[q]! > worst) worst = bound[q]!;
    this.#worstBound = worst;
  }

  /** Inserts column c of a leaf into row q if it is allowed and precedes the row's k-th. Returns the row's bound. */
  #offer(
    q: number,
    rowOrder: number,
    sum: number,
    c: number,
    numColumns: number,
    order: Int32Array,
    firstOrder: number,
  ): number {
    if (c >= numColumns) return this.#bound[q]!;
    const i = this.#rows.order[rowOrder + q]!;
    const j = order[firstOrder + c]!;
    const lag = j - i;
    const allowed =
      lag > 0 ? lag > this.#exclusion && lag <= this.#after : -lag > this.#exclusion && -lag <= this.#before;
    if (!allowed) return this.#bound[q]!;
    const base = q * this.k;
    const worst = this.dist[base]!;
    const s = this.#refinement ? this.#refine(this.#refinement, i, j, worst) : sum;
    if (s > worst || (s === worst && j > this.index[base]!)) return this.#bound[q]!;
    replaceWorst(this.dist, this.index, base, this.k, s, j);
    return (this.#bound[q] = this.#reachOf(this.dist[base]!));
  }

  /** s of two windows, or any value above `worst` if s is above it. */
  #refine({ rows, columns, width }: Refinement, i: number, j: number, worst: number): number {
    this.work.refinements++;
    const limit = worst * (1 + 2 ** -50) + 2 ** -1074;
    return sqDist(rows.data, i * rows.stride, columns.data, j * columns.stride, width, limit);
  }

  #reachOf(s: number): number {
    if (!this.#refinement) return s;
    const { under, factor, slack } = this.#refinement.reach;
    return (Math.sqrt(s + under) * factor + slack) ** 2;
  }
}
