// What this program wrote, read again: which column or field holds the scores, and whether there is a row per value.
import { fail } from '../../errors.ts';
import type { Table } from '../columns.ts';
import type { InputFormat, InputOptions } from '../dialect.ts';

/** The columns of the output, in its order: `index`, perhaps `time`, `value`, `score` or `surprise`. */
const INDEX = 'index';
const TIME = 'time';
const SCORES = ['score', 'surprise'];

/**
 * The options with the scores of an output of this program chosen, its index beside them, and its time, or else its index,
 * as the time. `undefined` where something was chosen, or the input is another.
 */
export function ownScores(
  sample: readonly string[],
  format: InputFormat | undefined,
  options: InputOptions,
): InputOptions | undefined {
  const { columns, fields, time } = options;
  if (columns.length + fields.length > 0 || options.isScores !== true) return undefined;
  const first = sample.find((line) => line.trim() !== '') ?? '';
  const names = format === 'csv' ? first.trim().split(',') : format === 'json' ? keysOf(first) : [];
  const score = SCORES.find((name) => names.includes(name));
  if (names[0] !== INDEX || score === undefined) return undefined;
  const chosen = [score, INDEX];
  return {
    ...options,
    columns: format === 'csv' ? chosen : [],
    fields: format === 'json' ? chosen : [],
    time: time ?? (names.includes(TIME) ? TIME : INDEX),
  };
}

/** Takes the index out of a table of {@link ownScores}. Throws where rows are absent, as in an output of alarms alone. */
export function withoutIndex({ columns, times }: Table): Table {
  const at = columns[1]!.values.toArray();
  const t = at.findIndex((index, i) => i > 0 && index !== at[i - 1]! + 1);
  if (t > 0) {
    fail(
      `the rows go from index ${at[t - 1]} to ${at[t]}: scores of all values are needed, not of alarms alone (--column takes rows as they lie)`,
    );
  }
  return { columns: [columns[0]!], times };
}

function keysOf(line: string): string[] {
  try {
    return Object.keys(JSON.parse(line) as object);
  } catch {
    return [];
  }
}
