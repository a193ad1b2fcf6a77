// The command `suggest`: the window that fits a series, and how certain that is.
import { suggestWindow, type WindowSuggestion } from '../../index.ts';
import { CHANGE_OPTIONS } from '../change/options.ts';
import { type Command, EXIT_STATUS } from '../command.ts';
import { nameOf } from '../input/source.ts';
import { readWhole, type WholeOptions, wholeOptionsOf } from '../locate/options.ts';
import { INPUT_OPTIONS } from '../options/input-options.ts';
import { openOutput } from '../output/output.ts';
import { type Cell, formatRows } from '../output/rows.ts';
import { inWidth, plain } from '../output/text.ts';
import { interruptible } from '../signals.ts';
import { TIME_OPTIONS } from '../time/options.ts';
import { describeSuggestion, NO_PERIOD } from './words.ts';

/** Bytes per value beside the series itself: no more than 20,000 values are looked at. */
const BYTES_PER_VALUE = 8;

/** The command `knn-anomaly suggest`. */
export const suggest: Command = {
  usage: '[FILE] [options]',
  about: `Finds the window that fits a series: its period, in values, by its
autocorrelation, and how certain that is, from 0 to 1; below 0.3 it is a guess.
score --window auto takes it. FILE is a path, or - or nothing for standard
input. Gzip is recognized.`,
  groups: [
    { title: 'Input', options: [...INPUT_OPTIONS, 'series', ...TIME_OPTIONS, ...CHANGE_OPTIONS] },
    { title: 'Output', options: ['format', 'output', 'force', 'max-memory', 'no-progress', 'help'] },
  ],
  exitStatus: EXIT_STATUS,
  examples: `knn-anomaly suggest cpu.txt
knn-anomaly suggest server.csv --column cpu --column mem --time time
knn-anomaly suggest log.jsonl --field ms --format json`,
  run: async (given) => await run(wholeOptionsOf(given)),
};

async function run(options: WholeOptions): Promise<void> {
  const output = await openOutput(options.output, options.force);
  const all = await readWhole(options, BYTES_PER_VALUE);
  const found = all.flatMap(({ series, table: { columns, spanOf } }) =>
    columns.map(({ name, values }) => {
      return {
        series,
        name,
        spanOf,
        isOne: columns.length === 1,
        suggestion: interruptible(() => suggestWindow(values)),
      };
    }),
  );
  if (options.format !== 'table') {
    const rows = found.map(({ series, name, isOne, suggestion, spanOf }) => {
      return rowOf(series, isOne ? undefined : name, suggestion, spanOf);
    });
    await output.write([formatRows(rows, options.format, Object.keys(rows[0]!))]);
    return;
  }
  const lines = found.map(({ series, name, suggestion, spanOf }) => {
    const title = [nameOf(options.input), ...[series, name].filter((text) => text !== undefined)]
      .map((text) => plain(text))
      .join(' · ');
    return `${inWidth(`${title}: ${suggestion === undefined ? NO_PERIOD : describeSuggestion(suggestion, spanOf)}`)}\n`;
  });
  await output.write(lines);
}

function rowOf(
  series: string | undefined,
  name: string | undefined,
  suggestion: WindowSuggestion | undefined,
  spanOf: (numSteps: number) => string | undefined,
): Record<string, Cell> {
  return {
    ...(series !== undefined && { series }),
    ...(name !== undefined && { column: name }),
    window: suggestion?.windowSize ?? null,
    confidence: suggestion?.confidence ?? null,
    span: (suggestion && spanOf(suggestion.windowSize)) ?? null,
  };
}
