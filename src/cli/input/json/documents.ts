// A whole JSON document as a table: which text is one, which of its series are wanted.
import { CliError, fail, LineError, show } from '../../errors.ts';
import { isBlank } from '../cells.ts';
import { emptyTable, pickRows, type Table } from '../columns.ts';
import type { Dialect } from '../dialect.ts';
import { NumberColumn } from '../numbers.ts';
import { BadLines } from '../rows.ts';
import { spaced } from './exposition.ts';
import { pushValue } from './lines.ts';
import { nestedSeries, pathsIn } from './nested.ts';
import { parseJson } from './parse.ts';
import { follow, plainSeries, type Series } from './plain.ts';
import { knownSeries } from './shapes.ts';

/** Most names in a message. */
const MOST_NAMES = 12;

/**
 * Whether these first lines begin one document rather than JSON lines; `undefined` if the next line must tell.
 *
 * @param hasFields whether fields of every line are asked for
 */
export function isDocument(sample: readonly string[], isWhole: boolean, hasFields: boolean): boolean | undefined {
  const [first, second] = sample.filter((line) => !isBlank(line)).map((line) => line.trim());
  if (first === undefined || !/^[[{]/.test(first)) return false;
  const value = parsed(first);
  if (value === undefined) return /^[[{]\s*(?:$|[[{"\-\d])/.test(first) && !(isWhole && second === undefined);
  if (second !== undefined && parsed(second) !== undefined) return isSeriesLine(value);
  if (knownSeries(value) !== undefined) return true;
  if (!Array.isArray(value)) {
    const series = isWhole && !hasFields ? (nestedSeries(value) ?? plainSeries(value)) : undefined;
    if ((series?.[0]?.values.length ?? 0) > 1) return true;
    return isWhole && !hasFields && pathsIn(value).length > 0; // refused with these paths
  }
  if (isWhole) return true;
  return hasFields && !value.some((item) => typeof item === 'object') ? false : undefined;
}

/** A line of the export of VictoriaMetrics. */
function isSeriesLine(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'metric' in value && 'timestamps' in value;
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/**
 * The series of a document as a table with times, if it has any. `wanted` are names or numbers from 1; none: the only
 * one. Series that are read together must have the same times.
 */
export function documentTable(
  text: string,
  wanted: readonly string[],
  time: string | undefined,
  dialect: Dialect,
): { table: Table; notices: string[] } {
  const document = documentOf(text);
  const at = dialect.path === undefined ? document : follow(document, dialect.path);
  const all = (knownSeries(at) ?? nestedSeries(at, time) ?? plainSeries(at, time))?.filter(
    ({ values }) => values.length > 0,
  );
  return seriesTable(all ?? refuse(at), wanted, dialect);
}

/** The wanted ones of these series, by name or number from 1, as a table with times, if they have any. */
export function seriesTable(
  all: readonly Series[],
  wanted: readonly string[],
  dialect: Dialect,
): { table: Table; notices: string[] } {
  if (all.length === 0) fail('empty: there are no values');
  const isAll = wanted.length === 1 && wanted[0] === '*';
  const chosen = isAll
    ? joined(numericOf(all))
    : wanted.length > 0
      ? wanted.map((name) => find(all, name))
      : [onlySeries(all)];
  const { times } = chosen[0]!;
  for (const { name, values, times: own } of chosen) {
    const isSame = (own === undefined) === (times === undefined) && values.length === chosen[0]!.values.length;
    if (!isSame || !values.every((_, i) => own?.[i] === times?.[i])) {
      fail(`${show(chosen[0]!.name)} and ${show(name)} have different times: choose one at a time`);
    }
  }
  const table = emptyTable(
    chosen.map(({ name }) => name || undefined),
    times === undefined ? undefined : dialect,
  );
  const bad = new BadLines(dialect.badLines, 'value');
  const left = new Set<number>();
  const columns = chosen.map(({ name, values }, c) => {
    const own = table.columns[c]!.values;
    const column = new NumberColumn(own, dialect.notation, name || undefined, bad.canWait('deferred', chosen.length));
    fill(column, values, name, (problem, i) => {
      bad.take(problem);
      own.push(NaN);
      if (bad.how === 'skip') left.add(i);
    });
    return column;
  });
  for (const stamp of times ?? []) table.times!.push(typeof stamp === 'string' ? stamp : JSON.stringify(stamp ?? ''));
  const kept = left.size === 0 ? undefined : chosen[0]!.values.flatMap((_, i) => (left.has(i) ? [] : [i]));
  const notices = [...columns.map(({ notice }) => notice), bad.notice];
  return { table: kept ? pickRows(table, kept) : table, notices: notices.filter((notice) => notice !== undefined) };
}

/** A document, or several lines that are each one. */
function documentOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    const lines = text.split('\n').filter((line) => !isBlank(line));
    const values = lines.map(parsed);
    if (!values.includes(undefined)) return values;
    fail(`malformed JSON (${(error as Error).message.replace(/\s+/g, ' ').slice(0, 80)})`);
  }
}

/** Pushes all values; `refused` takes the problem with one that cannot be read, with its index. */
function fill(
  column: NumberColumn,
  values: readonly unknown[],
  name: string,
  refused: (problem: LineError, i: number) => void,
): void {
  const said = (message: string): string => message.replace(/^line (\d+)/, 'value $1');
  for (const [i, value] of values.entries()) {
    try {
      pushValue(column, value, i + 1, name);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      if (!(error instanceof LineError)) throw new CliError(said(error.message));
      refused(new LineError(said(error.message)), i);
    }
  }
  column.end();
}

function find(all: readonly Series[], wanted: string): Series {
  const found = all.filter(({ name }) => name === wanted || name === spaced(wanted));
  if (found.length === 1) return found[0]!;
  const number = /^\d+$/.test(wanted) ? Number(wanted) : 0;
  if (found.length === 0 && all[number - 1] !== undefined) return all[number - 1]!;
  fail(`no series ${show(wanted)}; the series are ${namesOf(all)}`);
}

function numericOf(all: readonly Series[]): Series[] {
  const numeric = all.filter(({ values }) =>
    values.some((value) => typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean'),
  );
  return numeric.length > 0 ? numeric : fail('empty: there are no values');
}

/** Series with the times of all of them: at a time that one does not have its value is missing. */
function joined(all: readonly Series[]): Series[] {
  const key = (time: unknown): string => JSON.stringify(time);
  const isSame = all.every(
    ({ times, values }) =>
      values.length === all[0]!.values.length &&
      (times ?? []).every((time, i) => key(time) === key(all[0]!.times?.[i])),
  );
  if (isSame) return [...all];
  if (!all.every(({ times }) => times !== undefined)) {
    fail(
      `the series have different lengths and not all have times: choose one with --column; they are ${namesOf(all)}`,
    );
  }
  const places = new Map<string, unknown>();
  for (const { times } of all) for (const time of times!) if (!places.has(key(time))) places.set(key(time), time);
  return all.map(({ name, times, values }) => {
    const own = new Map(times!.map((time, i) => [key(time), values[i]]));
    return { name, times: [...places.values()], values: [...places.keys()].map((place) => own.get(place) ?? null) };
  });
}

function onlySeries(all: readonly Series[]): Series {
  const numeric = numericOf(all);
  if (numeric.length === 1) return numeric[0]!;
  fail(
    `there are ${all.length} series: choose one with --column, by its name or its number from 1; they are ${namesOf(all)}`,
  );
}

function namesOf(all: readonly Series[]): string {
  const names = all.slice(0, MOST_NAMES).map(({ name }) => name);
  return names.join(', ') + (all.length > MOST_NAMES ? ', …' : '');
}

function refuse(value: unknown): never {
  const keys = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  const what =
    keys.length > 0 ? `an object with ${keys.slice(0, MOST_NAMES).join(', ')}` : show(JSON.stringify(value) ?? '');
  const paths = pathsIn(value);
  fail(
    `a JSON document that is not known: ${what}; say where the values are: --path${paths.length > 0 ? ` ${paths.slice(0, 3).join(' or ')}` : ', such as data.rows[*].cpu'}`,
  );
}
