// --detector: from texts such as knn:5,5 to detectors that score a whole series.
import { type MonitorOptions, monitor } from '../../calibrate.ts';
import { type Anomaly, KNN, type KNNOptions, type Progress, type StreamingDetector } from '../../index.ts';
import type { Work } from '../cost.ts';
import { show, UsageError } from '../errors.ts';
import { WORK } from '../locate/locate.ts';
import type { DetectorKind } from '../stream/detector-kind.ts';
import { DETECTORS } from '../stream/detectors.ts';

/** A detector as `plot` uses it. */
export interface Detector {
  readonly label: string;
  /** What the cost of scoring depends on; `undefined` if scoring takes only a moment. */
  readonly work: Work | undefined;
  /** Number of scores at the start that say nothing, because the detector has seen too little. */
  readonly warmup: number;
  score(values: Float64Array, onProgress: (progress: Progress) => void): Promise<ArrayLike<number>>;
  /** The strangest windows alone, as `topAnomalies` finds them in the scores, if the detector has windows. */
  strangest?(values: Float64Array, n: number, onProgress: (progress: Progress) => void): Promise<Anomaly[]>;
  /** The options of a monitor, which is watched instead of scored. */
  readonly monitor?: MonitorOptions;
  /** Number of strangest parts to find, by a detector without scores. */
  readonly numPlaces?: number;
}

interface Kind {
  /** The arguments, for messages. */
  readonly usage: string;
  readonly defaults: readonly string[];
  make(parts: readonly string[]): Detector;
}

const KINDS: Record<string, Kind> = {
  knn: { usage: 'WINDOW,NEIGHBORS and perhaps left, mean or zscore', defaults: ['5', '5'], make: makeKNN },
  ...streamingKinds(),
  monitor: { usage: 'PRESET', defaults: ['metrics'], make: makeMonitor },
  views: { usage: '', defaults: [], make: makeViews },
  locate: { usage: 'N', defaults: ['1'], make: makeLocate },
};

/** The streaming detectors that can be drawn. */
function streamingKinds(): Record<string, Kind> {
  const kinds: Record<string, Kind> = {};
  for (const [name, { make, plot }] of Object.entries<DetectorKind>(DETECTORS)) {
    if (plot === undefined) continue;
    const { title, usage, defaults, discount } = plot;
    kinds[name] = {
      usage,
      defaults,
      make: (parts) => {
        const args = numbers(parts, defaults.length);
        return streaming(`${title}(${parts.join(', ')})`, make(...args.map(String)), args[discount]!);
      },
    };
  }
  return kinds;
}

/** The names of the kinds, for messages. */
const KIND_NAMES: string = Object.keys(KINDS).join(', ');

/** The detector of a text: its kind and, after a colon, its arguments. Throws a {@link UsageError}. */
export function parseDetector(text: string): Detector {
  const [, name = '', rest] = /^([^:]*)(?::(.*))?$/s.exec(text)!;
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (kind === undefined) throw new UsageError(`--detector must be one of ${KIND_NAMES}, got ${show(text)}`);
  try {
    return kind.make(rest === undefined ? kind.defaults : rest.split(',').map((part) => part.trim()));
  } catch (error) {
    const { message } = error as Error;
    const usage = kind.defaults.length === 0 ? name : `${name}:${kind.usage}`;
    throw new UsageError(`--detector ${show(text)}: ${message} (write ${usage})`);
  }
}

/** Exactly `count` numbers. The detectors check their ranges. */
function numbers(parts: readonly string[], count: number): number[] {
  if (parts.length !== count) throw new UsageError(`needs ${count} arguments, got ${parts.length}`);
  return parts.map((part) => {
    const x = Number(part || NaN);
    if (Number.isNaN(x)) throw new UsageError(`${show(part)} is no number`);
    return x;
  });
}

function makeKNN([windowSize, k, ...words]: readonly string[]): Detector {
  const [w, numNeighbors] = numbers([windowSize ?? '', k ?? ''], 2) as [number, number];
  const options: { side?: NonNullable<KNNOptions['side']>; normalize?: NonNullable<KNNOptions['normalize']> } = {};
  for (const word of words) {
    if (word === 'left') options.side = word;
    else if (word === 'mean' || word === 'zscore') options.normalize = word;
    else throw new UsageError(`${show(word)} is none of left, mean, zscore`);
  }
  const knn = new KNN(w, numNeighbors, options);
  const { normalize = 'none' } = options;
  return {
    label: `KNN(${[windowSize, k, ...words].join(', ')})`,
    work: { windowSize: w, k: numNeighbors, metric: 'euclidean', normalize, engine: 'auto', reference: undefined },
    warmup: 0,
    score: (values, onProgress) => knn.scoreAsync(values, { onProgress }),
    strangest: (values, n, onProgress) => knn.topAsync(values, n, { separation: w, onProgress }),
  };
}

/** A detector that learns as it goes. It looks back about 1/discount values, and needs as many to start. */
function streaming(label: string, detector: Pick<StreamingDetector, 'learn'>, discount: number): Detector {
  return { label, work: undefined, warmup: Math.ceil(1 / discount), score: async (values) => detector.learn(values) };
}

function makeMonitor(parts: readonly string[]): Detector {
  if (parts.length !== 1) throw new UsageError(`needs one preset, got ${parts.length}`);
  const options = { preset: parts[0] as NonNullable<MonitorOptions['preset']> };
  const one = monitor(options);
  const label = `surprise (${options.preset})`;
  return { label, work: undefined, warmup: 0, score: async (values) => one.learn(values), monitor: options };
}

/** The preset of a monitor under its own name. */
function makeViews(parts: readonly string[]): Detector {
  if (parts.length !== 0) throw new UsageError(`takes no arguments, got ${show(parts.join(','))}`);
  return makeMonitor(['views']);
}

function makeLocate(parts: readonly string[]): Detector {
  const [numPlaces] = numbers(parts, 1);
  if (!Number.isInteger(numPlaces) || numPlaces! < 1) {
    throw new UsageError(`the number of parts must be a positive integer, got ${show(parts[0]!)}`);
  }
  return { label: 'locate', work: WORK, warmup: 0, score: async () => [], numPlaces: numPlaces! };
}
