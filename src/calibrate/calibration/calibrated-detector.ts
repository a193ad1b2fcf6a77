// Pairs a detector with the calibrator of its scores: one streaming detector whose score is a surprise.

import type { Value } from '../../core/series.ts';
import { StateReader, StateWriter } from '../../core/state.ts';
import { learnAll, type StreamingDetector } from '../../core/streaming-detector.ts';
import { Novelty } from '../rules/novelty.ts';
import type { PastValues, Rule } from '../rules/rule.ts';
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
  score: number;
  surprise: number;

  constructor(detector: StreamingDetector, calibrator: Calibrator) {
    this.detector = detector;
    this.#calibrator = calibrator;
    this.score = NaN;
    this.surprise = NaN;
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

  update(x: Value, options: { learn?: boolean } = {}): number {
    this.score = this.detector.update(x, options);
    this.surprise = this.#calibrator.update(this.score, options);
    return this.surprise;
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
}
