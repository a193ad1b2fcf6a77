// Blocks: neighboring windows that are compared at one lag after the other, until each of them is out or the budget is spent. A
// window is out when the mean of its k smallest bounds is below the score that the last place has at least.
import type { Guesser } from './guesses.ts';
import { BLOCK, GROUP, NO_COLUMN, RAW, type TopKernel, type TopState } from './kernel/state.ts';
import { TriedLags } from './lags.ts';
import { random } from './random.ts';

/** Lags that are tried between two decisions. */
const AT_A_TIME = 8;

/** Lags that a block inherits from the one before, at most. */
const INHERITED = 8;

/** Lags after which rows may be cheaper. */
const TRIED = 24;

/** What is left of the blocks that a task names. */
export interface BlocksLeft {
  /** Blocks with windows that are not out. */
  readonly blocks: number[];
  /** These windows, or the worst of each block, and the upper bounds of their scores. */
  readonly rows: number[];
  readonly bounds: number[];
  /** The number of these windows, all counted. */
  readonly numLeft: number;
  /** The largest bound of these windows; Infinity if one has no bound yet. */
  readonly most: number;
  /** Nanoseconds that the work takes by the model of costs. */
  readonly cost: number;
  /** The upper bounds of all windows of each block that is left; −Infinity: out. None of the last pass. */
  readonly windows: Float64Array[];
}

/** Compares blocks. What served one block is tried first in the next. */
export class BlockSearch {
  readonly #state: TopState;
  readonly #kernel: TopKernel;
  readonly #guesser: Guesser;
  readonly #random: () => number;

  // Numbers that are not always integers are none at first: that saves the compiler a second look at all functions.

  // Windows that were put out per nanosecond: by the first guesses for a block, by others, and by random lags.
  #firstGain = 1.5;
  #guessGain = 1.5;
  #randomGain = 1.5;
  readonly #inherited: number[] = [];

  // The block at hand: its first window, the windows [from, to) that are not all out, and how many are not.
  #first = 0;
  #from = 0;
  #to = 0;
  #alive = 0;
  #low = NaN;
  #tight = NaN;
  /** The upper bounds of its windows that were known before; −Infinity: out. */
  readonly #bounds = new Float64Array(BLOCK);
  readonly #lags = new TriedLags();
  /** Lags that put windows out, the best first. */
  readonly #good: { lag: number; out: number }[] = [];
  #cost = NaN;

  constructor(state: TopState, kernel: TopKernel, guesser: Guesser) {
    this.#state = state;
    this.#kernel = kernel;
    this.#guesser = guesser;
    this.#random = random(2);
  }

  /**
   * Compares blocks at up to `budget` lags each.
   *
   * @param known the upper bounds of all windows of each block, from an earlier call; −Infinity: out
   * @param score a lower bound of the score of the last place; 0 if none is known
   * @param isLast whether all windows that are left are to be listed, not only the worst of each block
   */
  cover(
    ids: ArrayLike<number>,
    known: readonly Float64Array[] | undefined,
    budget: number,
    score: number,
    isLast: boolean,
  ): BlocksLeft {
    const left = { blocks: [] as number[], rows: [], bounds: [] };
    const windows: Float64Array[] = [];
    let numLeft = 0;
    let largest = 0;
    this.#cost = 0;
    for (let p = 0; p < ids.length; p++) {
      if (known) this.#bounds.set(known[p]!);
      else this.#bounds.fill(Infinity);
      this.#open(ids[p]! * BLOCK, score);
      this.#coverBlock(budget);
      if (this.#alive === 0) continue;
      left.blocks.push(ids[p]!);
      const { count, most } = this.#list(left, isLast);
      if (!isLast) windows.push(this.#bounds.slice());
      numLeft += count;
      largest = Math.max(largest, most);
    }
    return { ...left, numLeft, most: largest, cost: this.#cost, windows };
  }

  #coverBlock(budget: number): void {
    const { k, exclusion, left } = this.#state;
    if (this.#alive === 0) return;
    for (const lag of this.#inherited) this.#run(lag);
    if (exclusion >= 0) {
      for (let q = 1; q <= k + 1 && this.#alive > 0; q++) {
        this.#run(-exclusion - q);
        if (!left) this.#run(exclusion + q);
      }
    }
    for (let used = 0; this.#alive > 0 && used < budget; used += AT_A_TIME) {
      if (used >= TRIED + k && this.#low > 0 && this.#lagCost() > this.#rowCost() * this.#alive) break;
      const isFirst = used === 0;
      const guessGain = isFirst ? this.#firstGain : this.#guessGain;
      let byGuess = used !== AT_A_TIME && guessGain >= this.#randomGain;
      // What serves less is tried now and then. Guesses cost more.
      if (this.#random() < (byGuess ? 1 / 16 : 1 / 256)) byGuess = !byGuess;
      const before = this.#cost;
      const out = byGuess ? this.#runGuesses() : this.#runRandom();
      const gain = out / (this.#cost - before + 1);
      if (!byGuess) this.#randomGain += 0.05 * (gain - this.#randomGain);
      else if (isFirst) this.#firstGain += 0.05 * (gain - this.#firstGain);
      else this.#guessGain += 0.05 * (gain - this.#guessGain);
    }
    this.#inherited.length = 0;
    for (const { lag } of this.#good.slice(0, Math.min(INHERITED, k + 2))) this.#inherited.push(lag);
  }

  #open(first: number, score: number): void {
    const { numRows, flags, threshold, list } = this.#state;
    const length = Math.min(BLOCK, numRows - first);
    this.#first = first;
    this.#from = 0;
    this.#to = length;
    this.#alive = length;
    this.#low = score;
    this.#tight = score > 0 ? 1e-3 * score * score : Infinity;
    this.#lags.clear();
    this.#good.length = 0;
    list.fill(Infinity);
    threshold.fill(Infinity, 0, length).fill(-Infinity, length);
    const known = this.#bounds;
    for (let t = 0; t < length; t++) {
      // Those whose bound has fallen below the score since then are tried again: they find lags that serve the others.
      if (known[t] !== -Infinity && (flags.length === 0 || (flags[first + t]! & NO_COLUMN) === 0)) continue;
      threshold[t] = -Infinity;
      this.#alive--;
    }
    this.#shrink();
  }

  #shrink(): void {
    const { threshold } = this.#state;
    while (this.#from < this.#to && threshold[this.#from] === -Infinity) this.#from++;
    while (this.#from < this.#to && threshold[this.#to - 1] === -Infinity) this.#to--;
  }

  #runCost(): number {
    return 0.2 * this.#state.windowSize + 1.2 * (this.#to - this.#from) + 60;
  }

  /** Nanoseconds of a lag beside others. */
  #lagCost(): number {
    const { mode, windowSize } = this.#state;
    return mode === RAW ? 0.08 * windowSize + 0.2 * (this.#to - this.#from) + 2 : this.#runCost();
  }

  #rowCost(): number {
    return 1 + 0.1 * this.#state.windowSize;
  }

  /** Tries a lag where it is allowed; returns how many windows it put out. */
  #run(lag: number): number {
    const { firstColumn, endColumn, exclusion, left } = this.#state;
    const from = Math.max(this.#from, firstColumn - lag - this.#first);
    const to = Math.min(this.#to, endColumn - lag - this.#first);
    if (from >= to || (left ? -lag : Math.abs(lag)) <= exclusion || !this.#lags.add(lag)) return 0;
    this.#cost += this.#runCost();
    const out = this.#kernel.run(this.#first + from, from, to - from, lag, this.#low, this.#tight);
    if (out === 0) return 0;
    this.#alive -= out;
    this.#shrink();
    // Keep the lags that were best.
    const good = this.#good;
    let at = good.length;
    while (at > 0 && good[at - 1]!.out < out) at--;
    if (at < INHERITED) good.splice(at, 0, { lag, out });
    if (good.length > INHERITED) good.pop();
    return out;
  }

  /** The lags of columns near the worst window. */
  #runGuesses(): number {
    const { threshold, k } = this.#state;
    let worst = this.#from;
    for (let t = this.#from; t < this.#to; t++) if (threshold[t]! > threshold[worst]!) worst = t;
    const i = this.#first + worst;
    const count = this.#guesser.ask(i, Math.max(AT_A_TIME, Math.min(k, 32)), 3);
    this.#cost += 1500 + 16 * this.#state.windowSize;
    let out = 0;
    for (let q = 0; q < count && this.#alive > 0; q++) out += this.#run(this.#guesser.columns[q]! - i);
    return out;
  }

  #runRandom(): number {
    const { firstColumn, endColumn, exclusion, left, mode } = this.#state;
    const end = left ? Math.min(endColumn, this.#first - exclusion) : endColumn;
    if (end <= firstColumn) return 0;
    const lag = firstColumn + Math.floor(this.#random() * (end - firstColumn)) - this.#first;
    if (mode === RAW) return this.#runGroup(Math.floor(lag / GROUP));
    // Lags beside each other read the same memory.
    let out = 0;
    for (let q = 0; q < AT_A_TIME && this.#alive > 0; q++) out += this.#run(lag + q);
    return out;
  }

  /** Tries the lags of a group, where all of them are allowed and none was tried. */
  #runGroup(group: number): number {
    const { firstColumn, endColumn, exclusion, left, k, isMax } = this.#state;
    const lag = group * GROUP;
    const last = lag + GROUP - 1;
    const from = Math.max(this.#from, firstColumn - lag - this.#first);
    const to = Math.min(this.#to, endColumn - last - this.#first);
    const isAllowed = exclusion < 0 || last < -exclusion || (!left && lag > exclusion);
    this.#cost += 20;
    if (from >= to || !isAllowed || !this.#lags.addGroup(group)) return 0;
    this.#cost += GROUP * this.#lagCost();
    // A pair that is farther than the last place does not put a window out, unless other pairs make up for it.
    const reach = this.#low * (k === 1 || isMax ? 1 : 1.5);
    const cap = this.#low > 0 ? reach * reach : Infinity;
    const out = this.#kernel.group(this.#first + from, from, to - from, lag, this.#low, cap);
    this.#alive -= out;
    if (out > 0) this.#shrink();
    return out;
  }

  /** Lists the windows that are not out, or the worst of those with a bound; returns their number and largest bound. */
  #list({ rows, bounds }: Pick<BlocksLeft, 'rows' | 'bounds'>, isLast: boolean): { count: number; most: number } {
    const { threshold } = this.#state;
    const known = this.#bounds;
    known.fill(-Infinity, 0, this.#from).fill(-Infinity, this.#to);
    let count = 0;
    let worst = -1;
    let finite = 0;
    let most = 0;
    for (let t = this.#from; t < this.#to; t++) {
      if (threshold[t] === -Infinity) {
        known[t] = -Infinity;
        continue;
      }
      count++;
      const bound = Math.min(known[t]!, this.#boundOf(t));
      known[t] = bound;
      if (bound > most) most = bound;
      if (isLast) {
        rows.push(this.#first + t);
        bounds.push(bound);
      } else if (bound < Infinity && bound > finite) {
        finite = bound;
        worst = t;
      }
    }
    if (worst >= 0) {
      rows.push(this.#first + worst);
      bounds.push(finite);
    }
    return { count, most };
  }

  /** The upper bound of the score of window t of the block. */
  #boundOf(t: number): number {
    const { threshold, list, k, isMax } = this.#state;
    if (isMax || threshold[t] === Infinity) return Math.sqrt(threshold[t]!);
    let sum = 0;
    for (let q = 0; q < k; q++) sum += Math.sqrt(list[q * BLOCK + t]!);
    return sum / k;
  }
}
