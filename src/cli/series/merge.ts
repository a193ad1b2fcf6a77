// The scores of several series as rows of one output, in the order of time.
import type { Scored, Times } from '../output/formats.ts';

/** The scores of one series. */
export interface PartScores {
  readonly name: string;
  readonly scored: readonly Scored[];
  readonly times: Times | undefined;
  /** What the rows are ordered by: their times, or without times their place in the input. */
  readonly order: ArrayLike<number>;
}

/** Rows, of one series or of several. */
export interface Rows {
  readonly scored: readonly Scored[];
  readonly times: Times | undefined;
  /** The name of the series of each row, where there are several. */
  readonly series?: Times;
}

/** The rows of all series in order; those of one time in the order of the series. O(n log n). */
export function merged(parts: readonly PartScores[]): Rows {
  const n = parts.reduce((sum, { scored }) => sum + scored[0]!.scores.length, 0);
  const keys = new Float64Array(n);
  const partAt = new Uint32Array(n);
  const rowAt = new Uint32Array(n);
  let i = 0;
  for (const [p, { scored, order }] of parts.entries()) {
    for (let r = 0; r < scored[0]!.scores.length; r++, i++) {
      [keys[i], partAt[i], rowAt[i]] = [order[r]!, p, r];
    }
  }
  const sorted = Uint32Array.from(keys, (_, t) => t).sort((a, b) => keys[a]! - keys[b]! || a - b);
  const take = (of: (scored: Scored) => Float64Array, c: number): Float64Array =>
    Float64Array.from(sorted, (t) => of(parts[partAt[t]!]!.scored[c]!)[rowAt[t]!]!);
  const hasTimes = parts.every(({ times }) => times !== undefined);
  return {
    scored: parts[0]!.scored.map(({ name }, c) => ({
      name,
      values: take(({ values }) => values, c),
      scores: take(({ scores }) => scores, c),
    })),
    times: hasTimes ? { at: (r) => parts[partAt[sorted[r]!]!]!.times!.at(rowAt[sorted[r]!]!) } : undefined,
    series: { at: (r) => parts[partAt[sorted[r]!]!]!.name },
  };
}
