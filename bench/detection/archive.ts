// How often is a detector's strangest place the right one, on series with one anomaly each?
//   npx tsx bench/detection/archive.ts                      # the generated series beside the repository
//   npx tsx bench/detection/archive.ts --folder UCR_Anomaly_FullData --detector KNN --series
//   npx tsx bench/detection/archive.ts --half 0             # one half of the series by a hash of their names

import { ucrAccuracy } from '../../src/evaluate.ts';
import { save, settings } from '../harness.ts';
import { folderOf, halfOption, readArchive } from './corpus.ts';
import { detectorsNamed } from './detectors.ts';
import { bootstrapDeviation, halfOf } from './sampling.ts';

const options = settings({ folder: '', detector: '', half: '', series: false });
const hint = 'give the folder of the UCR Anomaly Archive, or one like it, with --folder';
const folder = folderOf(options.folder || undefined, 'one-anomaly', hint);
const half = halfOption(options.half);
const corpus = readArchive(folder).filter(({ name }) => half === undefined || halfOf(name) === half);

console.log(`${corpus.length} series of ${folder}`);
const rows: object[] = [];
for (const { name: detector, scores, windowSize = 1 } of detectorsNamed(options.detector, false)) {
  const scored = corpus.map(({ values, labels, train, step }) => {
    return { scores: scores(values, step), labels, train, windowSize };
  });
  const { accuracy, series } = ucrAccuracy(scored);
  const deviation = bootstrapDeviation(
    series,
    (sample) => sample.filter(({ isRight }) => isRight).length / sample.length,
  );
  console.log(`${detector.padEnd(40)}${(100 * accuracy).toFixed(1).padStart(6)} % ± ${(100 * deviation).toFixed(1)}`);
  const results = series.map((result, i) => ({ name: corpus[i]!.name, ...result }));
  for (const { name, place, isRight } of options.series ? results : []) {
    const { begin, end } = corpus.find((one) => one.name === name)!.labels[0]!;
    console.log(`  ${isRight ? 'right' : 'wrong'}  ${name.padEnd(50)} at ${place}, the anomaly is ${begin} to ${end}`);
  }
  rows.push({ detector, accuracy, deviation, series: results });
}
save('detection-archive', options.out, { numSeries: corpus.length, half: options.half || 'all' }, rows);
