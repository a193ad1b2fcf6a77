// The command `plot`: reads a series, scores it, and draws both.
import { extname } from 'node:path';
import type { LabeledRange, PlottedSeries } from '../../plot.ts';
import { CHANGE_OPTIONS } from '../change/options.ts';
import { type Command, EXIT_STATUS, terminals } from '../command.ts';
import { estimateBytes } from '../cost.ts';
import { fail } from '../errors.ts';
import type { Table } from '../input/columns.ts';
import { type Label, Labels } from '../input/labels.ts';
import type { InputOptions } from '../input/read.ts';
import { nameOf } from '../input/source.ts';
import { INPUT_OPTIONS } from '../options/input-options.ts';
import { openOutput } from '../output/output.ts';
import { readWithin } from '../read-within.ts';
import { TIME_OPTIONS } from '../time/options.ts';
import { FIGURE_OPTIONS, frameOf, momentOf, writeFigure } from './figure.ts';
import { type PlotCommand, plotOptionsOf } from './options.ts';
import { panelOf } from './panels.ts';
import { readToDraw, type SeriesToDraw } from './read.ts';
import { columnsToDraw } from './strangest.ts';
import { zoneOf } from './zone.ts';

/** Bytes per value of the series and of every score, with its copy and its time. */
const BYTES_PER_VALUE = 32;

/** The command `knn-anomaly plot`. */
export const plot: Command = {
  usage: '[FILE] [options]',
  about: `Draws a series with the scores of detectors beneath it: SVG, PNG, or HTML, a
page to zoom in. FILE is a path, or - or nothing for standard input. Gzip is
recognized.`,
  groups: [
    {
      title: 'Input',
      options: [...INPUT_OPTIONS, ...TIME_OPTIONS, ...CHANGE_OPTIONS, 'labels'],
      note: `With --time rows are sorted, and those that are absent are gaps.`,
    },
    { title: 'Scores', options: ['detector', 'scores', 'threshold', 'band', 'top', 'warmup'] },
    { title: 'Figure', options: [...FIGURE_OPTIONS, 'timezone'] },
    { title: 'Output', options: ['output', 'format', 'force', 'max-memory', 'no-progress', 'help'] },
  ],
  note: 'PNG needs an optional package: npm install @resvg/resvg-js',
  exitStatus: EXIT_STATUS,
  examples: `knn-anomaly plot cpu.txt -o cpu.svg
knn-anomaly plot server.csv.gz --column cpu --time time --top 5 -o cpu.png
knn-anomaly plot a.csv --column x --detector changefinder:5,0.01,10,0.01,5 \\
  --detector knn:5,5 --threshold none --threshold 0.5 -o both.svg
knn-anomaly plot server.csv.gz --column cpu --time time --detector monitor \\
  --band -o incidents.svg
knn-anomaly plot server.csv.gz --column cpu --column memory --time time \\
  --timezone Europe/Berlin -o server.html`,
  run: async (given) => await run(plotOptionsOf(given, terminals())),
};

async function run(options: PlotCommand): Promise<void> {
  const output = await openOutput(options.output, options.force);
  const input = await readToDraw(options.input, options.inputOptions, options.times, options, bytesOf(options));
  const { times, table, series } = input;
  const labels = options.labels === undefined ? undefined : await Labels.read(options.labels, table.times);
  const { drawn, notice } = await columnsToDraw(series, nameOf(options.input));
  if (notice !== '') process.stderr.write(`knn-anomaly: ${notice}\n`);
  const ready: { label: string; values: Float64Array }[] = [];
  for (const path of options.scores) {
    ready.push({ label: nameOf(path), values: input.onGrid(await readScores(path, input.numRows, options)) });
  }
  const isOneOfMany = drawn.length > 1;
  const context = { options, times, isOneOfMany, ready };
  const rangesOf = (some: readonly Label[]): LabeledRange<number | Date>[] =>
    some.map(({ begin, end, name }) => ({ begin: momentOf(begin, times), end: momentOf(end, times), label: name }));
  const frame = frameOf(options, times, options.timezone ?? zoneOf(table.times));
  const title = (name: string | undefined): string =>
    options.title ?? [nameOf(options.input), ...(name === undefined ? [] : [name])].join(' · ');
  if (!isOneOfMany) {
    const [only] = drawn as [SeriesToDraw];
    const panel = await panelOf(only, labels && rangesOf(labels.for(only.name)), context);
    await writeFigure({ ...panel, ...frame, title: title(only.name) }, output, options.format, options.fonts);
    return;
  }
  const panels: PlottedSeries[] = [];
  for (const one of drawn) {
    const own = labels?.all.filter(({ metric }) => metric !== undefined && metric === one.name);
    panels.push(await panelOf(one, own && rangesOf(own), context));
  }
  const common = labels && rangesOf(labels.all.filter(({ metric }) => metric === undefined));
  const figure = { panels, ...frame, title: title(undefined), ...(common !== undefined && { labels: common }) };
  await writeFigure(figure, output, options.format, options.fonts);
}

/** Bytes that reading and scoring so many rows take. */
function bytesOf({ detectors, scores }: PlotCommand): (n: number, table: Table) => number {
  return (n, { columns }) => {
    const works = detectors.flatMap(({ work }) => (work === undefined ? [] : [estimateBytes(n, work)]));
    return BYTES_PER_VALUE * n * columns.length * (1 + detectors.length + scores.length) + Math.max(0, ...works);
  };
}

/** Ready scores: one per line, or the column or field `score` of a csv or json file. */
async function readScores(path: string, n: number, options: PlotCommand): Promise<Float64Array> {
  const extension = extname(path.toLowerCase().replace(/\.gz$/, ''));
  const input: InputOptions = {
    format: 'auto',
    columns: ['.csv', '.tsv'].includes(extension) ? ['score'] : [],
    fields: ['.json', '.jsonl', '.ndjson'].includes(extension) ? ['score'] : [],
    time: undefined,
  };
  const table = await readWithin(path, input, options, bytesOf(options), 'as read');
  const scores = table.columns[0]!.values.toArray();
  if (scores.length === n) return scores;
  fail(`${nameOf(path)}: has ${scores.length} scores, but ${nameOf(options.input)} has ${n} values`);
}
