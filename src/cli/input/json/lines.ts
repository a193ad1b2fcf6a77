// JSON lines: one value or object per line, and the field of it that is wanted.

import { fail, failLine, show, UsageError } from '../../errors.ts';
import { isBlank, notANumber, parseCell } from '../cells.ts';
import { emptyTable } from '../columns.ts';
import type { Dialect } from '../dialect.ts';
import { NumberColumn } from '../numbers.ts';
import { type BadLines, type BlankLines, type RowReader, remembering } from '../rows.ts';
import { TIME_NAME } from '../table/layout.ts';
import { isLabelOf, refuseSeveral, seriesColumn } from '../table/several.ts';
import { timeNames } from '../time/joined.ts';
import { seriesName } from '../time/series-name.ts';
import { parseJson } from './parse.ts';
import { flat, TIME_KEY } from './plain.ts';

type JsonObject = Record<string, unknown>;

/**
 * A reader of JSON lines for these fields, each a path such as `cpu.user` or `samples.0`. Without fields every line is
 * a number or null. Blank lines are skipped.
 */
export function jsonRows(
  fields: readonly string[],
  time: string | undefined,
  dialect: Dialect,
  blanks: BlankLines,
  bad: BadLines,
  series: readonly string[] = [],
): RowReader {
  const twice = fields.findIndex((field, c) => fields.indexOf(field) !== c);
  if (twice >= 0) fail(`--field ${fields[twice]} is already chosen`);
  const { notation, isSparse, where } = dialect;
  const wherePath = where?.column.split('.');
  const table = emptyTable(
    fields.length > 0 ? fields : [undefined],
    time === undefined ? undefined : dialect,
    series.length > 0,
  );
  const columns = table.columns.map(
    ({ name, values }) => new NumberColumn(values, notation, name, bad.canWait(blanks, table.columns.length)),
  );
  const timePaths = time?.split(',').map((name) => [name.trim(), name.trim().split('.')] as const);
  const paths = fields.map((field) => field.split('.'));
  const seriesPaths = series.map((name) => [name, name.split('.')] as const);
  let numSkipped = 0;
  let labels: readonly (readonly [string, unknown])[] | undefined;
  const checkLabels = (value: JsonObject): void => {
    labels ??= Object.entries(value).filter(([name, own]) => typeof own === 'string' && isLabelOf(name, fields[0]));
    for (const [name, own] of labels) {
      if (value[name] !== own) refuseSeveral(name, [textOf(own), textOf(value[name] ?? '')], 'field');
    }
  };
  return remembering(columns, {
    table,
    push(line, lineNumber) {
      if (isBlank(line)) return;
      if (isSparse && !/^\s*\{/.test(line)) {
        numSkipped++;
        return;
      }
      const value = parseLine(line, lineNumber);
      if (isSparse && !fields.every((field, c) => isThere(value, field, paths[c]!))) {
        numSkipped++;
        return;
      }
      if (where !== undefined && !isAt(value, where.column, wherePath!, where.value)) return;
      if (paths.length === 0) pushBare(columns[0]!, value, lineNumber);
      for (let c = 0; c < paths.length; c++) {
        bad.orMissing(table.columns[c]!, () => {
          const found = value === null ? null : fieldOf(value, fields[c]!, paths[c]!, lineNumber);
          pushValue(columns[c]!, found, lineNumber, fields[c]);
        });
      }
      if (seriesPaths.length === 0 && where === undefined && fields.length === 1 && value !== null)
        checkLabels(value as JsonObject);
      if (seriesPaths.length > 0) {
        const names = seriesPaths.map(([name, path]) => textOf(fieldOf(value ?? {}, name, path, lineNumber) ?? ''));
        table.series!.push(seriesName(names));
      }
      if (timePaths === undefined) return;
      const whole =
        value !== null && timePaths.length > 1 && hasOwn(value, time!) ? [[time!, [time!]] as const] : timePaths;
      const stamps = whole.map(([name, path]) =>
        value === null ? '' : (fieldOf(value, name, path, lineNumber) ?? ''),
      );
      table.times!.push(stamps.map(textOf).join(' '));
    },
    end() {
      for (const column of columns) column.end();
    },
    notices() {
      const skipped = `skipped ${numSkipped} line${numSkipped === 1 ? '' : 's'} without ${fields.join(', ')}`;
      return [...(numSkipped > 0 ? [skipped] : []), ...columns.flatMap(({ notice }) => notice ?? [])];
    },
  });
}

/** The only field of numbers that is no time, in objects among these lines; for sparse lines without a field. */
export function onlyField(sample: readonly string[], time: string | undefined): string[] {
  const names = new Set<string>();
  for (const line of sample) {
    if (!/^\s*\{/.test(line)) continue;
    for (const [name, value] of Object.entries(flat(parseLine(line, 1)))) {
      const isTime = name === time || TIME_NAME.test(name.replace(/.*\./, ''));
      if (typeof value === 'number' && !isTime) names.add(name);
    }
  }
  if (names.size === 1) return [...names];
  throw new UsageError(
    `--sparse needs --field: ${names.size === 0 ? 'no field holds' : `${[...names].join(', ')} hold`} numbers`,
  );
}

/**
 * Refuses lines of several series, which a field of texts tells apart. Lines that are no objects, or have none of the fields, are
 * not looked at.
 */
export function refuseSeries(sample: readonly string[], fields: readonly string[], time: string | undefined): void {
  const rows = sample.flatMap((line) => {
    if (!/^\s*\{/.test(line)) return [];
    try {
      const row = flat(parseJson(line));
      return fields.some((field) => Object.hasOwn(row, field)) ? [row] : [];
    } catch {
      return []; // refused when its turn comes
    }
  });
  if (rows.length < 2) return;
  const names = Object.keys(rows[0]!);
  const asked = timeNames(time, names);
  const found = names.find((name) => TIME_KEY.test(name));
  const keys = asked.length > 0 ? asked : found === undefined ? [] : [found];
  const times = keys.length === 0 ? undefined : rows.map((row) => keys.map((key) => textOf(row[key] ?? '')).join(' '));
  const texts = names
    .filter((name) => ![...keys, ...fields].includes(name) && rows.every((row) => typeof row[name] === 'string'))
    .map((name) => ({ name, texts: rows.map((row) => row[name] as string) }));
  const apart = texts[seriesColumn(times, texts, fields.length === 1 ? fields[0] : undefined)];
  if (apart !== undefined) refuseSeveral(apart.name, [...new Set(apart.texts)], 'field');
}

/** All fields of numbers in the first of these objects that has one; those of the time and of names of series are none. */
export function allFields(sample: readonly string[], time: string | undefined, series: readonly string[]): string[] {
  const taken = [...(time === undefined ? [] : [time, ...time.split(',').map((name) => name.trim())]), ...series];
  for (const line of sample) {
    if (!/^\s*\{/.test(line)) continue;
    const names = Object.entries(parseLine(line, 1) as JsonObject).flatMap(([name, value]) =>
      typeof value === 'number' && !taken.includes(name) && !TIME_NAME.test(name) ? [name] : [],
    );
    if (names.length > 0) return names;
  }
  return fail('no field holds numbers: name one with --field, such as cpu.user');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function parseLine(line: string, lineNumber: number): unknown {
  try {
    return parseJson(line);
  } catch {
    const x = parseCell(line); // NaN and Infinity are not JSON, but common in it
    if (x !== undefined) return x;
    const remedy = /^\s*[[{"]/.test(line) ? '' : ' (--sparse leaves out lines that are no objects with the field)';
    failLine(`line ${lineNumber}: malformed JSON: ${show(line.trim())}${remedy}`);
  }
}

function pushBare(column: NumberColumn, value: unknown, lineNumber: number): void {
  if (Array.isArray(value)) {
    failLine(`line ${lineNumber}: an array; choose an element of it with --field, from 0`);
  }
  if (typeof value === 'object' && value !== null) {
    failLine(`line ${lineNumber}: an object; choose a field of it with --field; ${listFields(value as JsonObject)}`);
  }
  pushValue(column, value, lineNumber);
}

/** A string is read as a cell of CSV would be: `"NaN"` and `"1.5"` are common where JSON has no number to offer. */
export function pushValue(column: NumberColumn, value: unknown, lineNumber: number, name?: string): void {
  if (typeof value === 'number') column.pushNumber(value, lineNumber);
  else if (value === null || value === undefined) column.push('', lineNumber);
  else if (typeof value === 'string' || typeof value === 'boolean') column.push(String(value), lineNumber);
  else notANumber(JSON.stringify(value), lineNumber, name);
}

function isThere(value: unknown, field: string, path: readonly string[]): boolean {
  if (hasOwn(value, field)) return true;
  let at: unknown = value;
  for (const name of path) {
    if (!hasOwn(at, name)) return false;
    at = at[name];
  }
  return true;
}

/** Whether the text at a path is this one. */
function isAt(value: unknown, field: string, path: readonly string[], wanted: string): boolean {
  return isThere(value, field, path) && textOf(fieldOf(value, field, path, 0) ?? '').trim() === wanted;
}

/** The value at a path. A field whose own name is the whole path, dots and all, comes first. */
function fieldOf(value: unknown, field: string, path: readonly string[], lineNumber: number): unknown {
  if (typeof value !== 'object') {
    failLine(
      `line ${lineNumber}: expected an object with the field ${show(field)}, got ${show(JSON.stringify(value))}`,
    );
  }
  if (hasOwn(value, field)) return value[field];
  let at: unknown = value;
  for (const name of path) {
    if (!hasOwn(at, name)) failLine(`line ${lineNumber}: no field ${show(field)}; ${listFields(value as JsonObject)}`);
    at = at[name];
  }
  return at;
}

function hasOwn(value: unknown, name: string): value is JsonObject {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name);
}

function listFields(value: JsonObject): string {
  const names = Object.keys(value);
  if (names.length === 0) return 'it has no fields';
  return `its fields are ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`;
}
