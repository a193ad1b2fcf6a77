// How many incidents of metrics do detectors find at a budget of false alarms, with one threshold for all series?
//   npx tsx bench/detection/incidents.ts                    # the two collections beside the repository
//   npx tsx bench/detection/incidents.ts --folder FOLDER --name 'my metrics' --detector monitor
// See incident-score.ts for what is an incident, what finds it, and what is a false alarm.
import { existsSync } from 'node:fs';
import { save, settings } from '../harness.ts';
import { beside, type LabeledSeries, readIncidents } from './corpus.ts';
import { type Detector, detectorsNamed } from './detectors.ts';
import {
  type Counts,
  candidatesOf,
  countsAt,
  gridOf,
  type JudgedSeries,
  judge,
  outcomeOf,
  thresholdFor,
} from './incident-score.ts';
import { bootstrapInterval } from './sampling.ts';

const BUDGETS = { day: 1, week: 1 / 7, month: 1 / 30 } as const;

/** A figure and the middle 95 % of it over bootstrap samples of the series. */
interface Figure {
  readonly value: number;
  readonly interval: [number, number];
}

function figuresOf(judged: readonly JudgedSeries[], threshold: number | undefined): object {
  const candidates = candidatesOf(judged);
  const grid = gridOf(candidates).map((at) => ({ at, counts: countsAt(judged, at) }));
  const places = [...judged.keys()];
  const outcomes = grid.map(({ at, counts }) => outcomeOf(counts, at));
  const recallAt = (budget: number): Figure & { threshold: number } => {
    const at = thresholdFor(judged, candidates, budget);
    const interval = bootstrapInterval(places, (sample) => recallOfSample(grid, sample, budget));
    return { value: outcomeOf(countsAt(judged, at), at).recall, interval, threshold: at };
  };
  const best = outcomes.reduce((one, other) => (other.f1 > one.f1 ? other : one));
  const recalls = Object.fromEntries(Object.entries(BUDGETS).map(([name, budget]) => [name, recallAt(budget)]));
  if (threshold === undefined) return { ...recalls, best };
  const counts = countsAt(judged, threshold);
  const byDefault = outcomeOf(counts, threshold);
  const interval = bootstrapInterval(counts, (sample) => outcomeOf(sample, threshold).f1);
  return { ...recalls, byDefault: { ...byDefault, interval }, best };
}

/** Recall of a sample of series at the lowest threshold of the grid that keeps the budget on that sample. */
function recallOfSample(
  grid: readonly { at: number; counts: readonly Counts[] }[],
  sample: readonly number[],
  budget: number,
): number {
  const at = (g: number) => outcomeOf(sample.map((i) => grid[g]!.counts[i]!), grid[g]!.at); // biome-ignore format: one line
  let [low, high] = [0, grid.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(middle).falseAlarms > budget) low = middle + 1;
    else high = middle;
  }
  return at(low).recall;
}

/** biome-ignore lint/suspicious/noExplicitAny: figures as they are saved */
function show(name: string, row: any): void {
  const recalls = ['day', 'week', 'month'].map((key) => {
    const { value, interval, threshold } = row[key];
    return `${key} ${value.toFixed(3)} (${interval[0].toFixed(2)} to ${interval[1].toFixed(2)}) at ${threshold.toPrecision(3)}`;
  });
  console.log(`${name.padEnd(36)}${recalls.join('; ')}`);
  for (const key of ['byDefault', 'best']) {
    if (row[key] === undefined) continue;
    const { threshold, precision, recall, f1, falseAlarms } = row[key];
    const figures = Object.entries({ precision, recall, f1, falseAlarms }).map(([k, v]) => `${k} ${v!.toFixed(3)}`);
    console.log(`  ${key} ${Number(threshold.toPrecision(4))}: ${figures.join(' ')}`);
  }
}

function measure(detector: Detector, corpus: readonly LabeledSeries[]): object {
  const judged = corpus.map((series) => judge(detector.scores(series.values, series.step), series));
  return figuresOf(judged, detector.threshold);
}

const options = settings({ folder: '', name: '', detector: '' });
const collections = options.folder
  ? [{ name: options.name || options.folder, folder: options.folder }]
  : [
      { name: 'web-kpis', folder: beside('web-kpis') },
      { name: 'cloud-metrics', folder: beside('cloud-metrics') },
    ];
const rows: object[] = [];
const heads: Record<string, object> = {};
for (const { name, folder } of collections) {
  if (!existsSync(folder)) {
    console.log(`${folder} is not there: skipped; bench/detection/README.md tells where such series can be had`);
    continue;
  }
  const corpus = readIncidents(folder);
  const incidents = corpus.reduce((sum, { labels }) => sum + labels.length, 0);
  console.log(`${corpus.length} series of ${folder}, ${incidents} incidents`);
  heads[name] = { numSeries: corpus.length, incidents };
  for (const detector of detectorsNamed(options.detector, true).filter(({ isSlow = false }) => !isSlow)) {
    const row = measure(detector, corpus);
    show(detector.name, row);
    rows.push({ collection: name, detector: detector.name, readme: detector.inReadme ?? false, ...row });
  }
}
if (rows.length > 0) save('detection-incidents', options.out, { collections: heads }, rows);
