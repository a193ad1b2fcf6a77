// What the compiler knows of the public surface: checked by tsc with everything else, run by nobody.

import { Duplex } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { Worker as NodeWorker } from 'node:worker_threads';
import { expectTypeOf } from 'vitest';
import { type FleetAlarm, Monitors } from '../src/calibrate.ts';
import { type LabeledRange as EvaluatedRange, rocAuc } from '../src/evaluate.ts';
import type {
  Explanation,
  FittedKNN,
  KNNOptions,
  LocatedAnomaly,
  Location,
  Neighbors,
  Refinements,
  Series,
  ThreadOptions,
} from '../src/index.ts';
import {
  euclidean,
  Fleet,
  KNN,
  locate,
  type StreamingDetector,
  StreamingKNN,
  scoreStream,
  scoreTransform,
  topAnomalies,
} from '../src/index.ts';
import { chebyshev, mahalanobis, manhattan, minkowski } from '../src/metrics.ts';
import { type LabeledRange as PlottedRange, plotSVG } from '../src/plot.ts';

const knn = new KNN(5, 5);

// score(series) gives the kind it got.
expectTypeOf(knn.score([1, 2, 3])).toEqualTypeOf<number[]>();
expectTypeOf(knn.score([1, null, undefined])).toEqualTypeOf<number[]>();
expectTypeOf(knn.score([1, 2, 3] as const)).toEqualTypeOf<number[]>();
expectTypeOf(knn.score([] as readonly number[])).toEqualTypeOf<number[]>();
expectTypeOf(knn.score(new Float64Array(9))).toEqualTypeOf<Float64Array>();
expectTypeOf(knn.score(new Float32Array(9))).toEqualTypeOf<Float64Array>();
expectTypeOf(knn.score(new Int8Array(9))).toEqualTypeOf<Float64Array>();
expectTypeOf(knn.score(new Uint8Array(9))).toEqualTypeOf<Float64Array>();
expectTypeOf(knn.score(new Uint8ClampedArray(9))).toEqualTypeOf<Float64Array>();
expectTypeOf(knn.score(new Int16Array(9))).toEqualTypeOf<Float64Array>();
expectTypeOf(knn.score(new Uint16Array(9))).toEqualTypeOf<Float64Array>();
expectTypeOf(knn.score(new Int32Array(9))).toEqualTypeOf<Float64Array>();
expectTypeOf(knn.score(new Uint32Array(9))).toEqualTypeOf<Float64Array>();
expectTypeOf(knn.score([1], { reference: new Int32Array(9) })).toEqualTypeOf<number[]>();
expectTypeOf(knn.score(new Float64Array(9), { reference: [1, null] })).toEqualTypeOf<Float64Array>();

declare const someSeries: Series;
declare const either: number[] | Int16Array;
// biome-ignore lint/suspicious/noExplicitAny: what a caller without types passes
declare const untyped: any;
expectTypeOf(knn.score(someSeries)).toEqualTypeOf<number[] | Float64Array>();
expectTypeOf(knn.score(either)).toEqualTypeOf<number[] | Float64Array>();
expectTypeOf(knn.score(untyped)).toEqualTypeOf<Float64Array>();
expectTypeOf(knn.score([])).toEqualTypeOf<number[]>();
expectTypeOf(knn.score(Buffer.of(1, 2))).toEqualTypeOf<Float64Array>();
expectTypeOf(knn.score({ length: 2, 0: 1, 1: null })).toEqualTypeOf<number[] | Float64Array>();
expectTypeOf(knn.refine(someSeries)).toEqualTypeOf<Refinements>();
expectTypeOf(knn.scoreAsync(someSeries)).toEqualTypeOf<Promise<number[] | Float64Array>>();

// So does a fitted detector.
expectTypeOf(knn.fit([1, 2, null])).toEqualTypeOf<FittedKNN>();
expectTypeOf(knn.fit([1, 2, 3]).score([1, 2])).toEqualTypeOf<number[]>();
expectTypeOf(knn.fit([1, 2, 3]).score(new Float32Array(9))).toEqualTypeOf<Float64Array>();
expectTypeOf(knn.fit([1]).neighbors([1])).toEqualTypeOf<Neighbors>();

expectTypeOf(knn.neighbors([1, null])).toEqualTypeOf<Neighbors>();
expectTypeOf(knn.neighborsAsync([1, null], { threads: 2 })).toEqualTypeOf<Promise<Neighbors>>();
expectTypeOf(knn.fit([1]).neighborsAsync([1])).toEqualTypeOf<Promise<Neighbors>>();
expectTypeOf(knn.neighbors([1]).numWindows).toEqualTypeOf<number>();
expectTypeOf(knn.neighbors([1]).k).toEqualTypeOf<number>();
expectTypeOf(knn.neighbors([1]).indices).toEqualTypeOf<Int32Array>();
expectTypeOf(knn.neighbors([1]).distances).toEqualTypeOf<Float64Array>();

const explained = knn.explain([1, 2, 3], 2);
expectTypeOf(explained.window).toEqualTypeOf<number[]>();
expectTypeOf(explained.expected).toEqualTypeOf<number[]>();
expectTypeOf(explained.shares).toEqualTypeOf<number[] | null>();
expectTypeOf(explained.direction).toEqualTypeOf<'above' | 'below' | 'none'>();
expectTypeOf(explained.neighbors).toEqualTypeOf<{ start: number; end: number; distance: number }[]>();

expectTypeOf(topAnomalies([1, 2], 1)[0]!.index).toEqualTypeOf<number>();
expectTypeOf(topAnomalies(new Float64Array(2), 1, { separation: 3 })[0]!.score).toEqualTypeOf<number>();
expectTypeOf(euclidean([1], new Float32Array(1))).toEqualTypeOf<number>();

// Location is the old name of LocatedAnomaly.
expectTypeOf(locate([1, 2])).toEqualTypeOf<LocatedAnomaly[]>();
expectTypeOf<Location>().toEqualTypeOf<LocatedAnomaly>();

// Series: arrays with gaps and numeric typed arrays, and nothing else.
expectTypeOf<readonly (number | null | undefined)[]>().toExtend<Series>();
expectTypeOf<Float64Array>().toExtend<Series>();
expectTypeOf<string[]>().not.toExtend<Series>();
expectTypeOf<string>().not.toExtend<Series>();
expectTypeOf<bigint[]>().not.toExtend<Series>();
expectTypeOf<BigInt64Array>().not.toExtend<Series>();

// Metrics are values.
const metrics: KNNOptions[] = [
  {},
  { metric: euclidean },
  { metric: manhattan },
  { metric: chebyshev },
  { metric: minkowski(3) },
  { metric: mahalanobis() },
  { metric: mahalanobis({ covariance: { ridge: 0.1 } }) },
  { metric: mahalanobis({ covariance: [[1]] }) },
  { metric: mahalanobis({ covariance: [new Float64Array(1)] }) },
  { metric: mahalanobis.fit([1, 2, null], 1) },
  { metric: mahalanobis.fit(new Float64Array(9), 2, { covariance: 'pinv', normalize: 'zscore' }) },
  { metric: (a: Float64Array, b: Float64Array) => a[0]! - b[0]! },
  { metric: (a: ArrayLike<number>, b: ArrayLike<number>) => a[0]! - b[0]! },
];
expectTypeOf(metrics).toExtend<KNNOptions[]>();
expectTypeOf(mahalanobis.fit([1], 1).covariance).toEqualTypeOf<number[][]>();
expectTypeOf(mahalanobis.fit([1], 1).mean).toEqualTypeOf<number[]>();
expectTypeOf(mahalanobis.fit([1], 1).shrinkage).toEqualTypeOf<number | undefined>();

// scoreAsync and refine give the kind they got, too; an AbortSignal is a signal, a worker of either kind a worker.
expectTypeOf(knn.scoreAsync([1, null])).toEqualTypeOf<Promise<number[]>>();
expectTypeOf(knn.scoreAsync(new Int8Array(9), { threads: 2 })).toEqualTypeOf<Promise<Float64Array>>();
expectTypeOf(knn.fit([1]).scoreAsync([1])).toEqualTypeOf<Promise<number[]>>();
expectTypeOf(knn.refine([1])).toEqualTypeOf<Refinements<number[]>>();
expectTypeOf(knn.refine(new Float32Array(9))).toEqualTypeOf<Refinements<Float64Array>>();
expectTypeOf(knn.fit([1]).refine(new Float32Array(9))).toEqualTypeOf<Refinements<Float64Array>>();
expectTypeOf<AbortSignal>().toExtend<NonNullable<ThreadOptions['signal']>>();
expectTypeOf<() => Worker>().toExtend<NonNullable<ThreadOptions['worker']>>();
expectTypeOf<() => NodeWorker>().toExtend<NonNullable<ThreadOptions['worker']>>();

// A stream of values gives scores, a stream of chunks chunks.
const streaming = new StreamingKNN(2, 1);
expectTypeOf(scoreStream([1, null], streaming)).toEqualTypeOf<AsyncGenerator<number, void, undefined>>();
expectTypeOf(scoreStream([[1, null]], streaming)).toEqualTypeOf<AsyncGenerator<number[], void, undefined>>();
expectTypeOf(scoreStream([new Int8Array(9)], streaming)).toEqualTypeOf<AsyncGenerator<Float64Array, void, undefined>>();
declare const values: ReadableStream<number>;
declare const chunks: ReadableStream<Float32Array>;
declare const nodeValues: NodeReadableStream<number | null>;
expectTypeOf(scoreStream(values, streaming)).toEqualTypeOf<AsyncGenerator<number, void, undefined>>();
expectTypeOf(values.pipeThrough(scoreTransform(streaming))).toEqualTypeOf<ReadableStream<number>>();
expectTypeOf(nodeValues.pipeThrough(scoreTransform(streaming))).toEqualTypeOf<NodeReadableStream<number>>();
expectTypeOf(chunks.pipeThrough(scoreTransform<Float32Array>(streaming))).toEqualTypeOf<ReadableStream<Float64Array>>();
expectTypeOf(Duplex.fromWeb(scoreTransform(streaming))).toEqualTypeOf<Duplex>();

// Several places are explained at once.
expectTypeOf(knn.explain([1, 2, 3], [2])).toEqualTypeOf<Explanation[]>();
expectTypeOf(knn.fit([1, 2]).explain([1, 2, 3], [2])).toEqualTypeOf<Explanation[]>();

// What the compiler refuses.
// @ts-expect-error: no such option
knn.scoreAsync([1], { thread: 2 });
// @ts-expect-error: k is missing
new KNN(5);
// @ts-expect-error: no such option
new KNN(5, 5, { normalise: 'mean' });
// @ts-expect-error: metrics are values, not names
new KNN(5, 5, { metric: 'manhattan' });
// @ts-expect-error: no such side
new KNN(5, 5, { side: 'right' });
// @ts-expect-error: no such covariance
mahalanobis({ covariance: 'shrunk' });
// @ts-expect-error: strings are no series
knn.score(['1', '2']);
// @ts-expect-error: BigInt arrays are no series
knn.score(new BigInt64Array(2));
// @ts-expect-error: strings are no values
scoreStream(['1'], streaming);
// @ts-expect-error: chunks are asked for
chunks.pipeThrough(scoreTransform(streaming));
declare const texts: ReadableStream<string>;
// @ts-expect-error: strings are no values
texts.pipeThrough(scoreTransform(streaming));
// @ts-expect-error: t is missing
knn.explain([1, 2, 3]);

// Streams take one value and give one score; what a stream cannot have is no option of it.
const detector = new StreamingKNN(5, 5, { history: Infinity, metric: manhattan });
expectTypeOf(detector).toExtend<StreamingDetector>();
expectTypeOf(detector.update(1, { learn: false })).toEqualTypeOf<number>();
expectTypeOf(detector.peek(null)).toEqualTypeOf<number>();
expectTypeOf(detector.learn(new Set([1, null]))).toEqualTypeOf<number[]>();
expectTypeOf(StreamingKNN.load(detector.save(), { metric: manhattan })).toEqualTypeOf<StreamingKNN>();
// @ts-expect-error: a stream is its own left side
new StreamingKNN(5, 5, { side: 'left' });
// @ts-expect-error: a covariance taken on the way would see the future
new StreamingKNN(5, 5, { metric: mahalanobis() });

const fleet = new Fleet({ windowSize: 5, k: 5, maxSeries: 1000 });
expectTypeOf(fleet.updateMany(['a'], new Float32Array(1))).toEqualTypeOf<Float64Array>();
expectTypeOf(Fleet.load(fleet.save())).toEqualTypeOf<Promise<Fleet>>();
expectTypeOf(fleet.tick(new Date(), ['a'], [null])).toEqualTypeOf<Float64Array>();

const site = new Monitors({ detector: () => detector, only: /a/, budget: { perDay: 9 } });
expectTypeOf(site.tick(1, ['a'], new Float64Array(1)).alarms).toEqualTypeOf<readonly FleetAlarm[]>();
expectTypeOf(Monitors.load(site.save(), { detector: StreamingKNN.load })).toEqualTypeOf<Promise<Monitors>>();
// @ts-expect-error: many series cannot share a detector
new Monitors({ detector });

// A labeled range is one type: indices serve metrics and figures, dates serve figures only.
const faults: EvaluatedRange[] = [{ begin: 1, end: 2, label: 'outage' }];
expectTypeOf<EvaluatedRange>().toEqualTypeOf<PlottedRange>();
expectTypeOf(rocAuc([1, 2, 3], faults)).toEqualTypeOf<number>();
expectTypeOf(plotSVG({ series: [1, 2, 3], labels: faults })).toEqualTypeOf<string>();
const outage: PlottedRange<Date> = { begin: new Date(0), end: new Date(1) };
expectTypeOf(plotSVG({ series: [1, 2], time: [new Date(0), new Date(1)], labels: [outage] })).toEqualTypeOf<string>();
// @ts-expect-error a date is no index
rocAuc([1, 2, 3], [outage]);
