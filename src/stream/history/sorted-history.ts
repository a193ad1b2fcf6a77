// The recall of windows of a single value: they lie in order, and the nearest are beside the place of the one that is scored.
import { SortedValues } from '../../core/sorted-values.ts';
import { type Recall, type RecallShape, type RecallState, Tape } from './history.ts';

/** O(log history + k) per value. Memory: 16 to 32 bytes per value of `history`. */
export function values(shape: RecallShape, state: RecallState): Recall {
  return new Values(shape, state);
}

/** The same with the values of `reference` as candidates, for good. */
export function valuesOfReference(shape: RecallShape, reference: Float64Array, state: RecallState): Recall {
  let sorted = references.get(shape);
  if (!sorted) {
    sorted = new SortedValues();
    for (const x of reference) if (!Number.isNaN(x)) sorted.insert(x);
    references.set(shape, sorted);
  }
  return new Values(shape, state, sorted);
}

/** The values of references: streams of one shape share them. */
const references = new WeakMap<RecallShape, SortedValues>();

class Values implements Recall {
  dist: Float64Array;
  readonly base: number;
  readonly #shape: RecallShape;
  readonly #tape: Tape;
  /** The candidates of the next value. */
  readonly #sorted: SortedValues;
  /** Whether values become candidates. */
  readonly #isLearning: boolean;

  constructor(shape: RecallShape, state: RecallState, reference?: SortedValues) {
    this.dist = new Float64Array(1);
    this.base = 0;
    this.#shape = shape;
    this.#tape = new Tape(shape, state);
    this.#sorted = reference ?? new SortedValues();
    this.#isLearning = reference === undefined && shape.exclusionZone < shape.history;
    if (!this.#isLearning) return;
    const { memory } = state;
    for (let p = 0; p < memory.length - shape.exclusionZone; p++) this.#insert(memory[p]!);
  }

  update(x: number, learn: boolean): number {
    const found = this.peek(x);
    const { history, exclusionZone } = this.#shape;
    const t = this.#tape.numValues;
    const forgotten = t >= history ? this.#tape.at(t - history) : NaN;
    this.#tape.push(x, learn);
    if (this.#isLearning) {
      if (t >= exclusionZone) this.#insert(this.#tape.at(t - exclusionZone));
      if (!Number.isNaN(forgotten)) this.#sorted.remove(forgotten);
    }
    return found;
  }

  peek(x: number): number {
    if (Number.isNaN(x)) return -1;
    const places = Math.min(this.#shape.k, this.#sorted.size);
    if (places > this.dist.length) {
      this.dist = new Float64Array(Math.min(this.#shape.k, Math.max(places, 2 * this.dist.length)));
    }
    return this.#sorted.nearestInto(x, places, this.dist);
  }

  state(): RecallState {
    return this.#tape.state();
  }

  /** About: sorted values take up to twice their room. */
  get bytes(): number {
    return this.#tape.bytes + this.dist.byteLength + (this.#isLearning ? 12 * this.#sorted.size : 0);
  }

  #insert(x: number): void {
    if (!Number.isNaN(x)) this.#sorted.insert(x);
  }
}
