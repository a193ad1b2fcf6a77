// The command `stream`: KNN detectors that learn from the stream, or score it against a reference.
import { createHash } from 'node:crypto';
import { StreamingKNN, type StreamingKNNOptions } from '../../index.ts';
import { thresholdView } from '../alarms/runs.ts';
import { PLAIN_VIEW } from '../alarms/view.ts';
import { changesOf } from '../change/change.ts';
import { CHANGE_OPTIONS, changeIn, rateSetting, secondsReader } from '../change/options.ts';
import { type Command, terminals } from '../command.ts';
import { CliError, UsageError } from '../errors.ts';
import type { Table } from '../input/columns.ts';
import { readTable } from '../input/read.ts';
import { checkStdin } from '../options/input-options.ts';
import { DEFAULT_COVARIANCE, mahalanobisFitter, metricOf } from '../options/metric-option.ts';
import { type ParsedOptions, parseInteger } from '../options/parse.ts';
import { defaultSettings, givenSettings, type Settings } from '../options/settings.ts';
import { answer } from './answer.ts';
import type { Detectors } from './live-columns.ts';
import { type Live, openLive, openState } from './live-detectors.ts';
import { type AnswerOptions, answerOptionsOf, STREAM_EXIT_STATUS, streamGroups } from './options.ts';

/** The settings that a state keeps, in the order in which it keeps them. `reference` is a digest of the values. */
const SETTINGS = [
  'window',
  'neighbors',
  'history',
  'metric',
  'covariance',
  'normalize',
  'aggregation',
  'exclusion-zone',
  'missing',
  'reference',
  'series',
  'diff',
  'rate',
] as const;

type SettingName = (typeof SETTINGS)[number];

/** The options of a command line. */
interface StreamOptions extends AnswerOptions {
  /** The settings that were given, without the digest. */
  readonly settings: Partial<Settings<SettingName>>;
  /** Path of the reference. */
  readonly reference: string | undefined;
}

/** The command `knn-anomaly stream`. */
export const stream: Command = {
  usage: '[FILE] [options]',
  about: `Scores every value as it comes, by how far the window that ends there is from
the windows before it that are most like it: higher is stranger. Each line is
answered before the next one arrives. FILE is a path, or - or nothing for
standard input. Gzip is recognized.`,
  groups: streamGroups([
    {
      title: 'Scores',
      options: [
        'window',
        'neighbors',
        'history',
        'reference',
        'metric',
        'covariance',
        'normalize',
        'aggregation',
        'exclusion-zone',
        ...CHANGE_OPTIONS,
        'threshold',
      ],
    },
  ]),
  exitStatus: STREAM_EXIT_STATUS,
  examples: `knn-anomaly stream --follow latency.log --state latency.state -o scores.txt
vmstat -n 5 | awk 'NR > 2 {print $15; fflush()}' | knn-anomaly stream -w 1
tail -f log.jsonl | knn-anomaly stream --field ms --time ts --format json`,
  run: async (given) => {
    const options = streamOptionsOf(given);
    await answer(await open(options, given), options);
  },
};

function streamOptionsOf(given: ParsedOptions): StreamOptions {
  const names = SETTINGS.filter((name) => name !== 'reference' && name !== 'history');
  const options: StreamOptions = {
    ...answerOptionsOf(given, terminals()),
    settings: {
      ...givenSettings(given, names),
      ...(given.has('history') && { history: parseHistory(given.text('history')!) }),
    },
    reference: given.text('reference'),
  };
  for (const name of ['history', 'exclusion-zone'] as const) {
    if (given.has(name) && options.reference !== undefined) {
      throw new UsageError(`--${name} does not apply to --reference: every window of it is a candidate`);
    }
  }
  if (given.has('series') && options.reference !== undefined) {
    throw new UsageError('--series and --reference exclude each other: one reference is not that of every series');
  }
  checkStdin([options.input, options.reference]);
  return options;
}

function parseHistory(text: string): string {
  return /^infinit[ey]$/i.test(text) ? 'infinite' : String(parseInteger(text, '--history', 1));
}

/** Opens the state and makes the detectors. Everything that can go wrong before the first value goes wrong here. */
async function open(options: StreamOptions, parsed: ParsedOptions): Promise<Live> {
  const state = openState('stream', options.state);
  const reference = await readReference(options);
  const rate = rateSetting(options.settings.rate, state.saved?.settings.rate, parsed.has('time'));
  const given = {
    ...options.settings,
    ...(rate !== undefined && { rate }),
    ...(reference && { reference: digest(reference) }),
  };
  const metric = given.metric ?? state.saved?.settings.metric;
  const defaults = {
    ...defaultSettings(SETTINGS, 'stream'),
    ...(metric === 'mahalanobis' && { covariance: DEFAULT_COVARIANCE }),
    // With a reference no window of the stream is a candidate.
    ...(reference && { history: '', 'exclusion-zone': '' }),
  };
  return await openLive({
    state,
    given,
    defaults,
    later: ['series', ...CHANGE_OPTIONS] as ('series' | 'diff' | 'rate')[],
    make: (settings) => makeDetectors(settings, reference),
    load: loaderFor,
    view: () => thresholdView(PLAIN_VIEW, parsed),
    change: (settings) => changeIn(settings, false),
    secondsOf: secondsReader(options.inputOptions.dialect),
  });
}

/** Makes detectors. What StreamingKNN refuses without a series is a usage error, and found at once. */
async function makeDetectors(
  settings: Settings<SettingName>,
  reference: Table | undefined,
): Promise<Detectors<StreamingKNN>> {
  const windowSize = Number(settings.window);
  const k = Number(settings.neighbors);
  const fitTo = settings.metric === 'mahalanobis' ? await mahalanobisFitter(settings.covariance) : undefined;
  const metric = fitTo ? undefined : await metricOf(settings.metric, settings.covariance || undefined);
  const options: StreamingKNNOptions = {
    ...(reference === undefined && {
      history: settings.history === 'infinite' ? Infinity : Number(settings.history),
      exclusionZone: Number(settings['exclusion-zone']),
    }),
    ...(metric !== undefined && { metric: metric as NonNullable<StreamingKNNOptions['metric']> }),
    normalize: settings.normalize as NonNullable<StreamingKNNOptions['normalize']>,
    aggregation: settings.aggregation as NonNullable<StreamingKNNOptions['aggregation']>,
    missing: settings.missing as NonNullable<StreamingKNNOptions['missing']>,
  };
  try {
    new StreamingKNN(windowSize, k, options);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  if (fitTo && reference === undefined) {
    throw new UsageError('--metric mahalanobis needs --reference FILE: the covariance of a stream is not known before');
  }
  const made = reference?.columns.map(({ values }) => {
    const series = changesIn(reference, values.toArray(), settings);
    const fitted = fitTo && { metric: fitTo(series, windowSize, options.normalize) };
    return new StreamingKNN(windowSize, k, { ...options, ...fitted, reference: series });
  });
  return ({ columns }) => made ?? columns.map(() => new StreamingKNN(windowSize, k, options));
}

/** The values of the reference, or their changes. */
function changesIn({ times }: Table, values: Float64Array, settings: Settings<SettingName>): Float64Array {
  const change = changeIn(settings, false);
  if (change === undefined) return values;
  const secondsOf = secondsReader(times && { timeFormat: times.format, zone: times.zone });
  try {
    return changesOf(values, change, times && ((t) => secondsOf(times.at(t))));
  } catch (error) {
    throw new CliError(`--reference: ${(error as Error).message}`);
  }
}

async function loaderFor(settings: Settings<SettingName>): Promise<(bytes: Uint8Array) => StreamingKNN> {
  const metric = await metricOf(settings.metric, settings.covariance || undefined);
  const options = typeof metric === 'function' ? { metric } : {};
  return (bytes) => StreamingKNN.load(bytes, options);
}

async function readReference({ reference, inputOptions }: StreamOptions): Promise<Table | undefined> {
  // As it lies: states hold a digest of it.
  return reference === undefined ? undefined : await readTable(reference, inputOptions, () => {}, 'as read');
}

function digest({ columns }: Table): string {
  const hash = createHash('sha256');
  for (const { name = '', values } of columns) hash.update(`${name}\n${values.length}\n`).update(values.toArray());
  return hash.digest('hex');
}
