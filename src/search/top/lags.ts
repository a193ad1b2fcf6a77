// Which lags a block has tried. A lag must not count twice, for its column would be two of the k neighbors.
import { GROUP } from './kernel/state.ts';

/** All lags of a group. */
const ALL = 2 ** GROUP - 1;

/** Entries of the table: a power of 2. When half of them are taken, no further group is told from one that was tried. */
const SIZE = 2 ** 15;

/**
 * A set of lags: by their group of GROUP lags, which of them were tried, as bits. A table with open addressing, three numbers an
 * entry: the round, the group and the bits. An entry of an earlier round is empty.
 */
export class TriedLags {
  readonly #table = new Int32Array(3 * SIZE);
  #round = 1;
  #count = 0;

  clear(): void {
    this.#round++;
    this.#count = 0;
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
    const table = this.#table;
    let at = 3 * (Math.imul(group, 0x9e3779b1) >>> 17);
    while (table[at] === this.#round && table[at + 1] !== group) at = at < 3 * SIZE - 3 ? at + 3 : 0;
    if (table[at] !== this.#round) {
      if (this.#count === SIZE / 2) return false;
      this.#count++;
      table[at] = this.#round;
      table[at + 1] = group;
      table[at + 2] = 0;
    }
    if ((table[at + 2]! & bits) !== 0) return false;
    table[at + 2] = table[at + 2]! | bits;
    return true;
  }
}
