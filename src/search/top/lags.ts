// Which lags a block has tried. A lag must not count twice, for its column would be two of the k neighbors.
import { GROUP } from './kernel/state.ts';

/** All lags of a group. */
const ALL = 2 ** GROUP - 1;

/** A set of lags: by their group of GROUP lags, which of them were tried, as bits. */
export class TriedLags {
  readonly #bits: Map<number, number> = new Map();

  clear(): void {
    this.#bits.clear();
  }

  /** Adds a lag; false if it was there. */
  add(lag: number): boolean {
    return this.#add(Math.floor(lag / GROUP), 1 << (lag & (GROUP - 1)));
  }

  /** Adds all lags of a group; false, and nothing is added, if one of them was there. */
  addGroup(group: number): boolean {
    return this.#add(group, ALL);
  }

  #add(group: number, bits: number): boolean {
    const before = this.#bits.get(group) ?? 0;
    if ((before & bits) !== 0) return false;
    this.#bits.set(group, before | bits);
    return true;
  }
}
