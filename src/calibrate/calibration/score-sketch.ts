// What is remembered of past scores: counts and sums in logarithmic bins, a few hundred numbers whatever the stream's length.
import type { StateReader, StateWriter } from '../../core/state.ts';
import { AllScores, FEW_ABOVE, type PastScores, type Tail, tailIndex } from './past-scores.ts';
import { ScoreBins } from './score-bins.ts';

/** So many scores are kept as they are; then they decide the offset. */
const NUM_EXACT = 50;

/** The smallest deviation that a bin holds, */
const SMALLEST = 1e-300;
const LOG_SMALLEST = Math.log(SMALLEST);

/** and in terms of the offset: smaller ones are the rounding of equal scores. */
const ROUNDING = 1e-9;

/** In the place of a bin: the tail begins below all bins above the offset; nothing is known of it. */
const ALL = -1;
const UNKNOWN = -2;

/**
 * A histogram of scores with logarithmic bins, after DDSketch (Masson, Rim & Lee, VLDB 2019), with the sum of each bin's
 * scores beside their number. The bins are of the deviation d = s − offset. The offset is 0, unless the first 50 scores are
 * within a factor of 2 of each other: then it is their median, so that scores that vary little around a large value are
 * told apart.
 *
 *     γ = (1 + a)/(1 − a)     bin b holds γᵇ⁻¹ < d/10⁻³⁰⁰ ≤ γᵇ; negative deviations have bins of their own, by −d
 *
 * Deviations of less than 10⁻⁹ of the offset, or of less than γ⁻²⁵⁶ of the largest of their sign (10⁻¹¹ of it for
 * a = 5 %), share one bin around 0. The first 50 scores are kept as they are.
 *
 * Proof of accuracy. Counts are exact, so a quantile falls into the bin of the exact one, and deviations of one bin are
 * within a factor γ of each other. Hence `tail(share).start` is off by at most (γ − 1)·|start − offset|, and `excess` by at
 * most as much: the sums of whole bins are exact, and the scores of the bin that the tail begins in are taken to lie
 * evenly in it. The number of scores in the tail is exact.
 *
 * Nearly every score lies below the tail and leaves it as it is. So what lies above the bin that the tail begins in is
 * carried along: its counts move the beginning bin by bin, and its sum is taken anew, from the largest bin down, only after a
 * score has come above that bin.
 *
 * Sums are added in the order of the scores. Merging adds the bins of sketches with the same offset; of one with another
 * offset the bins are added at their means, which moves each score by at most half a bin more. O(1) per score and
 * question, O(bins) at most; about 2 KB.
 */
export class ScoreSketch implements PastScores {
  /** The relative accuracy a. */
  readonly accuracy: number;
  /** 1/ln γ. */
  readonly #perBin: number;
  /** The first scores, until the offset is known. */
  #exact: AllScores | undefined;
  #offset = 0;
  /** Deviations up to this size are 0. */
  #zero = SMALLEST;
  /** Scores in bins. */
  #numBinned = 0;
  readonly #above: ScoreBins;
  readonly #below: ScoreBins;
  /** The deviations around 0. */
  #zeroCount = 0;
  #zeroSum = 0;
  /** The bin above the offset that the last tail began in; ALL if it began below these bins, UNKNOWN if it has to be found. */
  #tailBin = UNKNOWN;
  /** The scores of higher bins, and the sum of their deviations. */
  #numHigher = 0;
  #sumHigher = 0;
  /** The edges of that bin. */
  #low = 0;
  #high = 0;
  /** What `tail` returns: one object for all calls. */
  readonly #tail: { start: number; excess: number; count: number };

  /** @param accuracy above 0 and below 1: half the relative width of a bin, about */
  constructor(accuracy: number) {
    this.accuracy = accuracy;
    this.#perBin = 1 / Math.log((1 + accuracy) / (1 - accuracy));
    this.#exact = new AllScores();
    this.#above = new ScoreBins();
    this.#below = new ScoreBins();
    this.#tail = { start: NaN, excess: NaN, count: 0 };
  }

  get count(): number {
    return this.#exact === undefined ? this.#numBinned : this.#exact.count;
  }

  /** @internal Reads what the next update reads: see src/calibrate/fleet/prefetch.ts. */
  touch(): number {
    return this.#perBin + this.#low + this.#tail.start + this.#above.touch(); // those below are rarely in use
  }

  /** Adds a score, which is finite. */
  add(score: number): void {
    if (this.#exact === undefined) {
      this.#addMany(score, 1);
      return;
    }
    this.#exact.add(score);
    if (this.#exact.count === NUM_EXACT) this.#startBins(this.#exact);
  }

  /** Adds all scores of another sketch of the same accuracy. */
  merge(other: ScoreSketch): void {
    if (other.accuracy !== this.accuracy) {
      throw new RangeError(`sketches must have the same accuracy, got ${this.accuracy} and ${other.accuracy}`);
    }
    if (other.#exact !== undefined) {
      for (const score of other.#exact.toArray()) this.add(score);
      return;
    }
    if (this.#exact !== undefined) {
      // The other's offset serves for these scores, too.
      const own = this.#exact.toArray();
      this.#exact = undefined;
      this.#setOffset(other.#offset);
      for (const score of own) this.#addMany(score, 1);
    }
    if (other.#offset === this.#offset) {
      this.#numBinned += other.#numBinned;
      this.addZeros(other.#zeroCount, other.#zeroSum);
      this.#above.addAll(other.#above, this);
      this.#below.addAll(other.#below, this);
      this.#tailBin = UNKNOWN;
      return;
    }
    const addAt = (sum: number, count: number): void => {
      if (count > 0) this.#addMany(other.#offset + sum / count, count);
    };
    for (const bins of [other.#above, other.#below]) {
      for (let p = 0; p < bins.length; p++) addAt(bins.sum(p), bins.count(p));
    }
    addAt(other.#zeroSum, other.#zeroCount);
  }

  /** How many scores are surely below `score`: those of lower bins. */
  rank(score: number): number {
    if (this.#exact !== undefined) return this.#exact.rank(score);
    const above = this.#above;
    const below = this.#below;
    const deviation = score - this.#offset;
    const size = Math.abs(deviation);
    const bin = size <= this.#zero ? 0 : this.#binOf(size);
    // Of the scores below the offset those of larger bins are lower.
    if (deviation <= 0 || bin === 0) {
      return below.countFrom(deviation < 0 && bin > 0 ? Math.max(0, bin + 1 - below.first) : 0, below.length);
    }
    // All but those of this bin and higher ones, which are fewer. Most are known where the tail is.
    const from = Math.max(0, bin - above.first);
    if (bin > this.#tailBin) return this.#numBinned - above.countFrom(from, above.length);
    return this.#numBinned - this.#numHigher - above.countFrom(from, this.#tailBin + 1 - above.first);
  }

  tail(share: number): Tail {
    if (this.#exact !== undefined) return this.#exact.tail(share);
    const wanted = this.#numBinned - tailIndex(this.#numBinned, share);
    const below = this.#below;
    const inBin = this.#findTail(wanted);
    let count = this.#numHigher;
    let sum = this.#sumHigher;
    if (this.#tailBin !== ALL) return this.#tailFrom(this.#low, this.#high, inBin, count, sum, wanted);
    // The scores around the offset.
    if (count + this.#zeroCount >= wanted) {
      return this.#tailFrom(-this.#zero, this.#zero, this.#zeroCount, count, sum, wanted);
    }
    count += this.#zeroCount;
    sum += this.#zeroSum;
    // Bins below the offset, from the smallest deviation.
    let p = 0;
    for (; count + below.count(p) < wanted; p++) {
      count += below.count(p);
      sum += below.sum(p);
    }
    const bin = below.first + p;
    return this.#tailFrom(-this.#edgeOf(bin), -this.#edgeOf(bin - 1), below.count(p), count, sum, wanted);
  }

  clear(): void {
    this.#exact = new AllScores();
    this.#numBinned = 0;
    this.#above.clear();
    this.#below.clear();
    this.#zeroCount = 0;
    this.#zeroSum = 0;
    this.#tailBin = UNKNOWN;
  }

  /** Adds scores whose deviation is taken to be 0. */
  addZeros(count: number, sum: number): void {
    this.#zeroCount += count;
    this.#zeroSum += sum;
  }

  /** Bytes of its arrays. */
  get bytes(): number {
    return this.#above.bytes + this.#below.bytes;
  }

  write(state: StateWriter): void {
    state.f64(this.accuracy);
    state.u8(this.#exact === undefined ? 1 : 0);
    if (this.#exact !== undefined) {
      this.#exact.write(state);
      return;
    }
    state.f64(this.#offset);
    state.uint(this.#numBinned);
    state.uint(this.#zeroCount);
    state.f64(this.#zeroSum);
    this.#above.write(state);
    this.#below.write(state);
  }

  static read(state: StateReader): ScoreSketch {
    const sketch = new ScoreSketch(state.f64());
    if (state.u8() === 0) {
      sketch.#exact = AllScores.read(state);
      return sketch;
    }
    sketch.#exact = undefined;
    sketch.#setOffset(state.f64());
    sketch.#numBinned = state.uint();
    sketch.#zeroCount = state.uint();
    sketch.#zeroSum = state.f64();
    sketch.#above.read(state, sketch);
    sketch.#below.read(state, sketch);
    return sketch;
  }

  #startBins(exact: AllScores): void {
    const scores = exact.toArray();
    this.#exact = undefined;
    const [low, high] = [scores[0]!, scores[NUM_EXACT - 1]!];
    const isNarrow = low > 0 ? high < 2 * low : high < 0 && low > 2 * high;
    this.#setOffset(isNarrow ? scores[NUM_EXACT / 2]! : 0);
    for (const score of scores) this.#addMany(score, 1);
  }

  #setOffset(offset: number): void {
    this.#offset = offset;
    this.#zero = Math.max(SMALLEST, ROUNDING * Math.abs(offset));
  }

  /** The bin of a deviation above `#zero`. */
  #binOf(size: number): number {
    return Math.ceil((Math.log(size) - LOG_SMALLEST) * this.#perBin);
  }

  /** The largest deviation of a bin. */
  #edgeOf(bin: number): number {
    return Math.exp(bin / this.#perBin + LOG_SMALLEST);
  }

  #addMany(score: number, count: number): void {
    this.#numBinned += count;
    const deviation = score - this.#offset;
    const size = Math.abs(deviation);
    if (size <= this.#zero) {
      this.addZeros(count, count * deviation);
      return;
    }
    const bin = this.#binOf(size);
    if (deviation > 0) {
      this.#above.add(bin, count, count * deviation, this);
      if (bin > this.#tailBin) this.#tailBin = UNKNOWN;
    } else this.#below.add(bin, count, count * deviation, this);
  }

  /**
   * Finds the bin above the offset in which the tail of `wanted` scores begins, from where the last one began. Returns how
   * many scores it holds.
   */
  #findTail(wanted: number): number {
    const above = this.#above;
    const { first } = above;
    let bin = this.#tailBin;
    let count = this.#numHigher;
    let sum = this.#sumHigher;
    if (bin === UNKNOWN || count >= wanted) {
      bin = first + above.length;
      count = 0;
      sum = 0;
    }
    // From the largest deviation down. The sum is therefore added in the same order wherever the last tail began.
    let inBin = bin === ALL || bin === first + above.length ? 0 : above.count(bin - first);
    while (count + inBin < wanted && bin !== ALL) {
      if (inBin > 0) {
        count += inBin;
        sum += above.sum(bin - first);
      }
      bin = bin > first ? bin - 1 : ALL;
      inBin = bin === ALL ? 0 : above.count(bin - first);
    }
    if (bin !== this.#tailBin) {
      this.#tailBin = bin;
      this.#low = this.#edgeOf(bin - 1);
      this.#high = this.#edgeOf(bin);
    }
    this.#numHigher = count;
    this.#sumHigher = sum;
    return inBin;
  }

  /**
   * The tail of `wanted` scores that begins in the bin of deviations from `low` to `high`, which holds `inBin` scores.
   * `count` scores, whose deviations sum to `sum`, lie in higher bins.
   */
  #tailFrom(low: number, high: number, inBin: number, count: number, sum: number, wanted: number): Tail {
    const offset = this.#offset;
    if (count < FEW_ABOVE) {
      const excess = count === 0 ? 0 : sum / count - high;
      const isSpread = excess > ROUNDING * Math.abs(offset + high);
      return this.#setTail(offset + high, isSpread ? excess : 0, count + 1);
    }
    // The scores of the bin are taken to lie evenly in it: the tail takes its upper part.
    const ofBin = wanted - count;
    const start = high - ((high - low) * ofBin) / inBin;
    const excess = (sum - count * start + (ofBin * (high - start)) / 2) / wanted;
    return this.#setTail(offset + start, excess, wanted);
  }

  #setTail(start: number, excess: number, count: number): Tail {
    const tail = this.#tail;
    tail.start = start;
    tail.excess = excess;
    tail.count = count;
    return tail;
  }
}
