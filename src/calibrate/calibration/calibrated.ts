// A detector and the calibrator of its scores, as one.

import type { Value } from '../../core/series.ts';
import { StateReader, StateWriter } from '../../core/state.ts';
import { learnAll, type StreamingDetector } from '../../core/streaming-detector.ts';
import { Calibrator } from './calibrator.ts';

const KIND = 'Calibrated';
const FORMAT = 1;

/** Restores a detector from what its `save` returned. */
export type LoadDetector = (bytes: Uint8Array) => StreamingDetector;

/** Scores values by the surprise of a detector's score: see `Calibrator`. */
export class Calibrated implements StreamingDetector {
  readonly detector: StreamingDetector;
  readonly #calibrator: Calibrator;
  /** The detector's score of the last value, and its surprise. NaN before the first. */
  score: number;
  surprise: number;

  constructor(detector: StreamingDetector, calibrator: Calibrator) {
    this.detector = detector;
    this.#calibrator = calibrator;
    this.score = NaN;
    this.surprise = NaN;
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

  /** What `save` wrote. @throws RangeError for damaged or newer bytes */
  static load(bytes: Uint8Array, loadDetector: LoadDetector): Calibrated {
    const state = new StateReader(bytes, KIND, FORMAT);
    const detector = loadDetector(state.bytes());
    const calibrated = new Calibrated(detector, Calibrator.load(state.bytes()));
    calibrated.score = state.f64();
    calibrated.surprise = state.f64();
    state.end();
    return calibrated;
  }
}
