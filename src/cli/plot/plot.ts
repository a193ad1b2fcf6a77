// The command `plot`: reads a series, scores it, and draws both.
import { extname } from 'node:path';
import { topAnomalies } from '../../index.ts';
import type { LabeledRange, PlotOptions, PlottedScore } from '../../plot.ts';
import { changesOf } from '../change/change.ts';
import { CHANGE_OPTIONS } from '../change/options.ts';
import { type Command, EXIT_STATUS, terminals } from '../command.ts';
import { announce, estimateBytes, formatCount } from '../cost.ts';
import { fail } from '../errors.ts';
import type { Table } from '../input/columns.ts';
import { Labels } from '../input/labels.ts';
import type { InputOptions } from '../input/read.ts';
import { nameOf } from '../input/source.ts';
import { readTimes } from '../input/time-column.ts';
import { INPUT_OPTIONS } from '../options/input-options.ts';
import { openOutput } from '../output/output.ts';
import { progressOf, readWithin } from '../read-within.ts';
import type { Detector } from './detector-option.ts';
import { FIGURE_OPTIONS, type FigureTimes, frameOf, momentOf, timeAt, writeFigure } from './figure.ts';
import { type PlotCommand, plotOptionsOf } from './options.ts';
import { SECONDS_PER_BAND, spanOf, type Watched, watch } from './watched.ts';

/** Bytes per value of the series and of every score, with its copy and its time. */
const BYTES_PER_VALUE = 32;

/** The command `knn-anomaly plot`. */
export const plot: Command = {
  usage: '[FILE] [options]',
  about: `Draws a series with the scores of detectors beneath it, as SVG or PNG. FILE is
a path, or - or nothing for standard input. Gzip is recognized.`,
  groups: [
    { title: 'Input', options: [...INPUT_OPTIONS, 'labels', ...CHANGE_OPTIONS] },
    { title: 'Scores', options: ['detector', 'scores', 'threshold', 'band', 'top', 'warmup'] },
    { title: 'Figure', options: FIGURE_OPTIONS },
    { title: 'Output', options: ['output', 'format', 'force', 'max-memory', 'no-progress', 'help'] },
  ],
  note: 'PNG needs an optional package: npm install @resvg/resvg-js',
  exitStatus: EXIT_STATUS,
  examples: `knn-anomaly plot cpu.txt -o cpu.svg
knn-anomaly plot server.csv.gz --column cpu --time time --top 5 -o cpu.png
knn-anomaly plot a.csv --column x --detector changefinder:5,0.01,10,0.01,5 \\
  --detector knn:5,5 --threshold none --threshold 0.5 -o both.svg
knn-anomaly plot server.csv.gz --column cpu --time time --detector monitor \\
  --band -o incidents.svg`,
  run: async (given) => await run(plotOptionsOf(given, terminals())),
};

async function run(options: PlotCommand): Promise<void> {
  const output = await openOutput(options.output, options.force);
  const table = await read(options.input, options.inputOptions, options);
  const { name, values: numbers } = table.columns[0]!;
  const times = table.times && readTimes(table.times);
  const values = changeOf(numbers.toArray(), times, options);
  const labels = options.labels === undefined ? undefined : await Labels.read(options.labels, table.times);
  const marked = labels?.for(name).map((label): LabeledRange<number | Date> => {
    return { begin: momentOf(label.begin, times), end: momentOf(label.end, times), label: label.name };
  });
  const watched = await watchedOf(values, times, options);
  const incidents = watched?.incidents.map((incident): LabeledRange<number | Date> => {
    const { begin, end } = spanOf(incident);
    const range = { begin: timeAt(begin, times), end: timeAt(end, times) };
    return marked === undefined ? range : { ...range, label: 'incident' };
  });
  const figure: PlotOptions = {
    series: values,
    scores: await scoresOf(values, watched, options),
    title: options.title ?? [nameOf(options.input), ...(name === undefined ? [] : [name])].join(' · '),
    name: name ?? 'series',
    ...frameOf(options, times),
    ...(watched?.band !== undefined && { band: watched.band }),
    ...((marked ?? incidents) !== undefined && { labels: [...(marked ?? []), ...(incidents ?? [])] }),
  };
  await writeFigure(figure, output, options.format, options.fonts);
}

/** The values, or their changes: rates per second of dates, or else per unit of the times, or per value. */
function changeOf(values: Float64Array, times: FigureTimes | undefined, { change, input }: PlotCommand): Float64Array {
  if (change === undefined) return values;
  const at = times && ((t: number): number => times.numbers[t]! / (times.isDate ? 1000 : 1));
  try {
    return changesOf(values, change, at);
  } catch (error) {
    fail(`${nameOf(input)}: ${(error as Error).message}`);
  }
}

/** Reads an input. Throws as soon as reading and scoring it would need too much memory. */
async function read(path: string, input: InputOptions, options: PlotCommand): Promise<Table> {
  const numScores = options.detectors.length + options.scores.length;
  const bytesOf = (n: number): number => {
    const works = options.detectors.flatMap(({ work }) => (work === undefined ? [] : [estimateBytes(n, work)]));
    return BYTES_PER_VALUE * n * (1 + numScores) + Math.max(0, ...works);
  };
  return await readWithin(path, input, options, bytesOf, 'sorted');
}

/** The panels: detectors, then files, with their thresholds and marks. */
async function scoresOf(
  values: Float64Array,
  watched: Watched | undefined,
  options: PlotCommand,
): Promise<PlottedScore[]> {
  const { detectors, thresholds, warmup, top } = options;
  const scores: { label: string; values: Float64Array; separation: number; watched?: Watched }[] = [];
  for (const detector of detectors) {
    if (detector.monitor !== undefined) {
      const surprises = watched!.surprises.fill(NaN, 0, warmup ?? 0);
      scores.push({ label: detector.label, values: surprises, separation: 1, watched: watched! });
      continue;
    }
    const found = Float64Array.from(await scoreWith(detector, values, options));
    found.fill(NaN, 0, warmup ?? Math.min(detector.warmup, values.length >> 2));
    scores.push({ label: detector.label, values: found, separation: detector.work?.windowSize ?? 1 });
  }
  for (const path of options.scores) {
    const ready = await readScores(path, values.length, options);
    ready.fill(NaN, 0, warmup ?? 0);
    scores.push({ label: nameOf(path), values: ready, separation: 1 });
  }
  return scores.map(({ label, values, separation, watched }, s): PlottedScore => {
    const threshold = thresholds[s] ?? (s < thresholds.length ? undefined : watched?.threshold);
    const strangest = (): number[] => topAnomalies(values, top, { separation }).map(({ index }) => index);
    const alarms = top === 0 ? watched?.alarms : strangest();
    return { label, values, ...(threshold !== undefined && { threshold }), ...(alarms !== undefined && { alarms }) };
  });
}

/** What the monitor says, if there is one among the detectors. */
async function watchedOf(
  values: Float64Array,
  times: FigureTimes | undefined,
  { detectors, thresholds, band, ...options }: PlotCommand,
): Promise<Watched | undefined> {
  const d = detectors.findIndex(({ monitor }) => monitor !== undefined);
  if (d < 0) return undefined;
  const { label, monitor } = detectors[d]!;
  const threshold = thresholds[d];
  const progress = progressOf(options);
  if (band && options.progress)
    announce(`the band of ${formatCount(values.length)} values`, values.length * SECONDS_PER_BAND);
  const dates = times?.isDate ? times.numbers : undefined;
  try {
    return await watch(values, dates, { ...monitor, ...(threshold !== undefined && { threshold }) }, band, (state) => {
      void progress.scoring(state, label, 'values');
    });
  } finally {
    await progress.stop();
  }
}

async function scoreWith(detector: Detector, values: Float64Array, options: PlotCommand): Promise<ArrayLike<number>> {
  const { label, work } = detector;
  if (work !== undefined && values.length < work.windowSize) {
    fail(`${label}: the window is larger than the series: ${nameOf(options.input)} has ${values.length} values`);
  }
  const progress = progressOf(options);
  try {
    return await detector.score(values, (state) => void progress.scoring(state, label));
  } finally {
    await progress.stop();
  }
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
  const scores = (await read(path, input, options)).columns[0]!.values.toArray();
  if (scores.length === n) return scores.slice();
  fail(`${nameOf(path)}: has ${scores.length} scores, but ${nameOf(options.input)} has ${n} values`);
}
