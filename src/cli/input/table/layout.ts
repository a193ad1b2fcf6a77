// What the first rows of a table say: where it begins, whether it has a header, what each column holds, which are read.
import { fail, show } from '../../errors.ts';
import { parseCell } from '../cells.ts';
import { isMissingIn, looksNumeric, type Notation } from '../numbers.ts';
import { partners, timeNames } from '../time/joined.ts';
import { epochOf, looksLikeTime, parseDate } from '../times.ts';

/** A record among the first lines. */
export interface SampleRow {
  readonly cells: readonly string[];
  /** Line on which it begins. */
  readonly line: number;
  /** Whether a blank line is before it. */
  readonly isAfterBlank: boolean;
  /** Cells of a comment directly before it. */
  readonly comment: readonly string[] | undefined;
}

/** What is asked for. */
export interface Wanted {
  /** Each the name of a column or its number from 1; none: the only column of numbers. */
  readonly columns: readonly string[];
  /** Whether all columns of numbers are wanted, and `columns` is empty. */
  readonly isAll: boolean;
  readonly time: string | undefined;
  /** Columns whose texts tell apart the series that lie in the rows. */
  readonly series: readonly string[];
  readonly notation: Notation;
  readonly where: { readonly column: string; readonly value: string } | undefined;
  /** Whether a comma separates the cells, or a semicolon: a line before the table may then be a header that lacks cells. */
  readonly isCsv: boolean;
  /** Whether rows are answered as they come, so that the first ones are all there is to find the layout from. */
  readonly isStream: boolean;
  /** Whether the first row is known to be a header; `undefined`: that is found. */
  readonly hasHeader?: boolean | undefined;
  /** Whether a column of numbers may hold other cells: their lines are no rows. */
  readonly takesBad: boolean;
}

/** How the rows of a table are read. */
export interface Layout {
  /** Line of the header, or of the first row if there is none. */
  readonly firstLine: number;
  /** Records before that, their cells joined by line feeds. */
  readonly preamble: ReadonlySet<string>;
  readonly hasHeader: boolean;
  readonly header: readonly string[] | undefined;
  readonly width: number;
  readonly names: readonly string[];
  readonly indices: readonly number[];
  /** Columns whose texts make the time, one after the other; none: there are no times. */
  readonly timeIndices: readonly number[];
  /** A column of dates or of numbers since 1970, whether it was asked for or not. */
  readonly guard: number | undefined;
  readonly whereIndex: number | undefined;
  readonly seriesIndices: readonly number[];
  /** Names of columns without a value in the first rows, which are left out where all are wanted. */
  readonly leftOut: readonly string[];
  /** Whether the header comes again between the rows, as where snapshots follow one another. */
  readonly isRepeated: boolean;
  /** Columns of texts. */
  readonly textColumns: readonly number[];
  /** What each column holds. */
  readonly kinds: readonly ColumnKind[];
  /** Columns of numbers that are not read. */
  readonly otherNumbers: readonly number[];
  /** The rows of the sample without the header. */
  readonly rows: readonly SampleRow[];
}

/** What a column holds: numbers, or mostly, times, a number of the row, nothing as far as is known, texts. */
export type ColumnKind = 'number' | 'nearly' | 'time' | 'index' | 'missing' | 'text';

/** Names of columns of times. */
export const TIME_NAME: RegExp =
  /^_?(?:unix|epoch|event|start|end|sample|log)?[_ ]?(?:time|times|timestamp|ts|date|datetime|epoch|t|start|stop|zeit|datum|uhrzeit|zeitstempel|時刻|日時|日付|heure|fecha|hora|when|clock)(?:[_ ]?(?:utc|local|ms|us|ns|s|sec))?$/i;
const INDEX_NAME =
  /^(?:|(?:\w+[_ .])?(?:id|no|nr|num|number|seq|sequence|index)|index|idx|id|#|no\.?|nr\.?|row|row[_ ]?(?:id|no|num|number)|unnamed: ?\d+|level_\d+)$/i;

/** Reads the layout off the first rows. Throws if what is wanted is not there, or not clear. */
export function layoutOf(all: readonly SampleRow[], wanted: Wanted): Layout {
  const start = wanted.hasHeader === undefined ? firstRow(all, wanted) : 0;
  let body = all.slice(start);
  let first = body[0]!.cells.map((cell) => cell.trim());
  const hasHeader = wanted.hasHeader ?? isHeader(body, wanted);
  while (
    wanted.hasHeader === undefined &&
    hasHeader &&
    !isNamed(first, wanted) &&
    body.length > 2 &&
    isHeader(body.slice(1), wanted) &&
    isText(body[1]!)
  ) {
    body = body.slice(1); // of several lines of a header the last one names the columns
    first = body[0]!.cells.map((cell) => cell.trim());
  }
  const firstLine = body[0]!.line;
  const { comment } = body[0]!;
  const hasCommentHeader = !hasHeader && comment !== undefined && comment.length === first.length;
  const header = hasHeader ? first : hasCommentHeader ? comment.map((cell) => cell.trim()) : undefined;
  const rows = (hasHeader ? body.slice(1) : body).filter(
    ({ cells }) => !header?.every((name, c) => name === cells[c]?.trim()),
  );
  const width = first.length;
  const kinds = first.map((_, c) => kindOf(rows, c, header?.[c], wanted.notation));
  if (header?.includes('_value') && header.includes('table')) kinds[header.indexOf('table')] = 'text'; // of InfluxDB
  separateTimes(kinds, rows, header, wanted.notation);
  const names = header ?? first.map((_, c) => keyOf(rows, c) ?? '');
  const timeIndices = timeColumns(wanted, first, names, body, rows);
  const seriesIndices = wanted.series.map((column) => find(first, names, column, body));
  const whereIndex = wanted.where && find(first, names, wanted.where.column, body);
  const taken = [...timeIndices, ...seriesIndices];
  const indices = wanted.isAll
    ? allNumeric(kinds, rows, names, [...taken, ...(whereIndex === undefined ? [] : [whereIndex])], body, wanted)
    : wanted.columns.length > 0
      ? wanted.columns.map((column) => find(first, names, column, body))
      : [onlyNumeric(kinds, rows, names, taken, body, wanted)];
  const twice = indices.findIndex((index, c) => indices.indexOf(index) !== c);
  if (twice >= 0) fail(`--column ${wanted.columns[twice]} names a column that is already chosen`);
  const dates = kinds.flatMap((kind, c) => (kind === 'time' && isDates(rows, c) ? [c] : []));
  const epochs = kinds.flatMap((kind, c) => (kind === 'time' && isEpochs(rows, c) ? [c] : []));
  const others = [...dates, ...epochs].filter((c) => !indices.includes(c));
  return {
    firstLine,
    preamble: new Set(all.filter(({ line }) => line < firstLine).map(({ cells }) => cells.join('\n'))),
    hasHeader,
    header,
    width,
    names: uniqueNames(
      indices.map((index) => header?.[index] ?? (names[index] || `column${index + 1}`)),
      wanted.isAll,
    ),
    indices,
    timeIndices,
    guard: timeIndices[0] ?? others[0],
    whereIndex,
    seriesIndices,
    isRepeated: hasHeader && body.length - 1 > rows.length,
    leftOut: wanted.isAll
      ? kinds.flatMap((kind, c) => (kind === 'missing' && !taken.includes(c) ? [names[c] || `column${c + 1}`] : []))
      : [],
    textColumns: kinds.flatMap((kind, c) =>
      kind === 'text' && !timeIndices.includes(c) && !indices.includes(c) ? [c] : [],
    ),
    kinds,
    otherNumbers: kinds.flatMap((kind, c) =>
      (kind === 'number' || kind === 'index') && !timeIndices.includes(c) && !indices.includes(c) ? [c] : [],
    ),
    rows,
  };
}

/** Whether the first rows suffice to find the layout: whether a column of numbers is known, or those asked for are. */
export function isEnough(all: readonly SampleRow[], wanted: Wanted): boolean {
  if (all.length === 0) return false;
  const isName = (column: string): boolean => !/^\d+$/.test(column);
  const namesIn = (cells: readonly string[]): string[] =>
    [...wanted.columns, ...wanted.series, ...timeNames(wanted.time, cells)].filter(isName);
  const at = all.findIndex(({ cells }) => {
    const trimmed = cells.map((cell) => cell.trim());
    const named = namesIn(trimmed);
    return named.length > 0 && named.every((name) => trimmed.includes(name));
  });
  if (at >= 0 && wanted.columns.length > 0) return all.length > at + 1;
  const width = all.at(-1)!.cells.length;
  const from = at >= 0 ? at : all.findLastIndex(({ cells }) => cells.length !== width) + 1;
  const rows = all.slice(from);
  const isRow = ({ cells }: SampleRow): boolean => {
    const chosen = wanted.columns.map((column) => cells[Number(column) - 1] ?? '');
    if (chosen.length > 0) return chosen.every((cell) => isNumber(cell, wanted.notation));
    return cells.some((cell, c) => {
      const isCandidate = cell.trim() !== '' && !Number.isNaN(parseCell(cell)) && isNumber(cell, wanted.notation);
      return (
        isCandidate &&
        !timeNames(wanted.time, []).includes(String(c + 1)) &&
        !(width > 1 && isTimeOrIndex(cell, rows[0]?.cells[c] ?? '', wanted))
      );
    });
  };
  return rows.some((row) => isRow(row)) || rows.length > 8 || (width === 1 && rows.length > 1);
}

function isTimeOrIndex(cell: string, head: string, { time }: Wanted): boolean {
  const name = head.trim();
  return (
    timeNames(time, [name]).includes(name) || TIME_NAME.test(name) || (INDEX_NAME.test(name) && name !== cell.trim())
  );
}

function isNumber(cell: string, notation: Notation): boolean {
  return isMissingIn(cell, notation) || parseCell(cell) !== undefined || looksNumeric(cell);
}

/** Index of the row that begins the table: lines of another width, and blocks before a blank line, are about it. */
function firstRow(all: readonly SampleRow[], wanted: Wanted): number {
  const named = all.findIndex(({ cells }) =>
    isNamed(
      cells.map((cell) => cell.trim()),
      wanted,
    ),
  );
  if (named >= 0) return named;
  const width = usualWidth(all);
  let start = all.findIndex(({ cells }) => cells.length === width);
  const block = all.findLastIndex(({ isAfterBlank, cells }, i) => isAfterBlank && i < 40 && cells.length === width);
  if (width > 1 && block >= start + 2 && numStrange(all, start, block, wanted) > 1) start = block;
  const before = all[start - 1];
  if (before !== undefined && start !== block && wanted.isCsv && isText(before) && !isText(all[start]!)) {
    const [has, have] = [before.cells.length, all[start]!.cells.length].map((n) => `${n} cell${n === 1 ? '' : 's'}`);
    fail(
      `line ${before.line}: has ${has}, the rows below have ${have}: is a comma decimal (--decimal ,) or another delimiter meant (--delimiter), or is this no header (--skip-lines ${before.line})?`,
    );
  }
  return start;
}

/** The width of most rows; of two the later one's. */
function usualWidth(all: readonly SampleRow[]): number {
  const counts = new Map<number, number>();
  for (const { cells } of all) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return all.findLast(({ cells }) => counts.get(cells.length) === most)!.cells.length;
}

/** Number of rows before `to` that hold a text where the rows from there on have numbers or times. */
function numStrange(all: readonly SampleRow[], from: number, to: number, { notation }: Wanted): number {
  const below = all.slice(to);
  const kinds = all[to]!.cells.map((_, c) => kindOf(below, c, 'x', notation));
  const isStrange = ({ cells }: SampleRow): boolean =>
    kinds.some((kind, c) => (kind === 'number' || kind === 'time') && conflicts(cells[c] ?? '', notation));
  return all.slice(from, to).filter(isStrange).length;
}

function conflicts(cell: string, notation: Notation): boolean {
  return !isNumber(cell, notation) && !looksLikeTime(cell);
}

/** Whether all names that are asked for stand in this row. */
function isNamed(first: readonly string[], { columns, time, series, where }: Wanted): boolean {
  const all = [...columns, ...series, ...timeNames(time, first), ...(where === undefined ? [] : [where.column])];
  const names = all.filter((column) => !(/^\d+$/.test(column) && Number(column) <= first.length));
  return names.length > 0 && names.every((name) => first.includes(name));
}

/** Whether the first row is a header: it holds a name that is asked for, or a text where numbers or times follow. */
function isHeader(body: readonly SampleRow[], wanted: Wanted): boolean {
  const first = body[0]!.cells.map((cell) => cell.trim());
  if (isNamed(first, wanted)) return true;
  const below = body.slice(1);
  if (first.length === 1) return conflicts(first[0]!, wanted.notation);
  const chosen = wanted.columns.map((column) => first[Number(column) - 1] ?? '');
  if (below.length === 0 && chosen.length > 0) return chosen.some((cell) => conflicts(cell, wanted.notation));
  if (below.length === 0)
    return first.every((cell) => cell === '' || conflicts(cell, wanted.notation)) && first.some((c) => c !== '');
  return first.some((cell, c) => {
    if (cell === '' || !conflicts(cell, wanted.notation)) return false;
    const kind = kindOf(below, c, '', wanted.notation);
    return (
      kind !== 'text' &&
      !(kind === 'nearly' && below.length < 3) &&
      !(kind === 'missing' && first.some((x) => !conflicts(x, wanted.notation) && x !== ''))
    );
  });
}

/** Whether a row holds nothing but texts and blank cells. */
function isText({ cells }: SampleRow): boolean {
  return isTextRow(cells);
}

/** Whether these cells are nothing but texts and blanks. */
export function isTextRow(cells: readonly string[]): boolean {
  return cells.every(
    (cell) => cell.trim() === '' || (parseCell(cell) === undefined && !looksNumeric(cell) && !looksLikeTime(cell)),
  );
}

function kindOf(rows: readonly SampleRow[], c: number, name: string | undefined, notation: Notation): ColumnKind {
  const cells = rows.map((row) => row.cells[c] ?? '').filter((cell) => !isMissingIn(cell, notation));
  if (cells.length === 0) return 'missing';
  const numNumbers = cells.filter((cell) => isNumber(cell, notation)).length;
  if (numNumbers < cells.length) {
    if (cells.every(looksLikeTime)) return 'time';
    return numNumbers >= cells.length / 2 ? 'nearly' : 'text';
  }
  if (name !== undefined && TIME_NAME.test(name)) return 'time';
  if (name === '_span' || name === '_spandays') return 'index'; // of Splunk: how long a row lasts
  const numbers = cells.map(Number);
  const isCounting = numbers.every((x, i) => Number.isInteger(x) && (i === 0 || x === numbers[i - 1]! + 1));
  if (isCounting && name !== undefined && INDEX_NAME.test(name)) return 'index';
  return isCounting && name === undefined && c === 0 && cells.length > 2 && numbers[0]! <= 1 ? 'index' : 'number';
}

/** Milliseconds between a date, perhaps without its time of day and of another zone, and the same moment as a number. */
const MOST_APART = 38 * 3_600_000;

/** Numbers since 1970 beside a date that says the same are times, too. Where no column is one of times yet, numbers that rise as seconds to nanoseconds since 1970 do are. */
function separateTimes(
  kinds: ColumnKind[],
  rows: readonly SampleRow[],
  header: readonly string[] | undefined,
  notation: Notation,
): void {
  if (kinds.length === 1) {
    kinds[0] = kinds[0] === 'nearly' || kinds[0] === 'text' || kinds[0] === 'missing' ? kinds[0] : 'number';
    return;
  }
  const date = kinds.findIndex((kind, c) => kind === 'time' && isDates(rows, c));
  for (let c = 0; date >= 0 && c < kinds.length; c++) {
    const isSame = ({ cells }: SampleRow): boolean =>
      Math.abs(epochOf(Number(cells[c] || NaN)) - parseDate(cells[date]!.trim())) < MOST_APART;
    if (kinds[c] === 'number' && rows.every(isSame)) kinds[c] = 'time';
  }
  if (kinds.includes('time')) return;
  for (let c = 0; c < kinds.length; c++) {
    if (kinds[c] !== 'number' && kinds[c] !== 'index') continue;
    const numbers = rows
      .map((row) => row.cells[c] ?? '')
      .filter((cell) => !isMissingIn(cell, notation))
      .map(Number);
    const isEpoch = numbers.every((x, i) => {
      const at = epochOf(x);
      return at >= 978_307_200_000 && at < 4_102_444_800_000 && (i === 0 || x >= numbers[i - 1]!);
    });
    if (isEpoch && !/byte|mem|size/i.test(header?.[c] ?? '')) {
      kinds[c] = 'time';
      return;
    }
  }
}

function isDates(rows: readonly SampleRow[], c: number): boolean {
  return rows.every(({ cells }) => cells[c] === undefined || cells[c]!.trim() === '' || looksLikeTime(cells[c]!));
}

function isEpochs(rows: readonly SampleRow[], c: number): boolean {
  return rows.every(({ cells }) => !Number.isNaN(epochOf(Number(cells[c] || NaN))));
}

/** The name in cells such as `time=12.3`, if all cells of the column have it. */
function keyOf(rows: readonly SampleRow[], c: number): string | undefined {
  const key = /^([A-Za-z_][\w.:-]*)=/.exec(rows[0]?.cells[c] ?? '')?.[1];
  return key !== undefined && rows.every(({ cells }) => cells[c]?.startsWith(`${key}=`)) ? key : undefined;
}

/** The index of a column by its number or its name. Digits are a number where there is such a column. */
function find(first: readonly string[], names: readonly string[], column: string, body: readonly SampleRow[]): number {
  const number = /^\d+$/.test(column) ? Number(column) - 1 : -1;
  if (number in first) return number;
  const index = names.indexOf(column);
  if (index < 0) fail(`no column ${show(column)}; ${listColumns(body)}`);
  if (names.indexOf(column, index + 1) < 0) return index;
  fail(`there are several columns ${show(column)}: choose one by its number, from 1`);
}

/** The columns of the time that is wanted. */
function timeColumns(
  { time, isStream }: Wanted,
  first: readonly string[],
  names: readonly string[],
  body: readonly SampleRow[],
  rows: readonly SampleRow[],
): number[] {
  const found = timeNames(time, names).map((name) => find(first, names, name, body));
  if (found.length !== 1) return found;
  const column = (c: number): string[] => rows.map(({ cells }) => cells[c] ?? '').filter((cell) => cell.trim() !== '');
  return partners(found[0]!, first.length, column, isStream);
}

/** The one column of numbers when none was asked for. */
function onlyNumeric(
  kinds: readonly ColumnKind[],
  rows: readonly SampleRow[],
  names: readonly string[],
  taken: readonly number[],
  body: readonly SampleRow[],
  { notation, takesBad }: Wanted,
): number {
  if (kinds.length === 1) return 0;
  if (rows.length === 0) fail('empty: there are no values');
  const of = (kind: ColumnKind): number[] => kinds.flatMap((k, c) => (k === kind && !taken.includes(c) ? [c] : []));
  const numbers = takesBad ? [...of('number'), ...of('nearly')].sort((a, b) => a - b) : of('number');
  const nearly = takesBad ? [] : of('nearly');
  const isRow = body.length === 1 && numbers.length > 9;
  const called = (c: number): string => show(names[c] ?? `column${c + 1}`);
  if (numbers.length > 1)
    fail(
      `${numbers.length} columns hold numbers: choose one with --column${isRow ? ', or --input row if a line is a series' : ''}; ${listColumns(body)}`,
    );
  if (nearly.length > 0) {
    const c = nearly[0]!;
    const odd = rows.find(({ cells }) => !isNumber(cells[c] ?? '', notation))!;
    const problem = `column ${called(c)} holds ${show(odd.cells[c]!.trim())} on line ${odd.line} among its numbers`;
    if (numbers.length === 1)
      fail(`column ${called(numbers[0]!)} holds numbers, but ${problem}: choose one with --column`);
    fail(`${problem}: if that is a missing value, --na ${show(odd.cells[c]!.trim())}, or choose with --column`);
  }
  if (numbers.length === 1) return numbers[0]!;
  const others = [...of('time'), ...of('index')].filter((c) => !isDates(rows, c));
  if (others.length > 0) {
    const what = kinds[others[0]!] === 'time' ? 'a time' : 'an index';
    fail(
      `the only numbers are in column ${called(others[0]!)}, which looks like ${what}: choose with --column; ${listColumns(body)}`,
    );
  }
  fail(`no column of numbers found: choose one with --column; ${listColumns(body)}`);
}

/** All columns of numbers. Throws where one is hardly of numbers, and where there are none. */
function allNumeric(
  kinds: readonly ColumnKind[],
  rows: readonly SampleRow[],
  names: readonly string[],
  taken: readonly number[],
  body: readonly SampleRow[],
  { notation }: Wanted,
): number[] {
  const free = kinds.flatMap((kind, c) => (taken.includes(c) ? [] : [[kind, c] as const]));
  const nearly = free.find(([kind]) => kind === 'nearly')?.[1];
  if (nearly !== undefined) {
    const odd = rows.find(({ cells }) => !isNumber(cells[nearly] ?? '', notation))!;
    const text = show(odd.cells[nearly]!.trim());
    fail(
      `column ${show(names[nearly] || `column${nearly + 1}`)} holds ${text} on line ${odd.line} among its numbers: if that is a missing value, --na ${text}, or name the columns with --column`,
    );
  }
  const numbers = free.flatMap(([kind, c]) => (kind === 'number' ? [c] : []));
  if (numbers.length > 0) return numbers;
  fail(`no column of numbers found: choose with --column; ${listColumns(body)}`);
}

/** Where all columns are read, those of one name get their number behind it. */
function uniqueNames(names: readonly string[], isAll: boolean): string[] {
  if (!isAll) return [...names];
  return names.map((name, c) => (names.indexOf(name) === c ? name : `${name} (${c + 1})`));
}

function listColumns(body: readonly SampleRow[]): string {
  const first = body[0]!.cells;
  if (first.every((cell) => parseCell(cell) !== undefined)) {
    return `there is no header; the columns are numbered 1 to ${first.length}`;
  }
  return `the columns are ${first.map((cell) => cell.trim()).join(', ')}`;
}
