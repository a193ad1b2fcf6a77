// One series of a figure with what detectors say of it: panels of scores, alarms, incidents, the band of a monitor.
import { locate, topAnomalies } from '../../index.ts';
import type { LabeledRange, PlottedAnomaly, PlottedScore, PlottedSeries } from '../../plot.ts';
import { announce, formatCount } from '../cost.ts';
import { fail } from '../errors.ts';
import { nameOf } from '../input/source.ts';
import { progressOf } from '../read-within.ts';
import { interruptible } from '../signals.ts';
import type { Detector } from './detector-option.ts';
import { type FigureTimes, timeAt } from './figure.ts';
import type { PlotCommand } from './options.ts';
import type { SeriesToDraw } from './read.ts';
import { SECONDS_PER_BAND, spanOf, type Watched, watch } from './watched.ts';

/** What panels of a figure have in common. */
export interface Context {
  readonly options: PlotCommand;
  readonly times: FigureTimes | undefined;
  /** Whether the figure has more than one series. */
  readonly isOneOfMany: boolean;
  /** Ready scores with their names. */
  readonly ready: readonly { readonly label: string; readonly values: Float64Array }[];
}

type Ranges = readonly LabeledRange<number | Date>[];

/** A series with its scores. Known faults are marked, and so are the incidents of a monitor. */
export async function panelOf(
  series: SeriesToDraw,
  marked: Ranges | undefined,
  context: Context,
): Promise<PlottedSeries> {
  const { name, values, unit } = series;
  const { options, isOneOfMany, times } = context;
  const panel = { series: values, name: name ?? 'series', ...(unit !== undefined && { unit }) };
  if (isOneOfMany && options.isByDefault) {
    const anomalies = await strangestWindows(values, options);
    const anomalyName = `strangest of ${options.detectors[0]!.label}`;
    return { ...panel, anomalies, anomalyName, ...(marked !== undefined && { labels: marked }) };
  }
  const watched = await watchedOf(values, context);
  const incidents = watched?.incidents.map((incident) => {
    const { begin, end } = spanOf(incident);
    return { begin: timeAt(begin, times), end: timeAt(end, times), label: 'incident' };
  });
  const anomalies = options.detectors.flatMap(({ numPlaces }) =>
    numPlaces === undefined ? [] : placesIn(values, numPlaces),
  );
  return {
    ...panel,
    scores: await scoresOf(values, watched, context),
    ...(anomalies.length > 0 && { anomalies, anomalyName: 'found by locate' }),
    ...(watched?.band !== undefined && { band: watched.band }),
    ...((marked ?? incidents) !== undefined && { labels: [...(marked ?? []), ...(incidents ?? [])] }),
  };
}

/** The strangest windows of a series whose scores have no panel, so that they need not be known. */
async function strangestWindows(values: Float64Array, options: PlotCommand): Promise<PlottedAnomaly[]> {
  const [detector] = options.detectors as [Detector];
  const { windowSize } = detector.work!;
  if (values.length < windowSize) return [];
  const progress = progressOf(options);
  try {
    const found = await detector.strangest!(values, options.top ?? 1, (state) => {
      void progress.scoring(state, detector.label);
    });
    return found.map(({ index }) => ({ begin: Math.max(0, index - windowSize + 1), end: index }));
  } finally {
    await progress.stop();
  }
}

function placesIn(values: Float64Array, n: number): readonly PlottedAnomaly[] {
  const places = interruptible(() => locate(values, { n }));
  if (places.length === 0) process.stderr.write('knn-anomaly: locate: no part of the series stands out\n');
  return places;
}

/** The panels: detectors, then files, with their thresholds and marks. */
async function scoresOf(values: Float64Array, watched: Watched | undefined, context: Context): Promise<PlottedScore[]> {
  const { options, ready } = context;
  const { detectors, thresholds, top = 0 } = options;
  const warmupOf = (usual: number): number => Math.min(values.length, options.warmup ?? usual);
  const scores: PlottedScore[] = [];
  const add = (score: PlottedScore, position: number, alarms?: readonly number[], usual?: number): void => {
    const { windowSize = 1, warmup = 0 } = score;
    const threshold = thresholds[position] ?? (position < thresholds.length ? undefined : usual);
    const judged = Float64Array.from(score.values as Float64Array).fill(NaN, 0, warmup);
    const strangest = (): number[] => topAnomalies(judged, top, { separation: windowSize }).map(({ index }) => index);
    const marked = top === 0 ? alarms : strangest();
    scores.push({
      ...score,
      ...(threshold !== undefined && { threshold }),
      ...(marked !== undefined && { alarms: marked }),
    });
  };
  for (const [position, detector] of detectors.entries()) {
    const { label, monitor, numPlaces, work } = detector;
    if (numPlaces !== undefined) continue;
    if (monitor !== undefined) {
      const { surprises, alarms, threshold } = watched!;
      add({ label, values: surprises, warmup: warmupOf(0) }, position, alarms, threshold);
      continue;
    }
    const found = Float64Array.from(await scoreWith(detector, values, options));
    const warmup = warmupOf(Math.min(detector.warmup, values.length >> 2));
    add({ label, values: found, warmup, windowSize: work?.windowSize ?? 1 }, position);
  }
  for (const [f, { label, values: found }] of ready.entries()) {
    add({ label, values: found, warmup: warmupOf(0) }, detectors.length + f);
  }
  return scores;
}

/** What the monitor says, if there is one among the detectors. */
async function watchedOf(values: Float64Array, { options, times }: Context): Promise<Watched | undefined> {
  const { detectors, thresholds, band } = options;
  const d = detectors.findIndex(({ monitor }) => monitor !== undefined);
  if (d < 0) return undefined;
  const { label, monitor } = detectors[d]!;
  const threshold = thresholds[d];
  const progress = progressOf(options);
  if (band && options.progress)
    announce(`the band of ${formatCount(values.length)} values`, values.length * SECONDS_PER_BAND);
  const dates = times?.isDate ? times.numbers : undefined;
  try {
    return await watch(values, dates, { ...monitor, ...(threshold !== undefined && { threshold }) }, band, (state) => {
      void progress.scoring(state, label, 'values');
    });
  } finally {
    await progress.stop();
  }
}

async function scoreWith(detector: Detector, values: Float64Array, options: PlotCommand): Promise<ArrayLike<number>> {
  const { label, work } = detector;
  if (work !== undefined && values.length < work.windowSize) {
    fail(`${label}: the window is larger than the series: ${nameOf(options.input)} has ${values.length} values`);
  }
  const progress = progressOf(options);
  try {
    return await detector.score(values, (state) => void progress.scoring(state, label));
  } finally {
    await progress.stop();
  }
}
