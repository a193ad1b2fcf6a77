// Which columns a file has, before one of them is read.
import type { Dialect } from '../../../src/cli/input/dialect.ts';
import { looksNumeric } from '../../../src/cli/input/numbers.ts';
import {
  type ColumnKind,
  layoutOf,
  type SampleRow,
  TIME_NAME,
  type Wanted,
} from '../../../src/cli/input/table/layout.ts';
import { CsvRecords } from '../../../src/cli/input/table/records.ts';
import { looksLikeTime } from '../../../src/cli/input/times.ts';
import { openSource } from './source.ts';

/** Lines that are looked at. */
const SAMPLE = 100;

/** The columns of a file. Each is named as the options of the command line name it. */
export interface Columns {
  readonly numbers: readonly string[];
  readonly times: readonly string[];
  /** Whether they are fields of JSON lines. */
  readonly areFields: boolean;
}

const NONE: Columns = { numbers: [], times: [], areFields: false };

/** The columns, as far as the first lines tell. What they do not tell is left to the reader. */
export async function inspect(path: string, dialect: Dialect): Promise<Columns> {
  const lines = await firstLines(path, dialect);
  const first = lines.find((line) => line.trim() !== '');
  if (first === undefined) return NONE;
  if (/^\s*[{[]/.test(first)) return fieldsOf(lines);
  return await columnsOf(lines, dialect);
}

async function firstLines(path: string, { encoding, skipLines }: Dialect): Promise<string[]> {
  const source = await openSource(path, encoding);
  const lines: string[] = [];
  const batches = source.lines();
  try {
    for await (const batch of batches) {
      lines.push(...batch.slice(0, SAMPLE + skipLines - lines.length));
      if (lines.length >= SAMPLE + skipLines) break;
    }
  } finally {
    await batches.return(undefined);
  }
  return lines.slice(skipLines);
}

/** The fields of objects, one a line. */
function fieldsOf(lines: readonly string[]): Columns {
  const numbers = new Set<string>();
  const times = new Set<string>();
  const visit = (object: object, before: string): void => {
    for (const [key, value] of Object.entries(object) as [string, unknown][]) {
      const name = `${before}${key}`;
      const isTime = TIME_NAME.test(key) || (typeof value === 'string' && looksLikeTime(value));
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) visit(value, `${name}.`);
      else if (isTime) times.add(name);
      else if (typeof value === 'number' || (typeof value === 'string' && looksNumeric(value))) numbers.add(name);
    }
  };
  for (const line of lines) {
    try {
      const value = JSON.parse(line) as unknown;
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) visit(value, '');
    } catch {
      return NONE; // a document of several lines
    }
  }
  return { numbers: [...numbers], times: [...times], areFields: true };
}

async function columnsOf(lines: readonly string[], dialect: Dialect): Promise<Columns> {
  const { delimiter, comment, notation } = dialect;
  const hasDecimalComma = notation.decimal === ',' || notation.thousands === ',';
  const records = await CsvRecords.for(lines, { delimiter, comment, hasDecimalComma });
  const sample: SampleRow[] = [];
  for (const [i, line] of lines.entries()) {
    const cells = records.add(line, i + 1);
    if (cells !== undefined) sample.push({ cells, line: records.firstLine, isAfterBlank: false, comment: undefined });
  }
  if (sample.length === 0) return NONE;
  const isCsv = records.delimiter === ',' || records.delimiter === ';';
  const wanted: Wanted = {
    columns: ['1'],
    isAll: false,
    time: undefined,
    series: [],
    notation,
    where: undefined,
    isCsv,
    isStream: false,
    takesBad: false,
  };
  const { header, kinds } = layoutOf(sample, wanted);
  if (kinds.length === 1) return NONE;
  const of = (...wantedKinds: ColumnKind[]): string[] =>
    wantedKinds.flatMap((kind) => kinds.flatMap((one, c) => (one === kind ? [calledAs(header, c)] : [])));
  // What is most likely meant comes first.
  return { numbers: of('number', 'nearly', 'missing', 'index'), times: of('time'), areFields: false };
}

/** How the option `--column` names a column: by its name, or by its number where that is not clear. */
function calledAs(header: readonly string[] | undefined, c: number): string {
  const name = header?.[c] ?? '';
  const isUnique = name !== '' && !/^\d+$/.test(name) && header!.indexOf(name) === header!.lastIndexOf(name);
  return isUnique ? name : String(c + 1);
}
