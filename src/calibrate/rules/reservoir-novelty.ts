// Novelty against a uniform sample: what a view of format 1 keeps of its past.
import type { Reservoir } from '../calibration/reservoir.ts';

/** Scores numbers by the distance to the nearest one in a {@link Reservoir}, which it then offers them to. */
export class ReservoirNovelty {
  readonly reservoir: Reservoir;
  readonly #nearest: Float64Array;

  constructor(reservoir: Reservoir) {
    this.reservoir = reservoir;
    this.#nearest = new Float64Array(1);
  }

  take(x: number, learn: boolean): void {
    if (learn) this.reservoir.offer(x);
  }

  peek(x: number): number {
    return this.reservoir.sorted.nearestInto(x, 1, this.#nearest) === 0 ? 0 : Math.sqrt(this.#nearest[0]!);
  }

  reset(): void {
    this.reservoir.clear();
  }
}
