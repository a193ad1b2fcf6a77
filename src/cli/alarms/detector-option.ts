// --detector of a monitor: a detector whose scores are turned into surprises, instead of a preset.
import { StreamingKNN, type StreamingKNNOptions } from '../../index.ts';
import { show, UsageError } from '../errors.ts';
import { metricOf } from '../options/metric-option.ts';

/** How `--detector` is written. */
const USAGE = 'knn:WINDOW,NEIGHBORS and perhaps a metric, mean or zscore, history=N, such as knn:5,5,manhattan';

/** The history where none is given: see `--history` of stream. */
const HISTORY = 10_000;

/** What a text says of a detector. */
interface Parsed {
  readonly windowSize: number;
  readonly k: number;
  readonly metric: string;
  readonly normalize: NonNullable<StreamingKNNOptions['normalize']>;
  readonly history: number;
}

/** The metrics that are functions, by name. They are loaded before a detector is made: see {@link prepareDetector}. */
const METRICS: Map<string, StreamingKNNOptions['metric']> = new Map([['euclidean', undefined]]);

function parse(text: string): Parsed {
  const refuse = (): never => {
    throw new UsageError(`--detector must be ${USAGE}, got ${show(text)}`);
  };
  const [, list] = /^knn:(.*)$/s.exec(text.trim()) ?? refuse();
  const [windowSize = '', k = '', ...words] = list!.split(',').map((part) => part.trim());
  if (!/^[1-9]\d*$/.test(windowSize) || !/^[1-9]\d*$/.test(k)) refuse();
  const found: { metric?: string; normalize?: 'mean' | 'zscore'; history?: number } = {};
  for (const word of words) {
    const history = /^history=(\d+|infinite)$/.exec(word)?.[1];
    const isNormal = word === 'mean' || word === 'zscore';
    const name = isNormal ? 'normalize' : history !== undefined ? 'history' : 'metric';
    if (word === '' || found[name] !== undefined) refuse();
    if (isNormal) found.normalize = word;
    else if (history !== undefined) found.history = history === 'infinite' ? Infinity : Number(history);
    else found.metric = word;
  }
  const { metric = 'euclidean', normalize = 'none', history = HISTORY } = found;
  return { windowSize: Number(windowSize), k: Number(k), metric, normalize, history };
}

/** Loads the metric of a `--detector`. @throws UsageError for a text that says no detector, and for a metric that is not known */
export async function prepareDetector(text: string): Promise<void> {
  const { metric } = parse(text);
  if (METRICS.has(metric)) return;
  if (metric === 'mahalanobis') {
    throw new UsageError(
      '--detector: mahalanobis needs a covariance, which a stream does not know before: take another metric',
    );
  }
  METRICS.set(metric, (await metricOf(metric, undefined)) as StreamingKNNOptions['metric']);
}

/** The detector of a text that was prepared. @throws what StreamingKNN throws */
export function detectorOf(text: string): StreamingKNN {
  const { windowSize, k, metric, normalize, history } = parse(text);
  const found = METRICS.get(metric);
  return new StreamingKNN(windowSize, k, { normalize, history, ...(found !== undefined && { metric: found }) });
}

/** The detector of a text that was prepared, from its saved bytes. */
export function loadDetector(text: string, bytes: Uint8Array): StreamingKNN {
  const metric = METRICS.get(parse(text).metric);
  return StreamingKNN.load(
    bytes,
    metric === undefined ? {} : { metric: metric as (a: ArrayLike<number>, b: ArrayLike<number>) => number },
  );
}
