// Text for people on a terminal: color, short numbers, cells of a table.
import { styleText } from 'node:util';

/** Colors a text, or leaves it alone. */
export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

/** The painter of a stream: colors on a terminal, unless `NO_COLOR` is set; else none. */
export function painter(isTerminal: boolean): Paint {
  if (!isTerminal || process.env.NO_COLOR) return (_style, text) => text;
  return (style, text) => styleText(style, text, { validateStream: false });
}

/** Characters in a line where nothing says how many there are. */
const WIDTH = 80;
/** Narrower lines than that are not made. */
const LEAST_WIDTH = 20;

/** Characters in a line: as `COLUMNS` says, else those of the terminal if there is one, else 80. */
export function lineWidth(isTerminal: boolean = process.stdout.isTTY === true): number {
  const given = Number(process.env.COLUMNS || NaN);
  if (Number.isInteger(given) && given > 0) return Math.max(LEAST_WIDTH, given);
  return Math.max(LEAST_WIDTH, (isTerminal && process.stdout.columns) || WIDTH);
}

/** Breaks lines at spaces, so that they are at most `width` characters long where that is possible. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const given of text.split('\n')) {
    let rest = given;
    while (rest.length > width) {
      const space = rest.lastIndexOf(' ', width);
      if (space <= 0) break;
      lines.push(rest.slice(0, space));
      rest = rest.slice(space + 1);
    }
    lines.push(rest);
  }
  return lines;
}

/** A number in about `digits` significant digits, without dropping digits before the point of those up to 1e15. */
export function shortNumber(x: number, digits = 4): string {
  const size = Math.abs(x);
  if (size >= 10 ** digits && size < 1e15) return String(Math.round(x));
  return String(Number(x.toPrecision(digits))).replace('e+', 'e');
}

/** Narrower lines than that are broken. */
const NARROW = 80;

/** A sentence in lines that are no longer than they may be; where they have at least `narrow` characters it is one. */
export function inWidth(text: string, narrow: number = NARROW): string {
  const width = lineWidth();
  return width < narrow ? wrapped(text, width).join('\n') : text;
}

/** What is said where scores have no strangest place. */
export const NOTHING = 'No place stands out: every score is 0 or missing.';

/** `1 value`, `2 values`. */
export function countOfValues(count: number): string {
  return count === 1 ? '1 value' : `${count} values`;
}

/** A piece of input made harmless for a terminal and at most `most` characters long. */
export function plain(text: string, most = 200): string {
  const clean = text.replaceAll(/\p{Cc}+/gu, ' ').trim();
  return clean.length > most ? `${clean.slice(0, most - 1)}…` : clean;
}

/** Parts joined by commas, broken into lines of at most `width` characters. */
export function wrap(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const [p, part] of parts.entries()) {
    const text = p < parts.length - 1 ? `${part},` : part;
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + text.length > width) lines.push(text);
    else lines[lines.length - 1] = `${last} ${text}`;
  }
  return lines;
}

/** The width of each column of rows of cells: that of its longest one. */
export function columnWidths(rows: readonly (readonly string[])[]): number[] {
  return rows[0]!.map((_, c) => Math.max(...rows.map((cells) => cells[c]!.length)));
}

/** Rows of cells as lines, each cell padded to the width of its column. */
export function aligned(rows: readonly (readonly string[])[], pad: (cell: string, width: number) => string): string[] {
  const widths = columnWidths(rows);
  return rows.map((cells) => cells.map((cell, c) => pad(cell, widths[c]!)).join('  '));
}

/**
 * A table under a line of headings, if it fits into `width` characters; else every row in lines of its own, each cell behind its
 * heading. The first cell of a row, its number, stands before them.
 */
export function tableOrBlocks(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
  pad: (cell: string, width: number) => string,
): string[] {
  const lines = aligned([headings, ...rows], pad).map((line) => line.trimEnd());
  return lines.every((line) => line.length <= width) ? lines : rows.flatMap((cells) => blockOf(headings, cells, width));
}

/** One row of {@link tableOrBlocks} in lines of its own. */
export function blockOf(headings: readonly string[], [first, ...cells]: readonly string[], width: number): string[] {
  const parts = cells.flatMap((cell, c) => (cell === '' ? [] : [`${headings[c + 1]!} ${cell}`.trim()]));
  const indent = first!.length + 1;
  const lines = wrap(parts, width - indent).flatMap((line) => wrapped(line, width - indent));
  return lines.map((line, l) => `${l === 0 ? `${first} ` : ' '.repeat(indent)}${line}`);
}
