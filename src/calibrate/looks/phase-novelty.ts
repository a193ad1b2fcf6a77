// A look at what is usual at this time of day: a night's value at noon.
import { checkOptions } from '../../core/checks.ts';
import type { StateReader, StateWriter } from '../../core/state.ts';
import { Calibrator } from '../calibration/calibrator.ts';
import { type CalendarOptions, CalendarPhase, checkCalendar } from './calendar.ts';
import type { Look } from './look.ts';
import { checkPeriod, type Phase, PositionPhase } from './phase.ts';
import { PhaseCover } from './phase-cover.ts';

const THRESHOLD = 25;

/** The period of a series: one of the two. */
export interface PhaseNoveltyOptions {
  /** Values from one period to the next, at least 2. */
  period?: number;
  /** The clocks that the series follows; then each value needs its time. */
  calendar?: CalendarOptions;
}

export class PhaseNovelty implements Look {
  readonly name: string = 'phase';
  readonly threshold: number = THRESHOLD;
  readonly #phase: Phase;
  #cover: PhaseCover;
  /** Distances of past values to the nearest one of their phase. */
  #distances: Calibrator;
  /** The index of the next value. */
  #index: number;
  /** The time of the first value; NaN before it. */
  #first: number;
  /** The distance of the last value; NaN if there was none to compare it with. */
  #distance: number;

  /** @throws TypeError for an argument of the wrong kind, RangeError for a wrong value */
  constructor(options: PhaseNoveltyOptions) {
    this.#phase = phaseOf(options);
    this.#cover = new PhaseCover(this.#phase.numBins);
    this.#distances = new Calibrator();
    this.#index = 0;
    this.#first = NaN;
    this.#distance = NaN;
  }

  get says(): string {
    if (Number.isNaN(this.#distance)) return '';
    return `is ${Number(this.#distance.toPrecision(3))} from the nearest past value ${this.#phase.words}`;
  }

  /** @throws TypeError or RangeError for a missing time where a calendar is set; nothing is changed then */
  update(x: number, learn: boolean, time: number): number {
    const bin = this.#phase.bin(this.#index, time);
    const distance = this.#distanceOf(x, bin);
    const surprise = this.#isReady(time) ? this.#surprise(distance) : 0;
    if (learn && !Number.isNaN(x)) {
      this.#distances.update(distance);
      this.#cover.keep(bin, x);
    }
    this.#distance = distance;
    if (this.#index === 0) this.#first = time;
    this.#index++;
    return surprise;
  }

  /** @throws TypeError or RangeError for a missing time where a calendar is set */
  peek(x: number, time: number): number {
    const bin = this.#phase.bin(this.#index, time);
    return this.#isReady(time) ? this.#surprise(this.#distanceOf(x, bin)) : 0;
  }

  reset(): void {
    this.#cover.clear();
    this.#distances.reset();
    this.#index = 0;
    this.#first = NaN;
    this.#distance = NaN;
  }

  write(state: StateWriter): void {
    state.u8(this.#phase instanceof CalendarPhase ? 1 : 0);
    this.#phase.write(state);
    this.#cover.write(state);
    state.bytes(this.#distances.save());
    state.uint(this.#index);
    state.f64(this.#first);
    state.f64(this.#distance);
  }

  static read(state: StateReader): PhaseNovelty {
    const isCalendar = state.u8() === 1;
    const options = isCalendar ? { calendar: CalendarPhase.read(state).options } : PositionPhase.read(state).options;
    const look = new PhaseNovelty(options);
    look.#cover = PhaseCover.read(state);
    look.#distances = Calibrator.load(state.bytes());
    look.#index = state.uint();
    look.#first = state.f64();
    look.#distance = state.f64();
    return look;
  }

  /** NaN for a missing value, and where nothing has come at this phase. */
  #distanceOf(x: number, bin: number): number {
    const distance = this.#cover.distance(bin, this.#phase.reach, x);
    return distance === Infinity ? NaN : distance;
  }

  #isReady(time: number): boolean {
    return this.#index > 0 && this.#phase.isComplete(this.#index, time, this.#first);
  }

  #surprise(distance: number): number {
    return Number.isNaN(distance) ? 0 : this.#distances.peek(distance);
  }
}

function phaseOf(options: PhaseNoveltyOptions): Phase {
  checkOptions(options, ['period', 'calendar']);
  const { period, calendar } = options;
  if (period !== undefined && calendar !== undefined) {
    throw new RangeError('period and calendar exclude each other: give one of them');
  }
  if (calendar !== undefined) return new CalendarPhase(checkCalendar(calendar));
  checkPeriod(period);
  return new PositionPhase(period);
}
