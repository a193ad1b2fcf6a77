// The worker of one panel: scores the series with one detector at a time. A new request ends the one before.

import { ChangeFinder, KNN, locate, type Metric, suggestWindow, topAnomalies } from 'knn-anomaly';
import { monitor } from 'knn-anomaly/calibrate';
import { chebyshev, mahalanobis, manhattan } from 'knn-anomaly/metrics';
import type { Grid } from '../read/protocol.ts';
import { Axis, writeNumber } from '../view/axis.ts';
import { changeFinderSettings, type Detector, separationOf } from './detectors.ts';
import { firstBounds } from './first-bounds.ts';
import { spanOf, warmupOf } from './places.ts';
import type { Answer, Explained, Place, Request, Scored, Span } from './protocol.ts';
import { sentenceOf } from './sentence.ts';

/** Places that are listed at most. */
const MOST_PLACES = 20;
/** Milliseconds of work before messages are looked for. */
const SLICE = 30;
/** Longer series are first scored by a few lags. */
const LONG = 10_000;
/** Series up to this length are scored by one thread: the page needs the other. */
const SHORT = 100_000;
/** Values before a place that its explanation shows what was expected for. */
const CONTEXT = 40;

let series: Float64Array = new Float64Array(0);
/** Where it stands in time. */
let grid: Grid | undefined;
let axis = new Axis(undefined, 1);
let current = new AbortController();

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  if (data.type === 'series') {
    ({ values: series, grid } = data);
    axis = new Axis(grid, series.length, data.zone);
  } else if (data.type === 'explain') void attempt(data.job, () => say(explain(data.job, data.detector, data.place)));
  else if (data.type === 'suggest') {
    void attempt(data.job, () => say({ type: 'suggested', job: data.job, suggestion: suggestWindow(series) }));
  } else {
    current.abort();
    if (data.type === 'stop') return;
    current = new AbortController();
    const { signal } = current;
    void attempt(data.job, () => score(data.job, data.detector, signal), signal);
  }
});

function say(answer: Answer, transfer: Transferable[] = []): void {
  postMessage(answer, { transfer });
}

/** Runs a job; an error of one that nobody waits for any more is none. */
async function attempt(job: number, work: () => void | Promise<void>, signal?: AbortSignal): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!signal?.aborted) say({ type: 'failed', job, message: (error as Error).message });
  }
}

async function score(job: number, detector: Detector, signal: AbortSignal): Promise<void> {
  const begin = performance.now();
  const tell = (result: Pick<Scored, 'scores' | 'exact' | 'places'> & Partial<Scored>): void => {
    if (signal.aborted) return;
    const milliseconds = performance.now() - begin;
    const { scores } = result;
    say({ type: 'scored', job, incidents: undefined, alarms: undefined, ...result, milliseconds }, [scores.buffer]);
  };
  const progress = (share: number): void => {
    const remaining = ((performance.now() - begin) / 1000) * (1 / Math.max(share, 1e-6) - 1);
    if (!signal.aborted) say({ type: 'progress', job, share, remaining });
  };
  if (detector.kind === 'knn') await scoreWindows(detector, signal, tell, progress);
  else if (detector.kind === 'locate') tell(scoreOfPlaces(locate(series, { n: detector.places })));
  else await scoreValues(detector, signal, tell, progress);
}

type Tell = (result: Pick<Scored, 'scores' | 'exact' | 'places'> & Partial<Scored>) => void;

/** Bounds that fall to the scores, where that takes longer than a moment. */
async function scoreWindows(
  d: Detector,
  signal: AbortSignal,
  tell: Tell,
  progress: (share: number) => void,
): Promise<void> {
  if (d.windowSize > series.length) {
    throw new RangeError(`a window of ${d.windowSize} values is longer than the series of ${series.length}`);
  }
  const knn = knnOf(d);
  const isPlain = d.metric === 'euclidean' && d.normalize === 'none' && series.length > LONG;
  const bounds = isPlain ? firstBounds(series, d.windowSize, d.k, d.exclusionZone) : undefined;
  if (bounds !== undefined) tell({ scores: bounds, exact: false, places: placesOf(bounds, d) });
  const onProgress = ({ done, total }: { done: number; total: number }): void => progress(done / total);
  for await (const { scores, exact } of knn.refine(series, {
    signal,
    onProgress,
    ...(series.length <= SHORT && { threads: 1 }),
  })) {
    const copy = Float64Array.from(scores);
    tell({ scores: copy, exact, places: placesOf(copy, d) });
  }
}

/** A detector that takes value after value. */
async function scoreValues(
  d: Detector,
  signal: AbortSignal,
  tell: Tell,
  progress: (share: number) => void,
): Promise<void> {
  const n = series.length;
  const scores = new Float64Array(n);
  const incidents: Span[] = [];
  const alarms: number[] = [];
  const watched = d.kind === 'monitor' ? monitorOf(d) : undefined;
  const finder = watched === undefined ? new ChangeFinder(...changeFinderSettings(d)) : undefined;
  let next = performance.now() + SLICE;
  for (let t = 0; t < n; t++) {
    if (watched !== undefined) {
      watched.update(series[t]!);
      const { surprise, alarm, event, incident } = watched.last;
      scores[t] = surprise;
      if (alarm) alarms.push(t);
      if (incident !== undefined) {
        const { begin, peak, duration, worst } = incident;
        const span = { begin, end: begin + duration - 1, peak, surprise: worst };
        if (event === 'begin') incidents.push(span);
        else incidents[incidents.length - 1] = span;
      }
    } else scores[t] = finder!.update(series[t]!);
    if ((t & 63) !== 0 || performance.now() < next) continue;
    progress(t / n);
    await new Promise((resolve) => setTimeout(resolve));
    if (signal.aborted) return;
    next = performance.now() + SLICE;
  }
  tell({ scores, exact: true, places: placesOf(scores, d), ...(watched && { incidents, alarms }) });
}

/** The scores of `locate`: 0 but where its places are. */
function scoreOfPlaces(found: readonly Place[]): Pick<Scored, 'scores' | 'exact' | 'places'> {
  const scores = new Float64Array(series.length);
  for (const { index, score } of found) scores[index] = score;
  return { scores, exact: true, places: found };
}

function placesOf(scores: Float64Array, d: Detector): Place[] {
  const separation = separationOf(d);
  const warmup = Math.min(warmupOf(d), scores.length);
  const found = topAnomalies(scores.subarray(warmup), MOST_PLACES, { separation });
  return found.map(({ index, score }) => ({
    index: index + warmup,
    score,
    ...spanOf(d, index + warmup),
  }));
}

function knnOf({ windowSize, k, metric, normalize, exclusionZone }: Detector): KNN {
  const metrics: Record<Detector['metric'], () => Metric | undefined> = {
    euclidean: () => undefined,
    manhattan: () => manhattan,
    chebyshev: () => chebyshev,
    mahalanobis: () => mahalanobis(),
  };
  const chosen = metrics[metric]();
  return new KNN(windowSize, k, { normalize, exclusionZone, ...(chosen !== undefined && { metric: chosen }) });
}

function monitorOf({ preset, threshold }: Detector): ReturnType<typeof monitor> {
  const day = preset === 'metrics' && grid?.isDate ? { step: grid.step / 1000 } : {};
  return monitor({ preset, ...(threshold !== undefined && { threshold }), ...day });
}

function explain(job: number, d: Detector, place: Place): Explained {
  if (d.kind === 'monitor') return explainByMonitor(job, d, place);
  if (d.kind === 'changefinder') {
    const text = `The series seems to change its behavior at ${axis.write(place.index)}.`;
    return {
      type: 'explained',
      job,
      text,
      start: Math.max(0, place.index - CONTEXT / 2),
      windowSize: CONTEXT,
      expected: new Float64Array(0),
      neighbors: [],
    };
  }
  // A place of `locate` is explained by the window it was found with.
  const windowSize = d.kind === 'knn' ? d.windowSize : place.end - place.begin + 1;
  const knn = d.kind === 'knn' ? knnOf(d) : new KNN(windowSize, 1, { exclusionZone: windowSize >> 1 });
  const at = Math.min(series.length - 1, Math.max(windowSize - 1, d.kind === 'knn' ? place.index : place.end));
  const why = knn.explain(series, at);
  return {
    type: 'explained',
    job,
    text: sentenceOf(
      why,
      (t) => axis.write(t),
      (x) => writeNumber(x, 4),
    ),
    start: why.start,
    windowSize,
    expected: Float64Array.from(why.expected),
    neighbors: why.neighbors.map(({ start, distance }) => ({ start, distance })),
  };
}

/** An explanation of the library with times as the page writes them. */
function inWords(text: string): string {
  return text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (time) => axis.writeTime(Date.parse(time)));
}

function explainByMonitor(job: number, d: Detector, { index }: Place): Explained {
  const watched = monitorOf(d);
  const start = Math.max(0, index - CONTEXT);
  const expected = new Float64Array(index + 1 - start);
  for (let t = 0; t <= index; t++) {
    if (t >= start) expected[t - start] = watched.expected;
    watched.update(series[t]!, grid?.isDate ? { time: new Date(axis.placeOf(t) * 1000) } : {});
  }
  const why = watched.explain();
  const windowSize = index + 1 - start;
  const text = inWords(why.text);
  return { type: 'explained', job, text, start, windowSize, expected, neighbors: [] };
}
