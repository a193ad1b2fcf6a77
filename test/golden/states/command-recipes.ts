// Recipes of golden states: the state files of the command line.
import { command, type Recipe, series } from './recipe.ts';

/** Lines of CSV with these numbers of columns, a cell now and then empty. */
function rows(seed: number, length: number, numColumns: number): string[] {
  const draws = series(seed, length * numColumns);
  const cell = (p: number): string => (p % 37 === 22 ? '' : String(draws[p]));
  return Array.from({ length }, (_, t) => {
    return [`t${t}`, ...Array.from({ length: numColumns }, (_, c) => cell(t * numColumns + c))].join(',');
  });
}

/** What reads them. */
const CSV: readonly string[] = ['--input=csv', '--time=time', '--format=csv'];

const TWO: readonly string[] = [...CSV, '--column=cpu', '--column=disk'];

export const commands: readonly Recipe[] = [
  command('command-stream', {
    made: 'knn-anomaly stream, two columns',
    args: ['stream', '-w', '3', '-k', '2', '--history=20', '--exclusion-zone=1', '--aggregation=max', ...TWO],
    header: 'time,cpu,disk',
    past: rows(30, 45, 2),
    next: rows(31, 20, 2),
  }),
  command('command-stream-function', {
    made: 'knn-anomaly stream, a metric of ml-distance, plain numbers',
    args: ['stream', '-w', '4', '-k', '3', '--metric=manhattan', '--history=infinite', '--format=csv'],
    past: series(32, 40).map(String),
    next: [...series(33, 12).map(String), 'NaN', ...series(34, 7).map(String)],
  }),
  command('command-stream-reference', {
    made: 'knn-anomaly stream, a reference and a Mahalanobis metric',
    args: ['stream', '-w', '3', '-k', '2', '--reference=usual.csv', '--metric=mahalanobis', '--column=cpu', ...CSV],
    file: { name: 'usual.csv', text: ['time,cpu', ...rows(35, 30, 1), ''].join('\n') },
    header: 'time,cpu',
    past: rows(36, 12, 1),
    next: rows(37, 20, 1),
  }),
  command('command-changefinder', {
    made: 'knn-anomaly changefinder, two columns',
    args: [
      'changefinder',
      '--outlier-order=2',
      '--change-order=3',
      '--outlier-discount=0.0625',
      '--smoothing=4',
      ...TWO,
    ],
    header: 'time,cpu,disk',
    past: rows(38, 45, 2),
    next: rows(39, 20, 2),
  }),
  command('command-monitor', {
    made: 'knn-anomaly monitor, two columns, past its reservoirs',
    args: ['monitor', '--warmup=12', '--hold=5', '--max-values=14', '--threshold=2.5', ...TWO],
    header: 'time,cpu,disk',
    past: rows(40, 50, 2),
    next: [...rows(41, 20, 2), 't20,300,250', 't21,280,400', ...rows(42, 10, 2)],
  }),
  command('command-monitor-views', {
    made: 'knn-anomaly monitor, the views, plain numbers',
    args: ['monitor', '--preset=views', '--warmup=12', '--hold=5', '--max-values=14', '--format=csv'],
    past: series(43, 50).map(String),
    next: [...series(44, 15).map(String), '', '500', ...series(45, 8).map(String)],
  }),
];
