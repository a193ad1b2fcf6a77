// Wrong arguments: a TypeError for the wrong kind, a RangeError for a wrong value, with the argument, what is expected of
// it and what came.
import { describe, expect, test } from 'vitest';
import { affiliation, eventF1, nabScore, rangeF1, rocAuc, ucrAccuracy, vusPr, vusRoc } from '../src/evaluate.ts';
import { Fleet, KNN, StreamingKNN, topAnomalies } from '../src/index.ts';
import { mahalanobis, manhattan, minkowski } from '../src/metrics.ts';

type ErrorClass = typeof TypeError | typeof RangeError;
type Row = [call: string, run: () => unknown, kind: ErrorClass, message: RegExp];

const series = [1, 2, 10, 2, 1];
/** A value that the types forbid. */
const wrong = (value: unknown) => value as never;
const knn = new KNN(2, 1);

function expectAll(rows: Row[]): void {
  test.each(rows)('%s', (_, run, kind, message) => {
    let thrown: unknown;
    try {
      run();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(kind);
    expect((thrown as Error).message).toMatch(message);
  });
}

describe('new KNN(windowSize, k, options)', () => {
  expectAll([
    ['windowSize 0', () => new KNN(0, 1), RangeError, /^windowSize must be a positive integer, got 0$/],
    ['windowSize −3', () => new KNN(-3, 1), RangeError, /^windowSize must be a positive integer, got -3$/],
    ['windowSize 2.5', () => new KNN(2.5, 1), RangeError, /^windowSize must be a positive integer, got 2.5$/],
    ['windowSize NaN', () => new KNN(NaN, 1), RangeError, /^windowSize must be a positive integer, got NaN$/],
    ['windowSize Infinity', () => new KNN(Infinity, 1), RangeError, /windowSize.*positive integer.*Infinity/],
    ['windowSize "5"', () => new KNN(wrong('5'), 1), TypeError, /windowSize.*positive integer.*5/],
    ['windowSize undefined', () => new KNN(wrong(undefined), 1), TypeError, /windowSize.*undefined/],
    ['windowSize null', () => new KNN(wrong(null), 1), TypeError, /windowSize.*null/],
    ['windowSize 5n', () => new KNN(wrong(5n), 1), TypeError, /windowSize.*5/],
    ['k 0', () => new KNN(1, 0), RangeError, /^k must be a positive integer, got 0$/],
    ['k 1.5', () => new KNN(1, 1.5), RangeError, /^k must be a positive integer, got 1.5$/],
    ['k missing', () => new (KNN as unknown as new (w: number) => KNN)(1), TypeError, /^k must .*undefined/],
    ['k [1]', () => new KNN(1, wrong([1])), TypeError, /^k must .*array/],
    ['options 5', () => new KNN(1, 1, wrong(5)), TypeError, /options.*5/],
    ['options null', () => new KNN(1, 1, wrong(null)), TypeError, /options.*null/],
    ['options "zscore"', () => new KNN(2, 1, wrong('zscore')), TypeError, /options.*zscore/],
    ['an unknown option', () => new KNN(2, 1, wrong({ normalise: 'mean' })), RangeError, /normalise.*normalize/],
    [
      'normalize "robust"',
      () => new KNN(2, 1, { normalize: wrong('robust') }),
      RangeError,
      /normalize.*zscore.*robust/,
    ],
    ['normalize true', () => new KNN(2, 1, { normalize: wrong(true) }), TypeError, /normalize.*true/],
    ['normalize with windowSize 1', () => new KNN(1, 1, { normalize: 'zscore' }), RangeError, /windowSize.*2.*1/],
    ['normalize "mean" with windowSize 1', () => new KNN(1, 1, { normalize: 'mean' }), RangeError, /windowSize/],
    ['aggregation "sum"', () => new KNN(2, 1, { aggregation: wrong('sum') }), RangeError, /aggregation.*median.*sum/],
    ['aggregation 3', () => new KNN(2, 1, { aggregation: wrong(3) }), TypeError, /aggregation.*3/],
    ['exclusionZone −1', () => new KNN(2, 1, { exclusionZone: -1 }), RangeError, /exclusionZone.*integer.*-1/],
    ['exclusionZone 0.5', () => new KNN(2, 1, { exclusionZone: 0.5 }), RangeError, /exclusionZone.*integer.*0.5/],
    ['exclusionZone "1"', () => new KNN(2, 1, { exclusionZone: wrong('1') }), TypeError, /exclusionZone.*integer.*1/],
    ['side "right"', () => new KNN(2, 1, { side: wrong('right') }), RangeError, /side.*left.*right/],
    ['side 1', () => new KNN(2, 1, { side: wrong(1) }), TypeError, /side.*1/],
    ['missing "skip"', () => new KNN(2, 1, { missing: wrong('skip') }), RangeError, /missing.*omit.*skip/],
    ['missing null', () => new KNN(2, 1, { missing: wrong(null) }), TypeError, /missing.*null/],
    ['align "start"', () => new KNN(2, 1, { align: wrong('start') }), RangeError, /align.*center.*cover.*start/],
    ['align 0', () => new KNN(2, 1, { align: wrong(0) }), TypeError, /align.*0/],
    ['engine "gpu"', () => new KNN(2, 1, { engine: wrong('gpu') }), RangeError, /engine.*brute.*gpu/],
    ['engine {}', () => new KNN(2, 1, { engine: wrong({}) }), TypeError, /engine/],
    ['metric "manhattan"', () => new KNN(2, 1, { metric: wrong('manhattan') }), TypeError, /metric.*manhattan/],
    ['metric null', () => new KNN(2, 1, { metric: wrong(null) }), TypeError, /metric.*null/],
    ['metric {}', () => new KNN(2, 1, { metric: wrong({}) }), TypeError, /metric/],
    [
      'engine "kdtree" for a function metric',
      () => new KNN(2, 1, { engine: 'kdtree', metric: manhattan }).score(series),
      RangeError,
      /kdtree.*function/,
    ],
  ]);
});

describe('new StreamingKNN(windowSize, k, options)', () => {
  const stream = (options: object) => () => new StreamingKNN(2, 1, options);
  const fleet = (options: object) => () => new Fleet({ windowSize: 2, k: 1, ...options });
  expectAll([
    ['windowSize 0', () => new StreamingKNN(0, 1), RangeError, /^windowSize must be a positive integer, got 0$/],
    ['k "1"', () => new StreamingKNN(1, wrong('1')), TypeError, /^k must be a positive integer, got string "1"$/],
    ['history 0', stream({ history: 0 }), RangeError, /^history must be a positive integer or Infinity, got 0$/],
    ['history 1.5', stream({ history: 1.5 }), RangeError, /^history.*1.5/],
    ['history NaN', stream({ history: NaN }), RangeError, /^history.*NaN/],
    ['history "all"', stream({ history: 'all' }), TypeError, /^history.*all/],
    ['side', stream({ side: 'left' }), RangeError, /^options.side is unknown/],
    ['engine', stream({ engine: 'brute' }), RangeError, /^options.engine is unknown/],
    ['align', stream({ align: 'cover' }), RangeError, /^align is for batch scores: .*new KNN\(w, k, { align }\)$/],
    ['align in a fleet', fleet({ align: 'end' }), RangeError, /^align is for batch scores: /],
    ['options null', () => new StreamingKNN(1, 1, wrong(null)), TypeError, /options.*null/],
    ['an unfitted metric', stream({ metric: mahalanobis() }), TypeError, /mahalanobis\.fit/],
    [
      'a metric fitted for another window',
      stream({ metric: mahalanobis.fit([1, 2, 4, 3, 1], 3) }),
      RangeError,
      /fitted for windowSize 3/,
    ],
    ['metric null', stream({ metric: null }), TypeError, /metric.*null/],
    ['normalize with windowSize 1', () => new StreamingKNN(1, 1, { normalize: 'mean' }), RangeError, /windowSize/],
    ['exclusionZone −1', stream({ exclusionZone: -1 }), RangeError, /exclusionZone.*-1/],
    ['missing "skip"', stream({ missing: 'skip' }), RangeError, /missing.*skip/],
    ['aggregation 3', stream({ aggregation: 3 }), TypeError, /aggregation.*3/],
    ['a reference and a history', stream({ reference: [1, 2], history: 5 }), RangeError, /^history does not apply/],
    [
      'a reference and an exclusion zone',
      stream({ reference: [1, 2], exclusionZone: 0 }),
      RangeError,
      /^exclusionZone does not apply/,
    ],
    ['a reference without a window', stream({ reference: [1, null, 2] }), RangeError, /^reference must hold.*3 values/],
    ['a reference of text', stream({ reference: ['1', '2'] }), TypeError, /^reference\[0\]/],
    [
      'a reference with a missing value where that throws',
      stream({ reference: [1, 2, NaN], missing: 'throw' }),
      RangeError,
      /^reference\[2\] is missing/,
    ],
    ['load of text', () => StreamingKNN.load(wrong('KNNA')), TypeError, /bytes must be a Uint8Array/],
    ['load with an unknown option', () => StreamingKNN.load(wrong(1), wrong({ k: 1 })), RangeError, /options.k/],
  ]);
});

describe('the series', () => {
  expectAll([
    ['undefined', () => knn.score(wrong(undefined)), TypeError, /series.*undefined/],
    ['null', () => knn.score(wrong(null)), TypeError, /series.*null/],
    ['a number', () => knn.score(wrong(5)), TypeError, /series.*5/],
    ['a string', () => knn.score(wrong('1,2,3')), TypeError, /series.*1,2,3/],
    ['an object', () => knn.score(wrong({ a: 1 })), TypeError, /series.*object/],
    ['a Set', () => knn.score(wrong(new Set([1]))), TypeError, /series/],
    ['a DataView', () => knn.score(wrong(new DataView(new ArrayBuffer(8)))), TypeError, /series/],
    ['BigInt64Array', () => knn.score(wrong(BigInt64Array.of(1n, 2n))), TypeError, /series.*BigInt/i],
    ['BigUint64Array', () => knn.score(wrong(new BigUint64Array(0))), TypeError, /series.*BigInt/i],
    ['with a string at 2', () => knn.score(wrong([1, 2, '3', 4])), TypeError, /series.*\b2\b.*"3"/],
    ['with a boolean at 1', () => knn.score(wrong([1, true])), TypeError, /series.*\b1\b.*true/],
    ['with a bigint at 0', () => knn.score(wrong([1n, 2])), TypeError, /series.*\b0\b.*1/],
    ['with an array at 3', () => knn.score(wrong([1, 2, 3, [4]])), TypeError, /series.*\b3\b.*array/],
    ['with a date at 1', () => knn.score(wrong([1, new Date(0)])), TypeError, /series.*\b1\b.*Date/],
    ['with a string after a missing value', () => knn.score(wrong([null, NaN, 'x'])), TypeError, /\b2\b.*"x"/],
    ['with a string though too short', () => new KNN(9, 1).score(wrong(['x'])), TypeError, /\b0\b.*"x"/],
    ['of neighbors', () => knn.neighbors(wrong('x')), TypeError, /series.*x/],
    ['of explain', () => knn.explain(wrong([1, 'x']), 1), TypeError, /series.*\b1\b.*x/],
    ['of a fitted detector', () => knn.fit(series).score(wrong(['x'])), TypeError, /series.*\b0\b.*x/],
    ['of mahalanobis.fit', () => mahalanobis.fit(wrong([1, 'x']), 2), TypeError, /series.*\b1\b.*x/],
    [
      'missing, with missing: "throw"',
      () => new KNN(2, 1, { missing: 'throw' }).score([1, null]),
      RangeError,
      /\b1\b.*null/,
    ],
  ]);
});

describe('{ reference } and fit(reference)', () => {
  const score = (reference: unknown) => () => knn.score(series, { reference: wrong(reference) });
  expectAll([
    ['options "x"', () => knn.score(series, wrong('x')), TypeError, /options.*x/],
    ['an unknown option', () => knn.score(series, wrong({ threads: 4 })), RangeError, /threads/],
    ['reference "x"', score('x'), TypeError, /reference.*x/],
    ['reference null', score(null), TypeError, /reference.*null/],
    ['reference with a string', score([1, 'x']), TypeError, /reference.*\b1\b.*x/],
    ['reference empty', score([]), RangeError, /reference.*2.*0/],
    ['reference too short', score([1]), RangeError, /reference/],
    ['reference without a valid window', score([1, NaN, 2, NaN, 3]), RangeError, /reference.*missing/],
    ['fit without a valid window', () => knn.fit([NaN, NaN]), RangeError, /reference/],
    ['fit()', () => knn.fit(wrong(undefined)), TypeError, /reference.*undefined/],
    ['side', () => new KNN(2, 1, { side: 'left' }).score(series, { reference: series }), RangeError, /side.*reference/],
    ['side, fit', () => new KNN(2, 1, { side: 'left' }).fit(series), RangeError, /side.*reference/],
    [
      'exclusionZone',
      () => new KNN(2, 1, { exclusionZone: 2 }).neighbors(series, { reference: series }),
      RangeError,
      /exclusionZone.*reference/,
    ],
    [
      'exclusionZone, explain',
      () => new KNN(2, 1, { exclusionZone: 2 }).explain(series, 3, { reference: series }),
      RangeError,
      /exclusionZone.*reference/,
    ],
  ]);

  test('an error leaves the detector as it was', () => {
    expect(score([])).toThrow(RangeError);
    expect(() => knn.score(wrong([1, 'x']))).toThrow(TypeError);
    expect(knn.score(series)).toEqual(new KNN(2, 1).score(series));
  });
});

describe('a function metric', () => {
  const score = (value: unknown, options: object = {}) => {
    const metric = (a: ArrayLike<number>, b: ArrayLike<number>) => (a[0] === 10 && b[0] === 1 ? (value as number) : 1);
    return () => new KNN(1, 1, { metric }).score([5, 5, 10, 5, 1], options);
  };
  expectAll([
    ['NaN', score(NaN), RangeError, /metric.*NaN.*\b2\b.*\b4\b/],
    ['negative', score(-1e-300), RangeError, /metric.*-1e-300.*\b2\b.*\b4\b/],
    ['−Infinity', score(-Infinity), RangeError, /metric.*-Infinity.*\b2\b.*\b4\b/],
    ['NaN with a reference', score(NaN, { reference: [3, 1] }), RangeError, /metric.*NaN.*\b2\b.*\b1\b/],
  ]);

  test('may give −0 and Infinity', () => {
    expect(score(-0)).not.toThrow();
    expect(score(Infinity)).not.toThrow();
  });

  test('that throws is not disguised', () => {
    const metric = () => {
      throw new Error('mine');
    };
    expect(() => new KNN(1, 1, { metric }).score([1, 2])).toThrow('mine');
  });
});

describe('explain(series, t)', () => {
  expectAll([
    ['t before the first window', () => knn.explain(series, 0), RangeError, /^t must.*0/],
    ['t behind the series', () => knn.explain(series, 5), RangeError, /^t must.*5/],
    ['t −1', () => knn.explain(series, -1), RangeError, /^t must.*-1/],
    ['t 1.5', () => knn.explain(series, 1.5), RangeError, /^t must.*1\.5/],
    ['t "3"', () => knn.explain(series, wrong('3')), TypeError, /^t must.*3/],
    ['no window at all', () => new KNN(9, 1).explain(series, 3), RangeError, /^t must.*3/],
  ]);
});

describe('topAnomalies(scores, n, options)', () => {
  expectAll([
    ['scores undefined', () => topAnomalies(wrong(undefined), 1), TypeError, /scores.*undefined/],
    ['scores 5', () => topAnomalies(wrong(5), 1), TypeError, /scores.*5/],
    ['n −1', () => topAnomalies([1], -1), RangeError, /^n must.*integer.*-1/],
    ['n 1.5', () => topAnomalies([1], 1.5), RangeError, /^n must.*integer.*1.5/],
    ['n "2"', () => topAnomalies([1], wrong('2')), TypeError, /^n must.*integer.*2/],
    ['separation 0', () => topAnomalies([1], 1, { separation: 0 }), RangeError, /separation.*positive integer.*0/],
    ['separation 2.5', () => topAnomalies([1], 1, { separation: 2.5 }), RangeError, /separation.*integer.*2.5/],
    ['separation null', () => topAnomalies([1], 1, { separation: wrong(null) }), TypeError, /separation.*null/],
    ['options 3', () => topAnomalies([1], 1, wrong(3)), TypeError, /options.*3/],
  ]);
});

describe('knn-anomaly/metrics', () => {
  expectAll([
    [
      'covariance "shrunk"',
      () => mahalanobis({ covariance: wrong('shrunk') }),
      RangeError,
      /covariance.*ledoit-wolf.*shrunk/,
    ],
    ['covariance 5', () => mahalanobis({ covariance: wrong(5) }), TypeError, /covariance.*5/],
    ['covariance null', () => mahalanobis({ covariance: wrong(null) }), TypeError, /covariance.*null/],
    ['covariance {}', () => mahalanobis({ covariance: wrong({}) }), TypeError, /covariance/],
    ['ridge −1', () => mahalanobis({ covariance: { ridge: -1 } }), RangeError, /ridge.*-1/],
    ['ridge NaN', () => mahalanobis({ covariance: { ridge: NaN } }), RangeError, /ridge.*NaN/],
    ['ridge Infinity', () => mahalanobis({ covariance: { ridge: Infinity } }), RangeError, /ridge.*Infinity/],
    ['ridge "1"', () => mahalanobis({ covariance: { ridge: wrong('1') } }), TypeError, /ridge.*1/],
    ['options "pinv"', () => mahalanobis(wrong('pinv')), TypeError, /options.*pinv/],
    ['an unknown option', () => mahalanobis(wrong({ shrinkage: 1 })), RangeError, /shrinkage/],
    [
      'fit with windowSize 0',
      () => mahalanobis.fit(series, 0),
      RangeError,
      /^windowSize must be a positive integer, got 0$/,
    ],
    ['fit without windowSize', () => mahalanobis.fit(series, wrong(undefined)), TypeError, /windowSize.*undefined/],
    [
      'fit with normalize "no"',
      () => mahalanobis.fit(series, 2, { normalize: wrong('no') }),
      RangeError,
      /normalize.*no/,
    ],
    ['fit of one value, normalized', () => mahalanobis.fit(series, 1, { normalize: 'mean' }), RangeError, /windowSize/],
    ['fit of too short a series', () => mahalanobis.fit([1], 2), RangeError, /series.*2.*1/],
    [
      'a matrix with a string in it',
      () => mahalanobis.fit(series, 1, { covariance: wrong([['x']]) }),
      TypeError,
      /covariance.*x/,
    ],
    ['minkowski(0)', () => minkowski(0), RangeError, /^p must.*0/],
    ['minkowski(NaN)', () => minkowski(NaN), RangeError, /^p must.*NaN/],
    ['minkowski("2")', () => minkowski(wrong('2')), TypeError, /^p must.*2/],
  ]);
});

describe('knn-anomaly/evaluate', () => {
  const labels = [{ begin: 1, end: 2 }];
  const scores = [0, 1, 2, 3];
  const roc = (scores: unknown, labels: unknown) => () => rocAuc(wrong(scores), wrong(labels));
  const nab =
    (corpus: unknown, options: unknown = {}) =>
    () =>
      nabScore(wrong(corpus), wrong(options));
  expectAll([
    ['scores 5', roc(5, labels), TypeError, /^scores must be an array of numbers, got number 5$/],
    ['scores[1] "1"', roc([0, '1'], [0, 1]), TypeError, /^scores\[1\] must be a number, null or undefined, got string/],
    ['labels null', roc(scores, null), TypeError, /^labels must be an array of ranges \{ begin, end \} or.*got null$/],
    ['labels too short', roc(scores, [0, 1]), RangeError, /^labels must hold one label per value, 4 of them, got 2$/],
    ['a label 2', roc(scores, [0, 1, 2, 0]), RangeError, /^labels\[2\] must be 0 or 1, got 2$/],
    ['a label NaN', roc(scores, [0, 1, NaN, 0]), RangeError, /^labels\[2\] must be 0 or 1, got NaN$/],
    ['a label "1"', roc(scores, ['1', 0, 0, 0]), TypeError, /^labels\[0\] must be 0 or 1, got string "1"$/],
    [
      'a range behind the end',
      roc(scores, [{ begin: 1, end: 4 }]),
      RangeError,
      /^labels\[0\].*the 4 values, got 1 to 4/,
    ],
    [
      'a range backwards',
      roc(scores, [{ begin: 2, end: 1 }]),
      RangeError,
      /^labels\[0\] must not end before it begins/,
    ],
    ['a range without end', roc(scores, [{ begin: 2 }]), TypeError, /^labels\[0\]\.end.*integer, got undefined$/],
    ['a pair', roc(scores, [[1, 2]]), TypeError, /^labels\[0\]\.begin must be a non-negative integer, got undefined$/],
    ['overlapping', roc(scores, [{ begin: 1, end: 2 }, ...labels]), RangeError, /must not overlap.*1 to 2.*join them/],
    ['no anomaly', roc(scores, []), RangeError, /^labels must hold at least one anomaly, got none$/],
    ['no anomaly as zeros', roc(scores, [0, 0, 0, 0]), RangeError, /at least one anomaly/],
    ['nothing normal', roc(scores, [{ begin: 0, end: 3 }]), RangeError, /at least one value normal, got 4 of 4/],
    ['threshold "1"', () => eventF1(scores, labels, wrong('1')), TypeError, /^threshold must be a number, got string/],
    ['threshold NaN', () => eventF1(scores, labels, NaN), RangeError, /^threshold must be a number, got NaN$/],
    ['no threshold', () => affiliation(scores, labels, wrong(undefined)), TypeError, /^threshold.*undefined$/],
    [
      'alpha 2',
      () => rangeF1(scores, labels, 1, { alpha: 2 }),
      RangeError,
      /^alpha must be a number from 0 to 1, got 2/,
    ],
    ['alpha "1"', () => rangeF1(scores, labels, 1, { alpha: wrong('1') }), TypeError, /^alpha.*string/],
    ['bias "top"', () => rangeF1(scores, labels, 1, { bias: wrong('top') }), RangeError, /^bias.*'front'.*"top"$/],
    [
      'cardinality 1',
      () => rangeF1(scores, labels, 1, { cardinality: wrong(1) }),
      TypeError,
      /^cardinality.*'one'.*1$/,
    ],
    ['window −1', () => vusRoc(scores, labels, { window: -1 }), RangeError, /^window must be a non-negative integer/],
    ['an unknown option', () => vusPr(scores, labels, wrong({ buffer: 1 })), RangeError, /options\.buffer.*window/],
    ['corpus {}', nab({}), TypeError, /^corpus must be an array of series, got an object/],
    ['corpus [5]', nab([5]), TypeError, /^corpus\[0\] must be an object \{ scores, labels \}, got number 5$/],
    ['a corpus without windows', nab([{ scores, labels: [] }]), RangeError, /^corpus must have at least one window/],
    ['its labels', nab([{ scores, labels: [1] }]), RangeError, /^corpus\[0\]\.labels must hold one label per value/],
    ['profile "low"', nab([{ scores, labels }], { profile: 'low' }), RangeError, /^profile.*'standard'.*"low"$/],
    [
      'threshold null',
      nab([{ scores, labels }], { threshold: null }),
      TypeError,
      /^threshold must be a number, got null/,
    ],
    ['no series', () => ucrAccuracy([]), RangeError, /^corpus must hold at least one series, got none$/],
    ['two anomalies', () => ucrAccuracy([{ scores, labels: [1, 0, 1, 0] }]), RangeError, /one anomaly, got 2$/],
    [
      'train of all',
      () => ucrAccuracy([{ scores, labels, train: 4 }]),
      RangeError,
      /^corpus\[0\]\.train.*4 values, got 4$/,
    ],
  ]);
});
