// How near near windows are: a look at a few distances, before any engine is chosen.
import { vectorInto } from '../core/windows.ts';
import { sqDist } from './exactness.ts';
import type { Join } from './join.ts';

/** Numbers of rows and columns that are compared. */
const SAMPLED_ROWS = 5;
const SAMPLED_COLUMNS = 1024;

/** Number of these columns whose median distance is taken. */
const MIDDLE_OF = 128;

/**
 * The distance of the nearest of a sample of windows over the median one: min s / median s, the median over some rows.
 * 0 for windows that have copies, near 1 where all are equally far.
 */
export function contrastOf({ rows, columns, isSelf }: Pick<Join, 'rows' | 'columns' | 'isSelf'>): number {
  const { width, starts, stride, normalize } = columns;
  const isPlain = normalize === 'none';
  const row = new Float64Array(width);
  const other = isPlain ? columns.data : new Float64Array(width);
  const contrasts = new Float64Array(SAMPLED_ROWS);
  const distances = new Float64Array(MIDDLE_OF);
  let random = 1;
  const anyOf = (starts: Int32Array): number => {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0; // even steps are in phase with some period
    return Math.floor((random / 2 ** 32) * starts.length);
  };
  for (let r = 0; r < SAMPLED_ROWS; r++) {
    const i = rows.starts[anyOf(rows.starts)]!;
    vectorInto(rows, i, row, 0);
    let nearest = Infinity;
    for (let c = 0; c < SAMPLED_COLUMNS; c++) {
      const column = anyOf(starts);
      const isItself = isSelf && starts[column] === i;
      const j = starts[isItself ? (column + 1) % starts.length : column]!;
      if (!isPlain) vectorInto(columns, j, other, 0);
      const isForMiddle = c < MIDDLE_OF;
      const s = sqDist(row, 0, other, isPlain ? j * stride : 0, width, isForMiddle ? Infinity : nearest);
      if (isForMiddle) distances[c] = s;
      if (s < nearest) nearest = s;
    }
    const middle = distances.sort()[MIDDLE_OF / 2]!;
    contrasts[r] = middle > 0 ? nearest / middle : 0;
  }
  return contrasts.sort()[(SAMPLED_ROWS - 1) / 2]!;
}
