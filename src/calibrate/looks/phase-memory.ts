// The values of earlier periods by phase; those of the period under way wait until their phase has passed.
import type { StateReader, StateWriter } from '../../core/state.ts';
import type { Phase } from './phase.ts';
import { PhaseCover } from './phase-cover.ts';

/** Bins that can be within reach of a value's own: itself, and one to either side. */
const NUM_WAITING = 3;

/**
 * Past values by bin, those of the period under way apart. A value waits until its bin is no longer of the phase of what comes
 * (`reach` bins to either side), or half a period has gone by. So a value is compared with those that came at its phase before,
 * and never with the ones just before it: a morning's rise that does not come is seen.
 *
 * Of each bin, and of each bin that waits, 8 values are kept: see {@link PhaseCover}.
 */
export class PhaseMemory {
  readonly #phase: Phase;
  #earlier: PhaseCover;
  /** Values that wait. */
  #waiting: PhaseCover;
  /** For each bin of `#waiting`: which bin of the period it is, and when its first value came. */
  readonly #bins: Float64Array;
  readonly #since: Float64Array;

  constructor(phase: Phase) {
    this.#phase = phase;
    this.#earlier = new PhaseCover(phase.numBins);
    this.#waiting = new PhaseCover(NUM_WAITING);
    this.#bins = new Float64Array(NUM_WAITING);
    this.#since = new Float64Array(NUM_WAITING);
  }

  /**
   * The distance of `x` to the nearest value of earlier periods at the phase of `bin`; NaN where there is none. Changes
   * nothing: what has waited long enough by `now` is counted in.
   */
  distance(bin: number, now: number, x: number): number {
    const { reach } = this.#phase;
    let nearest = this.#earlier.distance(bin, reach, x);
    for (let w = 0; w < NUM_WAITING; w++) {
      if (!this.#waiting.has(w) || this.#stepsTo(bin, w) > reach || !this.#isOld(w, now)) continue;
      nearest = Math.min(nearest, this.#waiting.distance(w, 0, x));
    }
    return nearest === Infinity ? NaN : nearest;
  }

  /** Lets what has waited long enough join the values of earlier periods. */
  goTo(bin: number, now: number): void {
    for (let w = 0; w < NUM_WAITING; w++) {
      if (!this.#waiting.has(w)) continue;
      const isPast = this.#stepsTo(bin, w) > this.#phase.reach || this.#isOld(w, now);
      if (isPast) this.#waiting.moveInto(this.#earlier, w, this.#bins[w]!);
    }
  }

  /** Keeps a value; {@link goTo} has been called for it. */
  keep(bin: number, now: number, x: number): void {
    let free = 0;
    for (let w = 0; w < NUM_WAITING; w++) {
      if (!this.#waiting.has(w)) free = w;
      else if (this.#bins[w] === bin) {
        this.#waiting.keep(w, x);
        return;
      }
    }
    this.#bins[free] = bin;
    this.#since[free] = now;
    this.#waiting.keep(free, x);
  }

  /** Bytes of its arrays. */
  get bytes(): number {
    return this.#earlier.bytes + this.#waiting.bytes + this.#bins.byteLength + this.#since.byteLength;
  }

  clear(): void {
    this.#earlier.clear();
    this.#waiting.clear();
    this.#bins.fill(0);
    this.#since.fill(0);
  }

  write(state: StateWriter): void {
    this.#earlier.write(state);
    this.#waiting.write(state);
    state.f64s(this.#bins);
    state.f64s(this.#since);
  }

  static read(state: StateReader, phase: Phase): PhaseMemory {
    const memory = new PhaseMemory(phase);
    memory.#earlier = PhaseCover.read(state);
    memory.#waiting = PhaseCover.read(state);
    memory.#bins.set(state.f64s());
    memory.#since.set(state.f64s());
    return memory;
  }

  /** How many bins lie from `bin` to the one that waits at `w`, by the shorter way around. */
  #stepsTo(bin: number, w: number): number {
    const steps = Math.abs(bin - this.#bins[w]!);
    return Math.min(steps, this.#phase.numBins - steps);
  }

  #isOld(w: number, now: number): boolean {
    return now - this.#since[w]! >= this.#phase.length / 2;
  }
}
