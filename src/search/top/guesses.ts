// An index of sampled windows that guesses which columns are near a row. It proposes columns; nothing depends on what it
// misses. A sampled window becomes a point, its first COORDINATES principal components by a sample; a k-d tree holds the points.
import { BLOCK, COORDINATES, LEAF, NO_COLUMN, type TopKernel, type TopState, vector32 } from './kernel/state.ts';
import { random } from './random.ts';

/** One column in this many is a point, … */
const SHARE = 16;

/** … but at least and at most so many. */
const FEWEST = 4096;
const MOST = 2 ** 22;

/** Windows that the principal components are computed from, and rounds of power iteration. */
const SAMPLE = 256;
const ROUNDS = 4;

/** The number of points for so many columns, at most. */
export function numPointsOf(numColumns: number): number {
  return Math.min(numColumns, Math.max(FEWEST, Math.min(MOST, Math.floor(numColumns / SHARE))));
}

/** Builds the index in the arrays of the state that threads share. O(n·w / SHARE). */
export function buildGuesses(state: TopState, kernel: TopKernel): void {
  const { firstColumn, endColumn, numPoints, flags, points, columns, point } = state;
  const numColumns = endColumn - firstColumn;
  const next = random(1);
  fitBasis(state, next);

  // The points: one column of each gap.
  let size = 0;
  for (let p = 0; p < numPoints; p++) {
    const j = firstColumn + Math.floor(((p + next()) * numColumns) / numPoints);
    if ((flags[j]! & NO_COLUMN) !== 0) continue;
    columns[size] = j;
    kernel.project(j);
    points.set(point, COORDINATES * size++);
  }
  build(state, size);
}

/** The vectors' first principal components, by power iteration on a sample. */
function fitBasis(state: TopState, next: () => number): void {
  const { windowSize: w, firstColumn, endColumn, flags, basis } = state;
  const sample: Float64Array[] = [];
  for (let tries = 0; sample.length < SAMPLE && tries < 20 * SAMPLE; tries++) {
    const j = firstColumn + Math.floor(next() * (endColumn - firstColumn));
    if ((flags[j]! & NO_COLUMN) !== 0) continue;
    sample.push(vector32(state, j));
  }
  const mean = new Float64Array(w);
  for (const y of sample) addTo(mean, y, 1 / sample.length);
  for (const y of sample) addTo(y, mean, -1);
  const axes = Array.from({ length: COORDINATES }, () => Float64Array.from(mean, () => next() - 0.5));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [d, axis] of axes.entries()) {
      if (round > 0) multiply(sample, axis);
      for (const earlier of axes.slice(0, d)) addTo(axis, earlier, -dot(axis, earlier));
      const norm = Math.sqrt(dot(axis, axis));
      for (let l = 0; l < w; l++) axis[l] = norm > 1e-150 && norm < Infinity ? axis[l]! / norm : 0;
    }
  }
  for (const [d, axis] of axes.entries()) for (let l = 0; l < w; l++) basis[l * COORDINATES + d] = axis[l]!;
}

/** axis := Σ (y·axis) y */
function multiply(sample: readonly Float64Array[], axis: Float64Array): void {
  const sum = new Float64Array(axis.length);
  for (const y of sample) addTo(sum, y, dot(y, axis));
  axis.set(sum);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let l = 0; l < a.length; l++) sum += a[l]! * b[l]!;
  return sum;
}

function addTo(a: Float64Array, b: Float64Array, factor: number): void {
  for (let l = 0; l < a.length; l++) a[l] = a[l]! + factor * b[l]!;
}

/** Points of a node that tell where to cut it. */
const PROBED = 64;
const probed = new Float32Array(PROBED);

/** Writes coordinate d of some of the points [first, last) to `probed`; returns how many. */
function probe(points: Float32Array, first: number, last: number, d: number): number {
  const count = Math.min(PROBED, last - first);
  const step = (last - first) / count;
  for (let o = 0; o < count; o++) probed[o] = points[(first + Math.floor(o * step)) * COORDINATES + d]!;
  return count;
}

/** The coordinate in which the points [first, last) are farthest from each other. */
function longestSide(points: Float32Array, first: number, last: number): number {
  let side = 0;
  let longest = 0;
  for (let d = 0; d < COORDINATES; d++) {
    const count = probe(points, first, last, d);
    let low = probed[0]!;
    let high = low;
    for (let o = 1; o < count; o++) {
      const v = probed[o]!;
      if (v < low) low = v;
      else if (v > high) high = v;
    }
    if (!(high - low > longest)) continue;
    longest = high - low;
    side = d;
  }
  return side;
}

/** Hoare's partition of the points [first, last) by a coordinate: equal values go to both sides. Returns where the second begins. */
function partition(
  points: Float32Array,
  columns: Int32Array,
  first: number,
  last: number,
  side: number,
  at: number,
): number {
  let p = first;
  let q = last - 1;
  while (p <= q) {
    while (points[p * COORDINATES + side]! < at) p++;
    while (points[q * COORDINATES + side]! > at) q--;
    if (p > q) break;
    const j = columns[p]!;
    columns[p] = columns[q]!;
    columns[q] = j;
    for (let a = p * COORDINATES, b = q * COORDINATES, end = a + COORDINATES; a < end; a++, b++) {
      const v = points[a]!;
      points[a] = points[b]!;
      points[b] = v;
    }
    p++;
    q--;
  }
  return p;
}

/** Cuts the points at the middle of their longest side, until leaves are small. */
function build({ points, columns, from, other, axis, cut }: TopState, size: number): void {
  let nodes = 0;
  // Nodes that are still to be made: their points, and the node whose far side they are, or −1.
  const waiting = [{ first: 0, last: size, parent: -1 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { first, last, parent } = next;
    const node = nodes++;
    from[node] = first;
    if (parent >= 0) other[parent] = node;
    if (last - first <= LEAF || nodes + waiting.length + 2 > other.length) continue;
    const side = longestSide(points, first, last);
    const count = probe(points, first, last, side);
    const at = probed.subarray(0, count).sort()[count >> 1]!;
    const middle = partition(points, columns, first, last, side, at);
    if (middle <= first || middle >= last) continue;
    axis[node] = side;
    cut[node] = at;
    waiting.push({ first: middle, last, parent: node }, { first, last: middle, parent: -1 });
  }
  from[nodes] = size;
}

/** Subtrees that wait, and neighbors that are asked for, at most. */
const WAITING = 64;

/** Answers queries; it holds the scratch for one at a time. */
export class Guesser {
  readonly #kernel: TopKernel;
  readonly #state: TopState;
  readonly #waiting = new Int32Array(WAITING);
  readonly #distances = new Float64Array(WAITING);
  readonly #best = new Float64Array(WAITING);
  /** The columns of the last answer, nearest first. */
  readonly columns: Int32Array = new Int32Array(WAITING);

  constructor(state: TopState, kernel: TopKernel) {
    this.#kernel = kernel;
    this.#state = state;
  }

  /** Columns between two points, about. */
  get gap(): number {
    const { firstColumn, endColumn, numPoints } = this.#state;
    return (endColumn - firstColumn) / numPoints;
  }

  /** Finds up to `most` columns near row i, in the `leaves` nearest leaves; returns their number. */
  ask(i: number, most: number, leaves: number): number {
    const { columns, from, other, axis, cut, point, bound, left, exclusion } = this.#state;
    const waiting = this.#waiting;
    const distances = this.#distances;
    const best = this.#best;
    const found = this.columns;
    this.#kernel.project(i);
    let count = 0;
    let numWaiting = 1;
    waiting[0] = 0;
    distances[0] = 0;
    for (let more = leaves; more > 0 && numWaiting > 0; more--) {
      // The nearest subtree that waits.
      let nearest = 0;
      for (let q = 1; q < numWaiting; q++) if (distances[q]! < distances[nearest]!) nearest = q;
      const distance = distances[nearest]!;
      let node = waiting[nearest]!;
      waiting[nearest] = waiting[--numWaiting]!;
      distances[nearest] = distances[numWaiting]!;
      if (count === most && distance >= best[count - 1]!) break;
      // Down to the leaf on the near side of all cuts.
      while (other[node] !== 0) {
        const z = point[axis[node]!]! - cut[node]!;
        const far = z < 0 ? other[node]! : node + 1;
        if (numWaiting < WAITING) {
          waiting[numWaiting] = far;
          distances[numWaiting++] = Math.max(distance, z * z);
        }
        node = z < 0 ? node + 1 : other[node]!;
      }
      // Its points.
      const end = from[node + 1]!;
      for (let p = from[node]!, measured = p; p < end; p++) {
        if (p === measured) this.#kernel.measure(p, Math.min((measured += BLOCK), end));
        const d = bound[p - measured + BLOCK]!;
        if (count === most && !(d < best[count - 1]!)) continue;
        const lag = columns[p]! - i;
        if (left ? -lag <= exclusion : Math.abs(lag) <= exclusion) continue;
        let r = count < most ? count++ : count - 1;
        for (; r > 0 && best[r - 1]! > d; r--) {
          best[r] = best[r - 1]!;
          found[r] = found[r - 1]!;
        }
        best[r] = d;
        found[r] = columns[p]!;
      }
    }
    return count;
  }
}
