// The streaming detectors that the command line knows by name, KNN apart. `detector-command.ts` makes a command of each
// that has a help text, and `plot --detector` draws each that has an argument list.
//
// To add a detector: an entry here, its options in options/table.ts, and its command in the list of main.ts.

import { ChangeFinder, SDAR } from '../../index.ts';
import { CHANGE_OPTIONS } from '../change/options.ts';
import { defaultOf } from '../options/table.ts';
import type { DetectorKind } from './detector-kind.ts';
import { monitorKind } from './monitor-kind.ts';

const CHANGEFINDER_SETTINGS = [
  'outlier-order',
  'outlier-discount',
  'change-order',
  'change-discount',
  'smoothing',
] as const;

const changefinder: DetectorKind<ChangeFinder> = {
  make: (...args) => {
    const [outlierOrder, outlierDiscount, changeOrder, changeDiscount, smoothing] = args.map(Number);
    return new ChangeFinder(outlierOrder!, outlierDiscount!, changeOrder!, changeDiscount!, smoothing!);
  },
  load: ChangeFinder.load,
  settings: CHANGEFINDER_SETTINGS,
  command: {
    about: `Scores every value as it comes, by how much the process behind the series seems
to change there: higher is stranger. A first autoregressive model, which
forgets, scores outliers; a second one finds changes in their smoothed scores.
Each line is answered before the next one arrives. The first scores, about
1/outlier-discount + 1/change-discount of them, say how new the series is. FILE
is a path, or - or nothing for standard input. Gzip is recognized.`,
    groups: [{ title: 'Scores', options: [...CHANGEFINDER_SETTINGS, 'outlier', ...CHANGE_OPTIONS, 'threshold'] }],
    examples: `knn-anomaly changefinder --follow latency.log --state latency.state
knn-anomaly changefinder cpu.csv --column cpu --time time --format csv
knn-anomaly changefinder sales.txt --outlier-order 2 --outlier-discount 0.05`,
  },
  view: (given) => ({
    fields: [],
    update: (detector, value) => {
      const score = detector.update(value);
      return given.flag('outlier') ? detector.outlierScore : score;
    },
  }),
  plot: {
    title: 'ChangeFinder',
    usage: 'ORDER,DISCOUNT,ORDER,DISCOUNT,SMOOTHING',
    defaults: CHANGEFINDER_SETTINGS.map((name) => defaultOf(name, 'changefinder')!),
    discount: 1,
  },
};

const sdar: DetectorKind<SDAR> = {
  make: (...args) => {
    const [order, discount] = args.map(Number);
    return new SDAR(order!, discount!);
  },
  load: SDAR.load,
  settings: [],
  plot: { title: 'SDAR', usage: 'ORDER,DISCOUNT', defaults: ['5', '0.01'], discount: 1 },
};

/** The detectors by name. */
export const DETECTORS: Readonly<Record<string, DetectorKind>> = { changefinder, sdar, monitor: monitorKind };
