// Records and their cells: quotes, records over several lines, delimiters and how one is found.
import { fail, failLine } from '../../errors.ts';
import { isBlank } from '../cells.ts';
import { looksNumeric } from '../numbers.ts';

type Papa = typeof import('papaparse');

/** Runs of blanks between the cells. */
export const BLANKS = ' ';
/** The whole line is one cell. */
export const NONE = '';

/** Two blanks and more between cells that may hold one. */
const GAPS = '  ';

const DELIMITERS = [',', ';', '\t', '|', BLANKS];

/** A record longer than this has lost a closing quote. */
const LONGEST_RECORD = 1 << 20;

/** Lines between the rows of a table that is drawn with characters. */
const RULER = /^[\s|+:=-]*(?:---|===)[\s|+:=-]*$/;
/** What databases write below a table. */
const COUNT =
  /^\s*\(?[\d,]+ rows?(?: in set| affected| selected| returned| retrieved| fetched)*(?:, \d+ warnings?)?\.?\)?(?: \(.*\))?\s*$/i;
/** Widths and kinds of the columns below their names, as in files of the USGS: `5s	15s	20d	14n`. */
const FORMATS = /^\d{1,3}[sdn](?:\t\d{1,3}[sdn])+$/;

/** Values of a plugin of Nagios, each with its limits: `time=0.012s;1;2;0 size=512B;;;0`. */
const PERFDATA = /\t'?[^=\t;]+'?=[-+\d.]+[A-Za-z%]*;[-\d.;:~@]*(?: '?[^=\t;]+'?=[-+\d.]+[A-Za-z%]*;[-\d.;:~@]*)*\s*$/;

/** Cells between tabs, the last of them values of a plugin of Nagios. */
const PERF = '\t ';
/** Cells of the line protocol of InfluxDB: measurement and tags, each field, the time. */
const PROTOCOL = ' ,';

/** A line of StatsD: `api.time:320|ms`. */
const STATSD = /^[A-Za-z_][\w.-]{0,200}:[-+]?[\d.]+\|(?:ms|c|g|h|d)(?:\|\S*)?\s*$/;

/** A line of InfluxDB: measurement and tags, fields, a time. */
const LINE_PROTOCOL = /^[^\s,=]+(?:,[^\s,=]+=[^\s,]+)* [^\s,=]+=[^\s]+ \d{10,19}\s*$/;

let papa: Papa | undefined;

/** What is known about the records before the first one is read. */
export interface RecordOptions {
  readonly delimiter?: string | undefined;
  /** Lines that begin so are no records; `undefined` for none. */
  readonly comment?: string | undefined;
  /** Whether a comma is a decimal mark, and so no delimiter unless there are quotes. */
  readonly hasDecimalComma?: boolean;
}

/** Joins lines to records and splits records into cells. Papa Parse splits the records that hold a quote. */
export class CsvRecords {
  /** Line on which the open record begins, or else the one that was returned last. */
  firstLine: number;
  readonly delimiter: string;
  readonly #comment: string | undefined;
  readonly #papa: Papa;
  #open: string | undefined;
  /** Whether what is left is about the table, as below the answers of ping. */
  #isOver: boolean;

  private constructor(papa: Papa, delimiter: string, comment: string | undefined) {
    this.#papa = papa;
    this.delimiter = delimiter;
    this.#comment = comment;
    this.#open = undefined;
    this.#isOver = false;
    this.firstLine = 0;
  }

  /** The delimiter that makes the most regular table of these lines, and a reader for it. */
  static async for(sample: readonly string[], options: RecordOptions = {}): Promise<CsvRecords> {
    papa ??= (await import('papaparse')).default;
    const lib = papa;
    const { comment } = options;
    const make = (delimiter: string): CsvRecords => new CsvRecords(lib, delimiter, comment);
    const declared = sample.map(declaredDelimiter).find((found) => found !== undefined);
    return make(options.delimiter ?? declared ?? guessDelimiter(sample, make, options.hasDecimalComma ?? false));
  }

  /** Another reader with the same delimiter. */
  fresh(): CsvRecords {
    return new CsvRecords(this.#papa, this.delimiter, this.#comment);
  }

  /**
   * The cells of the record that ends with this line; `undefined` while a quoted cell goes on, and for a line that is no
   * record: a blank line, a comment, a ruler, the number of rows below a table.
   */
  add(line: string, lineNumber: number): string[] | undefined {
    const text = plainLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    const hasQuote = text.includes('"');
    if (this.#open === undefined) {
      this.firstLine = lineNumber;
      this.#isOver ||= this.delimiter === BLANKS && text.startsWith('--- ') && text.endsWith(' ---');
      if (this.#isOver || this.isApart(text)) return undefined;
      if (!hasQuote || this.delimiter === NONE) return this.#split(text);
    }
    const record = this.#open === undefined ? text : `${this.#open}\n${text}`;
    this.#open = undefined;
    const cells = hasQuote ? this.#parse(record) : undefined;
    if (cells === undefined) this.#open = record;
    if (record.length > LONGEST_RECORD) this.end();
    return cells;
  }

  /** Whether a line is no record. */
  isApart(text: string): boolean {
    const first = text.charCodeAt(0);
    if (first >= 48 && first <= 57 && !/[dnst).]$/i.test(text)) return false;
    if (isBlank(text)) return true;
    if (this.#comment !== undefined && text.startsWith(this.#comment)) return true;
    if (first === 115 && declaredDelimiter(text) !== undefined) return true;
    return RULER.test(text) || COUNT.test(text) || FORMATS.test(text);
  }

  /** The cells of a comment, which may name the columns. */
  commentCells(line: string): string[] | undefined {
    if (this.#comment === undefined || !line.startsWith(this.#comment)) return undefined;
    return this.#split(line.slice(this.#comment.length).trim());
  }

  /** True while a quoted cell goes on. */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** The next line is the first one of another file: there are rows again. A quoted cell must not be open. */
  beginFile(): void {
    this.end();
    this.#isOver = false;
  }

  /** After the last line: a quoted cell must not be open. */
  end(): void {
    if (this.#open !== undefined) fail(`line ${this.firstLine}: unterminated quote`);
  }

  #split(text: string): string[] {
    if (this.delimiter === NONE) return [text];
    if (this.delimiter === GAPS) return text.trim().split(/\s{2,}/);
    if (this.delimiter === BLANKS) return /[["]/.test(text) ? blankCells(text) : text.trim().split(/\s+/);
    if (this.delimiter === PERF) {
      const cells = text.trimEnd().split('\t');
      return [...cells.slice(0, -1), ...cells.at(-1)!.split(' ')];
    }
    if (this.delimiter === PROTOCOL) {
      const [series, fields = '', ...time] = text.trim().split(' ');
      return [series!, ...fields.split(','), ...time];
    }
    if (this.delimiter !== '|') return text.split(this.delimiter);
    const inner = /^\s*\|/.test(text) ? text.replace(/^[\s|]+|[\s|]+$/g, '') : text;
    return inner.split('|').map((cell) => cell.trim());
  }

  #parse(record: string): string[] | undefined {
    if ([GAPS, PERF, PROTOCOL].includes(this.delimiter)) return this.#split(record);
    if (this.delimiter === BLANKS) return blankCells(record);
    const { data, errors } = this.#papa.parse<string[]>(record, { delimiter: this.delimiter, newline: '\n' });
    const codes = errors.map(({ code }) => code);
    if (codes.includes('InvalidQuotes')) failLine(`line ${this.firstLine}: malformed or unterminated quote`);
    return codes.includes('MissingQuotes') ? undefined : data[0];
  }
}

/** Cells between blanks; quotes and brackets keep the blanks inside. */
function blankCells(text: string): string[] {
  const cells = text.match(/"[^"]*"|\[[^\]]*\]|\S+/g) ?? [];
  return cells.map((cell) => (/^".*"$/s.test(cell) ? cell.slice(1, -1) : cell));
}

/** A line of a table that is drawn with lines as one that is drawn with `|` and `-`; any other line as it is. */
function plainLine(text: string): string {
  const first = text.charCodeAt(0);
  if (first < 0x2500 || first > 0x257f) return text;
  const rows = /^[│┃║]\s*(\d+) rows?\b/.exec(text)?.[1];
  if (rows !== undefined) return `(${rows} rows)`;
  if (!/[─━═]/.test(text)) return text.replaceAll(/[│┃║]/g, '|');
  if (!/[^\u2500-\u257f\s]/.test(text)) return '+---+';
  const cells = text.split(/[┌┬┐┏┳┓╔╦╗├┼┤]/).slice(1, -1); // names in the upper line, as ClickHouse writes them
  return `|${cells.map((cell) => cell.replaceAll(/[─━═]/g, '')).join('|')}|`;
}

/** The delimiter in a first line such as `sep=;`, which spreadsheets write. */
function declaredDelimiter(line: string): string | undefined {
  return /^"?sep=(.)"?\s*$/.exec(line)?.[1];
}

function guessDelimiter(lines: readonly string[], make: (delimiter: string) => CsvRecords, hasComma: boolean): string {
  const text = lines.map(plainLine).filter((line) => !make(',').isApart(line));
  const isQuoted = text.some((line) => line.includes('"'));
  if (!isQuoted && isOneColumn(text)) return NONE;
  if (text.length > 0 && text.every((line) => LINE_PROTOCOL.test(line))) return PROTOCOL;
  if (text.length > 0 && text.every((line) => PERFDATA.test(line))) return PERF;
  if (text.length > 0 && text.every((line) => STATSD.test(line))) return NONE;
  let [best, bestShare] = [',', 0] as [string, number];
  for (const delimiter of DELIMITERS) {
    if (delimiter === ',' && hasComma && !isQuoted) continue;
    const widths = widthsWith(make(delimiter), lines);
    const counts = new Map<number, number>();
    for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1);
    counts.delete(1);
    const share = Math.max(0, ...counts.values()) / Math.max(1, widths.length);
    if (share > bestShare * (delimiter === BLANKS ? 1.5 : 1) && share >= 0.3) [best, bestShare] = [delimiter, share];
  }
  if (best === BLANKS) {
    const gaps = shareOf(widthsWith(make(GAPS), lines));
    if (gaps.width > 2 && gaps.share > GAPS_SHARE && gaps.share > 1.5 * bestShare) return GAPS;
  }
  return bestShare === 0 && hasComma ? NONE : best;
}

/** Of lines with gaps between the cells this share at least has the same number of them. */
const GAPS_SHARE = 0.9;

/** The most frequent number of cells, and the share of the lines that have it. */
function shareOf(widths: readonly number[]): { width: number; share: number } {
  const counts = new Map<number, number>();
  for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1);
  const [width, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0]);
  return { width, share: count / Math.max(1, widths.length) };
}

/** A header above numbers that hold a comma or a blank: one column with decimal commas, thousands or units. */
function isOneColumn(lines: readonly string[]): boolean {
  if (lines.length < 2 || looksNumeric(lines[0]!) || /[,;\t|]/.test(lines[0]!)) return false;
  return lines.slice(1).every((line) => looksNumeric(line));
}

function widthsWith(records: CsvRecords, lines: readonly string[]): number[] {
  const widths: number[] = [];
  for (const [i, line] of lines.entries()) {
    try {
      const cells = records.add(line, i + 1);
      if (cells !== undefined) widths.push(cells.length);
    } catch {
      return widths; // quotes that another delimiter may explain
    }
  }
  return widths;
}
