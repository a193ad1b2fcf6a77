// Scores of a stream as a table for people who read along: a row per value, with a bar in proportion to the score.
import type { Scored, Times } from '../output/formats.ts';
import { painter, plain, shortNumber } from '../output/text.ts';

/** Length of the longest bar, in characters. */
const WIDTH = 30;

/** Formats rows of `time or index, value, score, bar`, and what happened there; the longest bar is that of the largest score so far. */
export function formatTable(): (
  scored: readonly Scored[],
  times: Times | undefined,
  first: number,
  series?: Times,
) => string[] {
  const paint = painter(process.stdout.isTTY === true);
  let largest = 0;
  return (scored, times, first, series) => {
    const { length } = scored[0]!.scores;
    return Array.from({ length }, (_, t) => {
      const cells = scored.map(({ name, values, scores, notes }) => {
        const score = scores[t]!;
        if (score > largest) largest = score;
        const bar = '█'.repeat(score > 0 ? Math.round((WIDTH * score) / largest) : 0);
        const title = scored.length > 1 ? `${paint('dim', plain(name!, 24))} ` : '';
        const note = notes?.[t];
        const event = note === undefined ? '' : ` ${paint('bold', note.event)}`;
        return `${title}${numberCell(values[t]!)}${numberCell(score)}  ${paint('magenta', bar)}${event}`;
      });
      const position = plain(times ? times.at(t) : String(first + t), 40);
      const name = series === undefined ? '' : ` ${plain(series.at(t), 24).padEnd(12)}`;
      return `${paint('dim', position.padEnd(8))}${name}${cells.join('  ')}`.trimEnd().concat('\n');
    });
  };
}

function numberCell(x: number): string {
  return (Number.isNaN(x) ? 'missing' : shortNumber(x)).padStart(12);
}
