// The option `budget` of Monitors: one threshold for all series, which the number of alarms steers.
//
// Let b = perDay/(ticks of a day) be the alarms that a tick may have, and c the alarms of a tick that count. After every tick
//
//   threshold ← threshold + gain·(c − b), held between the bounds,   gain = START_SHARE·start/max(LEAST, perDay).
//
// This is stochastic approximation (Robbins and Monro 1951) with a gain that stays, as in adaptive conformal inference (Gibbs
// and Candès 2021, "Adaptive conformal inference under distribution shift", proposition 4.1). Its sum telescopes: while the
// bounds are not touched, the counted alarms of T ticks are b·T + (threshold after − threshold before)/gain. So whatever the data
// are, their rate differs from b by at most (highest − lowest)/(gain·T).
//
// An outage of many series at once must not deafen the fleet for weeks. So alarms count only as far as there is credit for them.
// The credit is at most max(LEAST, perDay), a day's budget, and grows by OVERLOAD·b per tick. An outage raises the threshold
// by START_SHARE·start at once and by (OVERLOAD − 1) times that per day while it lasts. A day without alarms takes as much off.
// Both are less per day where perDay is below LEAST.
import { checkNumber, checkOptions, describe, isPositive } from '../../core/checks.ts';
import type { StateReader, StateWriter } from '../../core/state.ts';

/**
 * The option `budget` of `Monitors`. The threshold begins at that of the monitors and stays between half of it and ten times it. A
 * day without alarms takes a quarter of it off, a day with twice the budget adds a quarter; less where `perDay` is below 4. Alarms
 * beyond a day's budget at once, or beyond four times the budget for long, do not count: an outage does not deafen the fleet.
 */
export interface BudgetOptions {
  /** Alarms of all series together that a day shall have in the long run, above 0. */
  perDay: number;
  /** Seconds from tick to tick, above 0; default that of the monitors, 60. */
  step?: number;
}

/** How much of the threshold at the start a day without alarms takes off. */
const START_SHARE = 0.25;

/** The bounds, as multiples of the threshold at the start. */
const LOWEST = 0.5;
const HIGHEST = 10;

/** A budget below this moves the threshold by no more per alarm: else a single one would be a leap. */
const LEAST = 4;

/** How many times the budget counts in the long run. */
const OVERLOAD = 4;

const SECONDS_PER_DAY = 86_400;

const POSITIVE = 'a finite number above 0';

export class AlarmBudget {
  readonly perDay: number;
  readonly step: number;
  readonly start: number;
  threshold: number;
  /** How many alarms may count now. */
  #credit: number;

  /** @param start the threshold to begin with */
  constructor(perDay: number, step: number, start: number) {
    this.perDay = perDay;
    this.step = step;
    this.start = start;
    this.threshold = start;
    this.#credit = this.#maxCredit;
  }

  /** Ends a tick that had this many alarms. */
  count(numAlarms: number): void {
    const { start } = this;
    const perTick = (this.perDay * this.step) / SECONDS_PER_DAY;
    const counted = Math.min(numAlarms, this.#credit);
    this.#credit = Math.min(this.#credit - counted + OVERLOAD * perTick, this.#maxCredit);
    const gain = (START_SHARE * start) / this.#maxCredit;
    const moved = this.threshold + gain * (counted - perTick);
    this.threshold = Math.min(Math.max(moved, LOWEST * start), HIGHEST * start);
  }

  reset(): void {
    this.threshold = this.start;
    this.#credit = this.#maxCredit;
  }

  write(state: StateWriter): void {
    for (const value of [this.perDay, this.step, this.start, this.threshold, this.#credit]) state.f64(value);
  }

  static read(state: StateReader): AlarmBudget {
    const budget = new AlarmBudget(state.f64(), state.f64(), state.f64());
    budget.threshold = state.f64();
    budget.#credit = state.f64();
    return budget;
  }

  get #maxCredit(): number {
    return Math.max(LEAST, this.perDay);
  }
}

/**
 * @param step that of the monitors, if it was given
 * @param start the threshold of the monitors
 * @throws TypeError for a wrong kind, RangeError for a wrong value
 */
export function makeBudget(options: BudgetOptions, step: number | undefined, start: number): AlarmBudget {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`budget must be an object such as { perDay: 20 }, got ${describe(options)}`);
  }
  checkOptions(options, ['perDay', 'step']);
  const { perDay, step: own = step ?? 60 } = options;
  checkNumber(perDay, 'budget.perDay', POSITIVE, isPositive);
  checkNumber(own, 'budget.step', POSITIVE, isPositive);
  if (step !== undefined && own !== step) {
    throw new RangeError(`budget.step must be the step of the monitors, ${step}, got ${own}: give one of them`);
  }
  return new AlarmBudget(perDay, own, start);
}
