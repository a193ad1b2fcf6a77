// Pairs a detector with the calibrator of its scores: one streaming detector whose score is a surprise.

import { toNumber, type Value } from '../../core/series.ts';
import { StateReader, StateWriter } from '../../core/state.ts';
import { learnAll, learnOf, type StreamingDetector } from '../../core/streaming-detector.ts';
import type { NextWindow } from '../../stream/next-window.ts';
import { StreamingKNN } from '../../stream/streaming-knn.ts';
import { Novelty } from '../rules/novelty.ts';
import type { PastValues, Rule } from '../rules/rule.ts';
import { farthest, nearest, type SurpriseCurve } from '../rules/surprise-curve.ts';
import { Calibrator } from './calibrator.ts';

/** The kind in the saved bytes: the name that the class had first. Saved bytes never change. */
const KIND = 'Calibrated';
const FORMAT = 1;

/** Restores a detector from what its `save` returned. */
export type LoadDetector = (bytes: Uint8Array) => StreamingDetector;

/** A detector whose score is the surprise of another detector's score: see {@link Calibrator}. */
export class CalibratedDetector implements Rule {
  readonly detector: StreamingDetector;
  readonly #calibrator: Calibrator;
  /** The score that `detector` gave the last value, and its surprise. Both are NaN before the first value. */
  score: number = NaN;
  surprise: number = NaN;

  /** The value between `judge` and `settle`, and whether it is to be learned. */
  #value = NaN;
  #isLearned: boolean;
  #isPending: boolean;

  constructor(detector: StreamingDetector, calibrator: Calibrator) {
    this.detector = detector;
    this.#calibrator = calibrator;
    this.#isLearned = false;
    this.#isPending = false;
  }

  /** The values that `detector` has seen, if it is a `Novelty`. Other detectors know their reasons themselves. */
  get pastValues(): PastValues | undefined {
    return this.detector instanceof Novelty ? this.detector : undefined;
  }

  get numScores(): number {
    return this.#calibrator.numScores;
  }

  /** `undefined`: the values are the only view. */
  get strangest(): undefined {
    return undefined;
  }

  /** Values per window of a `StreamingKNN`. */
  get windowSize(): number {
    return this.detector instanceof StreamingKNN ? this.detector.windowSize : 1;
  }

  update(x: Value, options?: { learn?: boolean }): number {
    const surprise = this.judge(toNumber(x), learnOf(options));
    this.settle();
    return surprise;
  }

  judge(x: number, learn: boolean): number {
    const { detector } = this;
    this.#isPending = true;
    this.#isLearned = learn;
    this.#value = x;
    this.score = detector instanceof Novelty ? detector.peek(x) : detector.update(x, { learn });
    this.surprise = this.#calibrator.peek(this.score);
    return this.surprise;
  }

  settle(): void {
    const learn = this.#isLearned;
    this.#isPending = false;
    if (this.detector instanceof Novelty) this.detector.take(this.#value, learn);
    this.#calibrator.take(this.score, learn);
  }

  touch(): number {
    const { detector } = this;
    const isKnown = detector instanceof Novelty || detector instanceof StreamingKNN;
    return this.score + this.#calibrator.touch() + (isKnown ? detector.touch() : 0);
  }

  surpriseCurve(window: Float64Array): SurpriseCurve | undefined {
    const { detector } = this;
    if (detector instanceof Novelty) return this.#surpriseCurve(NaN, (x) => detector.peek(x));
    if (!(detector instanceof StreamingKNN)) return undefined;
    const windows = detector.nextWindow(this.#isPending ? { forgotten: detector.forgotten, window } : undefined);
    return windows && this.#surpriseCurve(windows.expected, (x) => windows.score(x));
  }

  comparedWindows(window: Float64Array): NextWindow | undefined {
    if (!(this.detector instanceof StreamingKNN) || this.detector.windowSize === 1) return undefined;
    return this.detector.nextWindow({ forgotten: NaN, window });
  }

  peek(x: Value): number {
    return this.#calibrator.peek(this.detector.peek(x));
  }

  learn(series: Iterable<Value>): number[] {
    return learnAll(this, series);
  }

  reset(): void {
    this.detector.reset();
    this.#calibrator.reset();
    this.score = NaN;
    this.surprise = NaN;
  }

  save(): Uint8Array {
    const state = new StateWriter(KIND, FORMAT);
    state.bytes(this.detector.save());
    state.bytes(this.#calibrator.save());
    state.f64(this.score);
    state.f64(this.surprise);
    return state.finish();
  }

  /** The detector that `save` wrote; it goes on bit for bit. @throws RangeError for damaged or newer bytes */
  static load(bytes: Uint8Array, loadDetector: LoadDetector): CalibratedDetector {
    const state = new StateReader(bytes, KIND, FORMAT);
    const detector = loadDetector(state.bytes());
    const loaded = new CalibratedDetector(detector, Calibrator.load(state.bytes()));
    loaded.score = state.f64();
    loaded.surprise = state.f64();
    state.end();
    return loaded;
  }

  /** Of a detector whose score moves by no more than the value does. Surprises grow with scores. */
  #surpriseCurve(expected: number, scoreOf: (x: number) => number): SurpriseCurve {
    const calibrator = this.#calibrator;
    const at = (x: number): ReturnType<SurpriseCurve['at']> => {
      const score = scoreOf(x);
      return {
        surprise: calibrator.peek(score),
        atMost: (radius) => calibrator.peek(farthest(score, radius)),
        atLeast: (radius) => calibrator.peek(nearest(score, radius)),
      };
    };
    return { expected, isolated: NaN, at };
  }
}
