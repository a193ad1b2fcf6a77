// What an incident is undone by: the state before it, and every value since.
import type { StateReader, StateWriter } from '../../core/state.ts';

/** Values that are kept since an incident began. */
const MOST_VALUES = 1000;

/** A value that came since, with all that a monitor was told from outside about it. */
export interface Replayed {
  readonly value: number;
  /** Milliseconds since 1970; NaN where no time was given. */
  readonly moment: number;
  readonly learn: boolean;
  readonly paused: boolean;
  /** The threshold in force; NaN for one that learns. */
  readonly threshold: number;
}

/** The state before the last incident and the values since. Memory: a state, and 25 bytes per value. */
export class Undo {
  #before: Uint8Array | undefined;
  #values: Replayed[];

  constructor() {
    this.#before = undefined;
    this.#values = [];
  }

  /** The state before the incident; `undefined` before the first, and once it lies too far back. */
  get before(): Uint8Array | undefined {
    return this.#before;
  }

  get values(): readonly Replayed[] {
    return this.#values;
  }

  /** An incident is about to begin. */
  start(before: Uint8Array): void {
    this.#before = before;
    this.#values = [];
  }

  add(value: Replayed): void {
    if (this.#before === undefined) return;
    if (this.#values.length === MOST_VALUES) this.clear();
    else this.#values.push(value);
  }

  clear(): void {
    this.#before = undefined;
    this.#values = [];
  }

  write(state: StateWriter): void {
    state.bytes(this.#before ?? new Uint8Array());
    state.u32(this.#values.length);
    for (const { value, moment, learn, paused, threshold } of this.#values) {
      state.f64(value);
      state.f64(moment);
      state.f64(threshold);
      state.u8(Number(learn) + 2 * Number(paused));
    }
  }

  static read(state: StateReader): Undo {
    const undo = new Undo();
    const before = state.bytes();
    if (before.length > 0) undo.#before = before;
    const count = state.u32();
    for (let p = 0; p < count; p++) {
      const [value, moment, threshold, flags] = [state.f64(), state.f64(), state.f64(), state.u8()];
      undo.#values.push({ value, moment, threshold, learn: (flags & 1) === 1, paused: (flags & 2) === 2 });
    }
    return undo;
  }
}
