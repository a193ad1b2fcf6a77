// JSON lines: one value or object per line, and the field of it that is wanted.

import { fail, failLine, show, UsageError } from '../../errors.ts';
import { isBlank, notANumber, parseCell } from '../cells.ts';
import { emptyTable } from '../columns.ts';
import type { Dialect } from '../dialect.ts';
import { NumberColumn } from '../numbers.ts';
import { type BadLines, type BlankLines, type RowReader, remembering } from '../rows.ts';
import { TIME_NAME } from '../table/layout.ts';

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
): RowReader {
  const twice = fields.findIndex((field, c) => fields.indexOf(field) !== c);
  if (twice >= 0) fail(`--field ${fields[twice]} is already chosen`);
  const { notation, isSparse, timeFormat } = dialect;
  const table = emptyTable(fields.length > 0 ? fields : [undefined], time !== undefined, timeFormat);
  const columns = table.columns.map(
    ({ name, values }) => new NumberColumn(values, notation, name, bad.canWait(blanks, table.columns.length)),
  );
  const timePath = time?.split('.');
  const paths = fields.map((field) => field.split('.'));
  let numSkipped = 0;
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
      if (paths.length === 0) pushBare(columns[0]!, value, lineNumber);
      for (let c = 0; c < paths.length; c++) {
        bad.orMissing(table.columns[c]!, () => {
          const found = value === null ? null : fieldOf(value, fields[c]!, paths[c]!, lineNumber);
          pushValue(columns[c]!, found, lineNumber, fields[c]);
        });
      }
      if (timePath === undefined) return;
      const stamp = (value === null ? null : fieldOf(value, time!, timePath, lineNumber)) ?? '';
      table.times!.push(typeof stamp === 'string' ? stamp : JSON.stringify(stamp));
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
    for (const [name, value] of Object.entries(parseLine(line, 1) as JsonObject)) {
      const isTime = name === time || TIME_NAME.test(name);
      if (typeof value === 'number' && !isTime) names.add(name);
    }
  }
  if (names.size === 1) return [...names];
  throw new UsageError(
    `--sparse needs --field: ${names.size === 0 ? 'no field holds' : `${[...names].join(', ')} hold`} numbers`,
  );
}

function parseLine(line: string, lineNumber: number): unknown {
  try {
    return JSON.parse(line) as unknown;
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
