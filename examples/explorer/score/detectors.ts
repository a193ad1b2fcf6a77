// The detectors of the page: what each may be told, and how it is written in the page's address.
import { type MonitorPreset, PRESET_THRESHOLDS } from '../../../src/calibrate/monitors/preset-thresholds.ts';

/** The kinds of detectors, in the order of the menu. */
export const KINDS = ['knn', 'monitor', 'locate', 'changefinder'] as const;
export type Kind = (typeof KINDS)[number];

/** The kinds as the menu names them. */
export const KIND_TITLES: Readonly<Record<Kind, string>> = {
  knn: 'KNN: unlike all other windows',
  monitor: 'monitor: alarms, value after value',
  locate: 'locate: the strangest places alone',
  changefinder: 'ChangeFinder: changes of behavior',
};

/** What one panel shows. Every setting has a value, whether its kind uses it or not. */
export interface Detector {
  readonly kind: Kind;
  /** Of `knn`. */
  readonly windowSize: number;
  readonly k: number;
  readonly metric: Metric;
  readonly normalize: Normalize;
  readonly exclusionZone: number;
  /** Of `monitor`. */
  readonly preset: Preset;
  /** Of `locate`: how many places. */
  readonly places: number;
  /** Of `changefinder`. */
  readonly outlierDiscount: number;
  readonly changeDiscount: number;
  readonly smoothing: number;
  /** A score at or above it is an alarm; `undefined`: the preset's own, or none. */
  readonly threshold: number | undefined;
}

export const METRICS = ['euclidean', 'manhattan', 'chebyshev', 'mahalanobis'] as const;
export type Metric = (typeof METRICS)[number];
export const NORMALIZATIONS = ['none', 'mean', 'zscore'] as const;
export type Normalize = (typeof NORMALIZATIONS)[number];
export type Preset = MonitorPreset;
export const PRESETS = Object.keys(PRESET_THRESHOLDS) as Preset[];

/** The orders of ChangeFinder: those of the command line. */
export const OUTLIER_ORDER = 5;
export const CHANGE_ORDER = 10;

export const DEFAULT: Detector = {
  kind: 'knn',
  windowSize: 5,
  k: 5,
  metric: 'euclidean',
  normalize: 'none',
  exclusionZone: 0,
  preset: 'metrics',
  places: 5,
  outlierDiscount: 0.01,
  changeDiscount: 0.01,
  smoothing: 5,
  threshold: undefined,
};

/** The name of a detector as it stands above its panel. */
export function nameOf(d: Detector): string {
  switch (d.kind) {
    case 'knn': {
      const more = [
        ...(d.metric === 'euclidean' ? [] : [d.metric]),
        ...(d.normalize === 'none' ? [] : [d.normalize]),
        ...(d.exclusionZone === 0 ? [] : [`zone ${d.exclusionZone}`]),
      ];
      return `KNN(${[d.windowSize, d.k, ...more].join(', ')})`;
    }
    case 'monitor':
      return d.preset === 'metrics' ? 'monitor: surprise' : `monitor, ${d.preset}: surprise`;
    case 'locate':
      return `locate: ${d.places} ${d.places === 1 ? 'place' : 'places'}`;
    case 'changefinder':
      return `ChangeFinder(${changeFinderSettings(d).join(', ')})`;
  }
}

/** What the scores of a detector are, in a few words. */
export function scoresOf(d: Detector): string {
  switch (d.kind) {
    case 'knn': {
      const window = d.windowSize === 1 ? 'a value' : `a window of ${d.windowSize} values`;
      return `how far ${window} is from the ${d.k === 1 ? 'one' : d.k} most like it`;
    }
    case 'monitor':
      return `the surprise of a value, by what came before; ${thresholdOf(d)} or more is an alarm`;
    case 'locate':
      return 'how far a place stands out';
    case 'changefinder':
      return 'how much the series changes its behavior';
  }
}

/** The arguments of ChangeFinder. */
export function changeFinderSettings(d: Detector): [number, number, number, number, number] {
  return [OUTLIER_ORDER, d.outlierDiscount, CHANGE_ORDER, d.changeDiscount, d.smoothing];
}

/** The threshold in force; `undefined` if there is none. */
export function thresholdOf(d: Detector): number | undefined {
  return d.threshold ?? (d.kind === 'monitor' ? PRESET_THRESHOLDS[d.preset] : undefined);
}

/** How far apart the strangest places are. */
export function separationOf({ kind, windowSize }: Detector): number {
  return kind === 'knn' ? windowSize : 20;
}

/** A detector as a short text: `knn:5,5,euclidean,none,0`, and `@4.5` for a threshold. */
export function encode(d: Detector): string {
  const settings: Record<Kind, readonly (string | number)[]> = {
    knn: [d.windowSize, d.k, d.metric, d.normalize, d.exclusionZone],
    monitor: [d.preset],
    locate: [d.places],
    changefinder: [d.outlierDiscount, d.changeDiscount, d.smoothing],
  };
  return `${d.kind}:${settings[d.kind].join(',')}${d.threshold === undefined ? '' : `@${d.threshold}`}`;
}

/** What `encode` wrote; `undefined` for any other text, as of an address that somebody typed. */
export function decode(text: string): Detector | undefined {
  const [, kind, list = '', threshold] = /^(\w+)(?::([^@]*))?(?:@(.+))?$/.exec(text) ?? [];
  const parts = list === '' ? [] : list.split(',');
  const at = threshold === undefined ? undefined : Number(threshold);
  if (at !== undefined && !Number.isFinite(at)) return undefined;
  const base = { ...DEFAULT, threshold: at };
  const whole = (i: number, least: number, otherwise: number): number => {
    const x = parts[i] === undefined ? otherwise : Number(parts[i]);
    return Number.isSafeInteger(x) && x >= least ? x : NaN;
  };
  const discount = (i: number, otherwise: number): number => {
    const x = parts[i] === undefined ? otherwise : Number(parts[i]);
    return x > 0 && x < 1 ? x : NaN;
  };
  const oneOf = <T extends string>(i: number, choices: readonly T[]): T | undefined =>
    choices.find((choice) => choice === (parts[i] ?? choices[0]));
  switch (kind) {
    case 'knn': {
      const [metric, normalize] = [oneOf(2, METRICS), oneOf(3, NORMALIZATIONS)];
      if (metric === undefined || normalize === undefined) return undefined;
      const numbers = { windowSize: whole(0, 1, 5), k: whole(1, 1, 5), exclusionZone: whole(4, 0, 0) };
      return checked({ ...base, kind, metric, normalize, ...numbers });
    }
    case 'monitor': {
      const preset = oneOf(0, PRESETS);
      return preset && { ...base, kind, preset };
    }
    case 'locate':
      return checked({ ...base, kind, places: whole(0, 1, DEFAULT.places) });
    case 'changefinder': {
      const discounts = { outlierDiscount: discount(0, 0.01), changeDiscount: discount(1, 0.01) };
      return checked({ ...base, kind, ...discounts, smoothing: whole(2, 1, DEFAULT.smoothing) });
    }
    default:
      return undefined;
  }
}

function checked(d: Detector): Detector | undefined {
  return Object.values(d).some((value) => Number.isNaN(value)) ? undefined : d;
}
