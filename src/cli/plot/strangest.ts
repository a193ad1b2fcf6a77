// Of many columns those that are worth a look: the strangest ones, as far as scores of different series can be compared.
import { KNN } from '../../index.ts';
import { formatCount } from '../cost.ts';
import { plain } from '../output/text.ts';
import type { SeriesToDraw } from './read.ts';

/** More panels cannot be read. */
export const MOST_COLUMNS = 12;

/** What columns are compared by. */
const WINDOW = 5;
const NEIGHBORS = 5;

/**
 * The columns to draw: all, or the {@link MOST_COLUMNS} strangest, the strangest first, which the notice says. The measure is
 * the largest score of KNN(5, 5) divided by the median of those above 0: it has no unit, so that columns can be compared.
 */
export async function columnsToDraw(
  all: readonly SeriesToDraw[],
  input: string,
): Promise<{ drawn: readonly SeriesToDraw[]; notice: string }> {
  if (all.length <= MOST_COLUMNS) return { drawn: all, notice: '' };
  const measured: { column: SeriesToDraw; strangeness: number }[] = [];
  for (const column of all) measured.push({ column, strangeness: await strangenessOf(column.values) });
  const drawn = measured
    .sort((a, b) => b.strangeness - a.strangeness)
    .slice(0, MOST_COLUMNS)
    .map(({ column }) => column);
  const names = drawn.map(({ name }) => plain(name ?? 'series', 40)).join(', ');
  const counts = `of ${formatCount(all.length)} columns the ${MOST_COLUMNS} with the strangest windows are drawn`;
  return { drawn, notice: `${input}: ${counts}, the strangest first: ${names} (--column chooses)` };
}

async function strangenessOf(values: Float64Array): Promise<number> {
  const scores = (await new KNN(WINDOW, NEIGHBORS).scoreAsync(values)).filter((score) => score > 0).sort();
  return scores.length === 0 ? 0 : scores.at(-1)! / scores[(scores.length - 1) >> 1]!;
}
