// The streaming detectors that the command line knows by name, KNN apart. `detector-command.ts` makes a command of each
// that has a help text, and `plot --detector` draws each that has an argument list.
//
// To add a detector: an entry here, its options in options/table.ts, and its command in the list of main.ts.

import { type Monitor, Monitor as MonitorClass, type MonitorOptions, monitor } from '../../calibrate.ts';
import { LARGEST_VALUE } from '../../core/series.ts';
import type { StreamingDetector } from '../../core/streaming-detector.ts';
import { ChangeFinder, SDAR } from '../../index.ts';
import type { Command, OptionGroup } from '../command.ts';
import { defaultOf, type OptionName } from '../options/table.ts';
import type { Warmup } from './live-detectors.ts';

/** A kind of streaming detector. */
export interface DetectorKind<D extends StreamingDetector = StreamingDetector> {
  /**
   * A detector from the texts of its arguments, in the order of {@link settings}; '' for one that is not given. Throws
   * what the library throws.
   */
  make(...args: string[]): D;
  load(bytes: Uint8Array): D;
  /** The options that are its arguments. A state keeps them in this order. */
  readonly settings: readonly OptionName[];
  /** The parts of the help text of the command with the detector's name. */
  readonly command?: Pick<Command, 'about' | 'examples'> & { readonly group: OptionGroup };
  /** A flag, and what is shown with it instead of the score that `update` returned. */
  readonly view?: { readonly flag: OptionName; show(detector: D, score: number, column: string | undefined): number };
  /** The values that it passes over at the start, if a user must know of it. */
  readonly warmup?: Warmup<OptionName, D>;
  /** How `plot --detector` takes it. */
  readonly plot?: {
    /** What a figure calls it. */
    readonly title: string;
    /** The arguments, for messages. */
    readonly usage: string;
    readonly defaults: readonly string[];
    /** The argument that is the discount: 1/discount scores at the start are not shown. */
    readonly discount: number;
  };
}

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
    group: { title: 'Scores', options: [...CHANGEFINDER_SETTINGS, 'outlier'] },
    examples: `tail -f latency.log | knn-anomaly changefinder --state latency.state
knn-anomaly changefinder cpu.csv --column cpu --time time --format csv
knn-anomaly changefinder sales.txt --outlier-order 2 --outlier-discount 0.05`,
  },
  view: { flag: 'outlier', show: ({ outlierScore }) => outlierScore },
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

/** The options of the command that are numbers of `monitor()`, and their names there. One that is not given is left to it. */
const MONITOR_NUMBERS = {
  warmup: 'warmup',
  hold: 'hold',
  threshold: 'threshold',
  'max-values': 'maxValues',
  step: 'step',
} as const satisfies Partial<Record<OptionName, keyof MonitorOptions>>;

/** The number of values after `--warmup` that are learned before any can be surprising: see {@link Calibrator}. */
const FIRST_LEARNED = 10;

/** A value further away than any other, and how often it is shown to a monitor, so that windows are full of it. */
const EXTREME = LARGEST_VALUE;
const NUM_EXTREME = 64;

/** Whether an extreme value would surprise the monitor. A copy is asked, whose `hold` and windows may change. */
function canBeSurprised(one: Monitor): boolean {
  const copy = MonitorClass.load(one.save());
  for (let t = 0; t < NUM_EXTREME; t++) {
    copy.update(EXTREME / (t + 1), { learn: false }); // no two are equal: a run of equal values is surprising by itself
    if (copy.last.surprise > 0) return true;
  }
  return false;
}

const monitorKind: DetectorKind<Monitor> = {
  make: (preset, ...texts) => {
    const names = Object.values(MONITOR_NUMBERS);
    const given = names.flatMap((name, n) => (texts[n] === '' ? [] : [[name, Number(texts[n])] as const]));
    return monitor({ preset: preset as NonNullable<MonitorOptions['preset']>, ...Object.fromEntries(given) });
  },
  load: (bytes) => MonitorClass.load(bytes),
  settings: ['preset', ...(Object.keys(MONITOR_NUMBERS) as (keyof typeof MONITOR_NUMBERS)[])],
  warmup: { numValues: ({ warmup }) => Number(warmup) + FIRST_LEARNED, isOver: canBeSurprised },
  command: {
    about: `Says of every value as it comes how surprising it is, on one scale for every
series. Of a burst only the values that surprise more than all of the last ones
are shown, the others are 0: what is not below the threshold is an alarm, and
there are few of them. Each line is answered before the next one arrives. FILE
is a path, or - or nothing for standard input. Gzip is recognized.`,
    group: {
      title: 'Surprises',
      options: ['preset', 'threshold', 'hold', 'warmup', 'step', 'max-values', 'explain'],
    },
    examples: `tail -f latency.log | knn-anomaly monitor --explain --state latency.state
knn-anomaly monitor cpu.csv --column cpu --time time --format csv
tail -f latency.log | knn-anomaly monitor | awk '$1 >= 4 {print NR}'`,
  },
  view: {
    flag: 'explain',
    show: (detector, surprise, column) => {
      const title = column === undefined ? '' : `${column}: `;
      if (detector.last.alarm) process.stderr.write(`${title}${detector.explain().text}\n`);
      return surprise;
    },
  },
};

/** The detectors by name. */
export const DETECTORS: Readonly<Record<string, DetectorKind>> = { changefinder, sdar, monitor: monitorKind };
