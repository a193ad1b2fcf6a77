// The table of the strangest places: what each window holds, how it differs from its neighbors, which label it meets.
import type { Explanation } from '../../index.ts';
import { oddValueOf } from '../../knn/explain.ts';
import { sparkline } from '../output/sparkline.ts';
import { blockOf, columnWidths, type Paint, plain, shortNumber } from '../output/text.ts';

/** One of the strangest places: a row of the table. */
export interface AnomalyRow {
  /** From 1, the strangest. */
  readonly rank: number;
  /** Index of the value that has the score, and that score. */
  readonly index: number;
  readonly score: number;
  /** Of the window that is about that value: see `--align`. */
  readonly explanation: Explanation;
  /** Time of the value, or its index. */
  readonly at: string;
  /** The labels that the window meets; `undefined` if there is no file of labels. */
  readonly labels: readonly string[] | undefined;
}

const GAP = '  ';
const HEADINGS = ['#', '', 'score', 'values', 'vs expected', 'label'];
/** Columns that are aligned to the right. */
const RIGHT = [0, 2];
const VALUES = 3;
const LABEL = 5;
const FEWEST_BLOCKS = 8;
const MOST_BLOCKS = 24;

/** The table, one line per place under a line of headings, at most `width` characters wide if that is possible. */
export function anomalyTable(anomalies: readonly AnomalyRow[], heading: string, width: number, paint: Paint): string[] {
  const hasLabels = anomalies.some(({ labels }) => labels !== undefined);
  const headings = HEADINGS.slice(0, hasLabels ? undefined : LABEL).with(1, heading);
  const rows = anomalies.map(cellsOf);
  const taken = columnWidths([headings, ...rows]).with(VALUES, 0);
  const space = width - taken.reduce((sum, other) => sum + other + GAP.length, -GAP.length);
  const windows = anomalies.map(({ explanation }) => explanation.window);
  for (const [p, text] of windowTexts(windows, Math.max(space, headings[VALUES]!.length)).entries()) {
    rows[p]![VALUES] = text;
  }
  const columns = columnWidths([headings, ...rows]);
  if (columns.reduce((sum, other) => sum + other + GAP.length, -GAP.length) > width) {
    const inBlock = windowTexts(windows, width - headings[VALUES]!.length - 3);
    return rows.flatMap((cells, p) => {
      const lines = blockOf(headings, cells.with(VALUES, inBlock[p]!), width);
      return lines.map((text, l) => (l === 0 ? paint('bold', text) : text));
    });
  }
  const line = (cells: readonly string[], paintCell: (cell: string, c: number) => string): string =>
    columns
      .map((column, c) => paintCell(RIGHT.includes(c) ? cells[c]!.padStart(column) : cells[c]!.padEnd(column), c))
      .join(GAP)
      .trimEnd();
  return [
    line(headings, (cell) => paint('dim', cell)),
    ...anomalies.map(({ explanation }, p) =>
      line(rows[p]!, (cell, c) => paintCell(cell, c, oddValueOf(explanation), paint)),
    ),
  ];
}

/** The cells of a row, the values still left out. */
function cellsOf({ rank, score, explanation, at, labels }: AnomalyRow): string[] {
  const label = labels === undefined ? '' : labels.length > 0 ? plain(labels.join(', '), 24) : '–';
  return [String(rank), plain(at, 32), shortNumber(score), '', verdict(explanation), label];
}

/** The value that differs most from the neighbors, in words: on which side of their value it lies. */
export function verdict(explanation: Explanation): string {
  const { expected, direction } = explanation;
  return `${direction === 'none' ? 'around' : direction} ${shortNumber(expected[oddValueOf(explanation)]!)}`;
}

/** The values of the windows, all with the same number of digits, if there is space; else their curves and ranges. */
function windowTexts(windows: readonly (readonly number[])[], space: number): string[] {
  for (const digits of [4, 3, 2]) {
    const texts = windows.map((window) => window.map((x) => shortNumber(x, digits)).join(' '));
    if (texts.every((text) => text.length <= space)) return texts;
  }
  return windows.map((window) => curve(window, space));
}

function curve(window: readonly number[], space: number): string {
  const range = `${shortNumber(Math.min(...window), 3)} to ${shortNumber(Math.max(...window), 3)}`;
  const blocks = Math.min(window.length, MOST_BLOCKS, space - range.length - 1);
  if (blocks >= Math.min(window.length, FEWEST_BLOCKS)) return `${sparkline(window, blocks, 'mean')} ${range}`;
  return sparkline(window, Math.max(1, Math.min(space, MOST_BLOCKS)), 'mean');
}

function paintCell(cell: string, column: number, odd: number, paint: Paint): string {
  if (column === 0) return paint('dim', cell);
  if (column === 2) return paint('bold', cell);
  if (column === LABEL) return cell.startsWith('–') ? paint('dim', cell) : paint('green', cell);
  if (column !== VALUES || !cell.includes(' ')) return cell;
  const words = cell.split(' ');
  if (/[▁-█]/.test(words[0]!)) return `${paint('cyan', words[0]!)} ${words.slice(1).join(' ')}`;
  return words.map((word, l) => (l === odd ? paint(['bold', 'yellow'], word) : word)).join(' ');
}
