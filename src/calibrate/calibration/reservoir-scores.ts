// A uniform sample of past scores: what Calibrator kept in states of format 1, which go on by it.
import type { StateReader, StateWriter } from '../../core/state.ts';
import { type PastScores, type Tail, tailIndex } from './past-scores.ts';
import { Reservoir } from './reservoir.ts';

/** See {@link Reservoir}. */
export class ReservoirScores implements PastScores {
  readonly #reservoir: Reservoir;

  constructor(reservoir: Reservoir) {
    this.#reservoir = reservoir;
  }

  get count(): number {
    return this.#reservoir.sorted.size;
  }

  add(score: number): void {
    this.#reservoir.offer(score);
  }

  rank(score: number): number {
    return this.#reservoir.sorted.rank(score);
  }

  /** As version 0.1 computed it: ties may leave a rounding error as their excess. */
  tail(share: number): Tail {
    const { sorted } = this.#reservoir;
    const m = sorted.size;
    const q = tailIndex(m, share);
    const start = sorted.at(q);
    return { start, excess: sorted.sumFrom(q) / (m - q) - start, count: m - q };
  }

  clear(): void {
    this.#reservoir.clear();
  }

  write(state: StateWriter): void {
    this.#reservoir.write(state);
  }

  static read(state: StateReader): ReservoirScores {
    return new ReservoirScores(Reservoir.read(state));
  }
}
