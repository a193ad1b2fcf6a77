// JSON lines: one value or object per line, and the field of it that is wanted.

import { fail, show } from '../errors.ts';
import { isBlank, notANumber, parseCell } from './cells.ts';
import { emptyTable } from './columns.ts';
import type { RowReader } from './rows.ts';

type JsonObject = Record<string, unknown>;

/**
 * A reader of JSON lines for these fields, each a path such as `cpu.user` or `samples.0`. Without fields every line is
 * a number or null. Blank lines are skipped.
 */
export function jsonRows(fields: readonly string[], time: string | undefined): RowReader {
  const twice = fields.findIndex((field, c) => fields.indexOf(field) !== c);
  if (twice >= 0) fail(`--field ${fields[twice]} is already chosen`);
  const table = emptyTable(fields.length > 0 ? fields : [undefined], time !== undefined);
  const timePath = time?.split('.');
  const paths = fields.map((field) => field.split('.'));
  return {
    table,
    push(line, lineNumber) {
      if (isBlank(line)) return;
      const value = parseLine(line, lineNumber);
      if (paths.length === 0) table.columns[0]!.values.push(bareNumber(value, lineNumber));
      for (let c = 0; c < paths.length; c++) {
        const found = value === null ? null : fieldOf(value, fields[c]!, paths[c]!, lineNumber);
        table.columns[c]!.values.push(numberOf(found, lineNumber, fields[c]));
      }
      if (timePath === undefined) return;
      const stamp = (value === null ? null : fieldOf(value, time!, timePath, lineNumber)) ?? '';
      table.times!.push(typeof stamp === 'string' ? stamp : JSON.stringify(stamp));
    },
    end() {},
  };
}

function parseLine(line: string, lineNumber: number): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    const x = parseCell(line); // NaN and Infinity are not JSON, but common in it
    if (x !== undefined) return x;
    fail(`line ${lineNumber}: malformed JSON: ${show(line.trim())}`);
  }
}

function bareNumber(value: unknown, lineNumber: number): number {
  if (Array.isArray(value)) {
    fail(`line ${lineNumber}: an array; write one value per line, for example with: jq -c '.[]'`);
  }
  if (typeof value === 'object' && value !== null) {
    fail(`line ${lineNumber}: an object; choose a field of it with --field; ${listFields(value as JsonObject)}`);
  }
  return numberOf(value, lineNumber);
}

/** A string is read as a cell of CSV would be: `"NaN"` and `"1.5"` are common where JSON has no number to offer. */
function numberOf(value: unknown, lineNumber: number, field?: string): number {
  if (typeof value === 'number') return Number.isFinite(value) ? value : NaN;
  if (value === null) return NaN;
  if (typeof value === 'string') return parseCell(value) ?? notANumber(value, lineNumber, field);
  return notANumber(JSON.stringify(value), lineNumber, field);
}

/** The value at a path. A field whose own name is the whole path, dots and all, comes first. */
function fieldOf(value: unknown, field: string, path: readonly string[], lineNumber: number): unknown {
  if (typeof value !== 'object') {
    fail(`line ${lineNumber}: expected an object with the field ${show(field)}, got ${show(JSON.stringify(value))}`);
  }
  if (hasOwn(value, field)) return value[field];
  let at: unknown = value;
  for (const name of path) {
    if (!hasOwn(at, name)) fail(`line ${lineNumber}: no field ${show(field)}; ${listFields(value as JsonObject)}`);
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
