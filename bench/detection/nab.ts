// What are detectors worth on the Numenta Anomaly Benchmark, by its own score, at their default threshold and at the best?
//   npx tsx bench/detection/nab.ts                          # the series beside the repository, or --folder CLONE
//   npx tsx bench/detection/nab.ts --detector novelty --series   # one detector, every series
//   npx tsx bench/detection/nab.ts --detector monitor --plot misses    # figures of what went wrong, into that folder
//   npx tsx bench/detection/nab.ts --half 0                 # thresholds chosen on one half of the series, figures of the other

import {
  type NABProfile,
  type NABResult,
  type NABSeries,
  nabProfiles,
  nabScore,
  type ScoredSeries,
} from '../../src/evaluate.ts';
import { save, settings } from '../harness.ts';
import { folderOf, halfOption, readNab } from './corpus.ts';
import { type Detector, detectorsNamed } from './detectors.ts';
import { drawMisses } from './misses.ts';
import { bootstrapDeviation, halfOf } from './sampling.ts';

const options = settings({ folder: '', detector: '', half: '', series: false, plot: '' });
const hint = 'give a clone of github.com/numenta/NAB with --folder';
const folder = folderOf(options.folder || undefined, 'nab', hint);
const corpus = readNab(folder);
const half = halfOption(options.half);
const reported = corpus.filter(({ name }) => half === undefined || halfOf(name) !== half);
const chosenOn = corpus.filter(({ name }) => half === undefined || halfOf(name) === half);

/** A detector's figures for one profile: at its default threshold, if it has one, and at the best. */
interface Figures {
  readonly profile: NABProfile;
  readonly byDefault: NABResult | undefined;
  readonly best: NABResult;
  /** What it was asked about, in the order of `reported`. */
  readonly scored: readonly ScoredSeries[];
}

function figuresOf(detector: Detector): Figures[] {
  const scored = new Map<string, ScoredSeries>();
  for (const { name, values, labels, step } of corpus) {
    scored.set(name, { scores: detector.scores(values, step), labels });
  }
  const pick = (series: typeof corpus): ScoredSeries[] => series.map(({ name }) => scored.get(name)!);
  return nabProfiles.map((profile) => {
    const { threshold } = detector;
    const best = nabScore(pick(chosenOn), { profile }).threshold;
    return {
      profile,
      byDefault: threshold === undefined ? undefined : nabScore(pick(reported), { profile, threshold }),
      best: nabScore(pick(reported), { profile, threshold: best }),
      scored: pick(reported),
    };
  });
}

function normalized(series: readonly NABSeries[]): number {
  const sum = (key: 'raw' | 'rawOfNone' | 'rawOfPerfect') => series.reduce((total, one) => total + one[key], 0);
  return (100 * (sum('raw') - sum('rawOfNone'))) / (sum('rawOfPerfect') - sum('rawOfNone'));
}

const deviation = (result: NABResult): number => bootstrapDeviation(result.series, normalized);

function show(result: NABResult | undefined): string {
  if (result === undefined) return '–'.padStart(28);
  const score = `${result.score.toFixed(2)} ± ${deviation(result).toFixed(1)}`;
  return `${score} at ${Number(result.threshold.toPrecision(4))}`.padStart(28);
}

function showSeries({ byDefault, best }: Figures): void {
  const { threshold, series } = byDefault ?? best;
  console.log(`\n  at ${threshold}: weight gained, windows found, false alarms`);
  for (const [i, { name }] of reported.entries()) {
    const { raw, rawOfNone, windows, found, falseAlarms } = series[i]!;
    const gained = (raw - rawOfNone).toFixed(2).padStart(8);
    console.log(`  ${name.padEnd(60)}${gained}${`${found}/${windows}`.padStart(6)}${String(falseAlarms).padStart(6)}`);
  }
}

const windows = reported.reduce((sum, { labels }) => sum + labels.length, 0);
console.log(`${reported.length} of ${corpus.length} series of ${folder}, ${windows} windows`);
if (half !== undefined) console.log(`thresholds are the best of the other ${chosenOn.length} series`);
console.log(`${''.padEnd(20)}${'default threshold'.padStart(28)}${'best common threshold'.padStart(28)}`);
const rows: object[] = [];
for (const detector of detectorsNamed(options.detector, true)) {
  console.log(`\n${detector.name}`);
  for (const figures of figuresOf(detector)) {
    console.log(`  ${figures.profile.padEnd(18)}${show(figures.byDefault)}${show(figures.best)}`);
    if (options.series && figures.profile === 'standard') showSeries(figures);
    if (options.plot !== '' && figures.profile === 'standard') {
      const result = figures.byDefault ?? figures.best;
      const count = drawMisses(options.plot, detector.name, reported, figures.scored, result);
      console.log(`  ${count} figures in ${options.plot}`);
    }
    for (const [threshold, result] of [
      ['default', figures.byDefault],
      ['best', figures.best],
    ] as const) {
      if (result === undefined) continue;
      const series = result.series.map((one, i) => ({ name: reported[i]!.name, ...one }));
      const { score, threshold: at } = result;
      rows.push({
        detector: detector.name,
        profile: figures.profile,
        threshold,
        at,
        score,
        deviation: deviation(result),
        series,
      });
    }
  }
}
save('detection-nab', options.out, { numSeries: reported.length, windows, half: options.half || 'all' }, rows);
