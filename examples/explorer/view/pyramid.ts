// The least and the largest value of any part of a series, quickly: what a dense curve is drawn from.

/** Values that one entry of a level stands for, from level to level. */
const FACTOR = 16;

interface Level {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** A curve for uPlot: rising places, and a value at each or `null` for a gap. */
export interface Curve {
  readonly x: number[];
  readonly y: (number | null)[];
}

/** Extremes of all parts of a series. Missing values are NaN. O(n) to make, O(log n) per question. */
export class Pyramid {
  readonly values: Float64Array;
  readonly #levels: Level[];

  constructor(values: Float64Array) {
    this.values = values;
    this.#levels = [];
    let below: Level = { low: values, high: values };
    while (below.low.length > FACTOR) {
      const length = Math.ceil(below.low.length / FACTOR);
      const level = { low: new Float64Array(length), high: new Float64Array(length) };
      for (let p = 0; p < length; p++) {
        let [low, high] = [Infinity, -Infinity];
        const end = Math.min(below.low.length, (p + 1) * FACTOR);
        for (let i = p * FACTOR; i < end; i++) {
          if (below.low[i]! < low) low = below.low[i]!;
          if (below.high[i]! > high) high = below.high[i]!;
        }
        level.low[p] = low;
        level.high[p] = high;
      }
      this.#levels.push(level);
      below = level;
    }
  }

  /** The least and the largest known value of [from, to); Infinity and −Infinity where there is none. */
  range(from: number, to: number): readonly [low: number, high: number] {
    let [low, high] = [Infinity, -Infinity];
    const take = ({ low: lows, high: highs }: Level, begin: number, end: number): void => {
      for (let i = begin; i < end; i++) {
        if (lows[i]! < low) low = lows[i]!;
        if (highs[i]! > high) high = highs[i]!;
      }
    };
    let level: Level = { low: this.values, high: this.values };
    let [begin, end] = [Math.max(0, from), Math.min(this.values.length, to)];
    for (const next of this.#levels) {
      const [inner, outer] = [Math.ceil(begin / FACTOR), Math.floor(end / FACTOR)];
      if (inner >= outer) break;
      take(level, begin, inner * FACTOR);
      take(level, outer * FACTOR, end);
      [level, begin, end] = [next, inner, outer];
    }
    take(level, begin, end);
    return [low, high];
  }

  /**
   * The values [from, to) as a curve of at most two points a column: all of them where they are few, else each column's
   * extremes, so that no spike is lost.
   *
   * @param placeOf the place of a value on the axis
   */
  curve(from: number, to: number, numColumns: number, placeOf: (index: number) => number): Curve {
    const { values } = this;
    const [begin, end] = [Math.max(0, from), Math.min(values.length, to)];
    const x: number[] = [];
    const y: (number | null)[] = [];
    const add = (index: number, value: number): void => {
      x.push(placeOf(index));
      y.push(Number.isFinite(value) ? value : null);
    };
    if (end - begin <= 2 * numColumns) {
      for (let i = begin; i < end; i++) add(i, values[i]!);
      return { x, y };
    }
    for (let c = 0; c < numColumns; c++) {
      const first = begin + Math.floor((c * (end - begin)) / numColumns);
      const behind = begin + Math.floor(((c + 1) * (end - begin)) / numColumns);
      const [low, high] = this.range(first, behind);
      const isRising = values[first]! <= values[behind - 1]!;
      add(first, isRising ? low : high);
      add((first + behind - 1) / 2, isRising ? high : low);
    }
    return { x, y };
  }
}
