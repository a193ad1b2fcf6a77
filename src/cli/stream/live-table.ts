// Scores of a stream as a table for people who read along: a row per value, with a bar that says how near an alarm is.
import { isAlarm } from '../alarms/events.ts';
import type { Scored, Times } from '../output/formats.ts';
import { lineWidth, type Paint, painter, plain, shortNumber } from '../output/text.ts';

/** Lengths of the longest bar and of the shortest one that tells something, in characters. */
const LONGEST_BAR = 30;
const SHORTEST_BAR = 5;
/** Of a bar with a threshold, the part up to it. */
const SHARE = 1 / 3;

/** Widths of cells: of numbers, where lines are wide and where they are not, and of times. */
const NUMBER = 12;
const SHORT_NUMBER = 8;
const SHORTEST_TIME = 8;
const NARROW = 60;
/** A narrow line shows the end of a longer time: the clock without the date. */
const LONGEST_TIME = 12;

/** What ` begin` and ` accepted` take. */
const SHORT_EVENT = 6;
const LONG_EVENT = 9;

/** The mark of an alarm. */
const MARK = '▲';

/** Rows below a header on a terminal that does not tell its height. */
const ROWS = 22;

/** What a table knows of its stream. */
export interface TableStream {
  /** What an alarm is, by column; nothing where nothing is an alarm. */
  readonly thresholds: readonly number[];
}

/**
 * Formats rows of `time or index, value, score, bar`, a mark at alarms, and what happened there, under a header that stands on
 * every screen of a terminal once. With a threshold a bar is a third of its width there, and the threshold is drawn; else the
 * longest bar is that of the largest score so far. Several columns that do not fit in one line have one each.
 */
export function formatTable(
  stream: TableStream,
): (scored: readonly Scored[], times: Times | undefined, first: number, series?: Times) => string[] {
  const paint = painter(process.stdout.isTTY === true);
  const width = lineWidth();
  const isNarrow = width < NARROW;
  const numberWidth = isNarrow ? SHORT_NUMBER : NUMBER;
  let largest = 0;
  let timeWidth = SHORTEST_TIME;
  let seriesWidth = 0;
  let numBelow = 0;
  return (scored, times, first, series) => {
    const { thresholds } = stream;
    const names = scored.length > 1 ? scored.map(({ name }) => plain(name!, isNarrow ? 8 : 24)) : [''];
    const nameOf = (t: number): string => plain(series?.at(t) ?? '', isNarrow ? 8 : 24);
    for (let t = 0; series !== undefined && t < scored[0]!.scores.length; t++) {
      seriesWidth = Math.max(seriesWidth, nameOf(t).length + 1);
    }
    const ownWidth = scored.length > 1 ? Math.max(...names.map((name) => name.length)) + 1 : 0;
    const nameWidth = seriesWidth + ownWidth;
    return Array.from({ length: scored[0]!.scores.length }, (_, t) => {
      const position = positionOf(times?.at(t) ?? String(first + t), isNarrow);
      timeWidth = Math.max(timeWidth, position.length);
      const space = width - timeWidth - nameWidth - 2 * numberWidth - 3 - (isNarrow ? SHORT_EVENT : LONG_EVENT);
      const bar = space >= SHORTEST_BAR ? Math.min(LONGEST_BAR, space) : 0;
      const rows = scored.map(({ values, scores, notes }, c) => {
        const score = scores[t]!;
        if (score > largest) largest = score;
        const note = notes?.[t];
        const hasMark = note !== undefined && isAlarm({ note });
        const event = note === undefined ? '' : ` ${paint('bold', note.event)}`;
        const whose = `${(c === 0 ? nameOf(t) : '').padEnd(seriesWidth)}${names[c]!.padEnd(ownWidth)}`;
        const name = nameWidth === 0 ? '' : paint('dim', whose);
        const mark = hasMark ? paint(['bold', 'yellow'], MARK) : ' ';
        const drawn = bar === 0 ? '' : barOf(score, thresholds[c], largest, bar, paint);
        const numbers = `${numberCell(values[t]!, numberWidth)}${numberCell(score, numberWidth)}`;
        return `${name}${numbers} ${mark} ${drawn}${event}`.trimEnd();
      });
      const lines = rows.map((row, c) => `${paint('dim', (c === 0 ? position : '').padEnd(timeWidth))}${row}\n`);
      const hasHeader = numBelow === 0;
      numBelow += lines.length;
      if (process.stdout.isTTY === true && numBelow >= (process.stdout.rows ?? ROWS + 2) - 2) numBelow = 0;
      const header = hasHeader ? headerOf(times, timeWidth, nameWidth, numberWidth, thresholds) : '';
      return `${header === '' ? '' : `${paint('dim', header)}\n`}${lines.join('')}`;
    });
  };
}

/** The time, or its end where lines are narrow. */
function positionOf(text: string, isNarrow: boolean): string {
  const whole = plain(text, 40);
  if (!isNarrow || whole.length <= LONGEST_TIME) return whole;
  const clock = /\d\d:\d\d(?::\d\d)?/.exec(whole)?.[0];
  return clock ?? `…${whole.slice(1 - LONGEST_TIME)}`;
}

function headerOf(
  times: Times | undefined,
  timeWidth: number,
  nameWidth: number,
  numberWidth: number,
  thresholds: readonly number[],
): string {
  const titles = ['value', 'score'].map((title) => title.padStart(numberWidth)).join('');
  const alarms = [...new Set(thresholds)].map((x) => shortNumber(x)).join(', ');
  const legend = alarms === '' ? '' : ` ${MARK} from ${alarms}`;
  return `${(times ? 'time' : 'index').padEnd(timeWidth)}${' '.repeat(nameWidth)}${titles}${legend}`;
}

/** The bar of a score in at most `width` characters. */
function barOf(score: number, threshold: number | undefined, largest: number, width: number, paint: Paint): string {
  if (threshold === undefined || !(threshold > 0)) {
    return paint('magenta', '█'.repeat(score > 0 ? Math.round((width * score) / largest) : 0));
  }
  const at = Math.max(1, Math.floor(width * SHARE));
  const length = score > 0 ? Math.min(width, Math.floor((at * score) / threshold)) : 0;
  const bar = paint('magenta', '█'.repeat(length));
  return length >= at ? bar : `${bar}${' '.repeat(at - length)}${paint('dim', '┊')}`;
}

function numberCell(x: number, width: number): string {
  return (Number.isNaN(x) ? 'missing' : shortNumber(x)).padStart(width);
}
