// Explains why a value is surprising, as data and in a sentence.
import type { PastValue } from '../rules/novelty.ts';
import type { ViewResult } from '../rules/rule.ts';

/** The result of {@link Monitor.explain}: facts about the last value of a monitor. */
export interface AlarmExplanation {
  /** When the value came, counted in values from 0. */
  readonly time: number;
  readonly value: number;
  /** The past value nearest to `value`; `undefined` without a past. */
  readonly expected: number | undefined;
  /** Whether `value` is above or below `expected`; `undefined` without a past. */
  readonly direction: 'above' | 'below' | 'equal' | undefined;
  /** The past values nearest to `value` and when they came, nearest first. */
  readonly neighbors: readonly PastValue[];
  /** The `score`, `surprise` and `alarm` of {@link MonitorResult}. */
  readonly score: number;
  readonly surprise: number;
  readonly alarm: boolean;
  /** p = e^−surprise of the view in `view`: how often a score this high comes by chance, by extrapolation. */
  readonly pValue: number;
  /** The view with the largest surprise: `'value'`, for the preset 'metrics' also `'shape'`. */
  readonly view: string;
  /** All of this in a sentence. */
  readonly text: string;
}

/** The last value of a monitor and its result; `value` is NaN for a missing one. */
interface LastValue {
  /** Number of scores that its surprise is founded on. */
  readonly numScores: number;
  readonly value: number;
  readonly time: number;
  readonly score: number;
  readonly surprise: number;
  readonly alarm: boolean;
}

/**
 * Explains the last value.
 *
 * @param neighbors the past values nearest to it, nearest first; none for a missing value
 * @param strangest the view with the largest surprise; default: the value itself
 */
export function explainAlarm(
  last: LastValue,
  neighbors: readonly PastValue[],
  strangest: ViewResult = { name: 'value', seen: last.value, surprise: last.surprise },
): AlarmExplanation {
  const { value, time, score, surprise, alarm, numScores } = last;
  const expected = neighbors[0]?.value;
  const order = expected === undefined ? NaN : value - expected;
  const direction = order > 0 ? 'above' : order < 0 ? 'below' : order === 0 ? 'equal' : undefined;
  const text = Number.isNaN(value)
    ? `the value at ${time} is missing`
    : `${sentenceOf(value, time, strangest, neighbors[0])}: ${alarm ? 'an alarm, ' : ''}${rarityOf(strangest.surprise, numScores)}`;
  const pValue = Math.exp(-strangest.surprise);
  return { time, value, expected, direction, neighbors, score, surprise, pValue, alarm, view: strangest.name, text };
}

/** The first part of the sentence: the value, the view and the nearest past value. */
function sentenceOf(value: number, time: number, view: ViewResult, nearest: PastValue | undefined): string {
  const subject = `${show(value)} at ${time}`;
  if (view.says !== undefined) return `${subject} ${view.says}`;
  const observed = view.name === 'value' ? '' : `, where the ${view.name} is ${show(view.seen)},`;
  if (nearest === undefined) return `${subject}${observed} has no past to be compared with`;
  const distance = Math.abs(value - nearest.value);
  if (distance === 0) return `${subject}${observed} was seen before, last at ${nearest.time}`;
  const side = value > nearest.value ? 'above' : 'below';
  return `${subject}${observed} is ${show(distance)} ${side} the nearest value before, ${show(nearest.value)} at ${nearest.time}`;
}

/** The last part of the sentence: how often such a surprise comes by chance, as far as `numScores` scores can tell. */
function rarityOf(surprise: number, numScores: number): string {
  if (Number.isNaN(surprise)) return 'not scored';
  if (surprise === 0) return 'not surprising';
  const numBefore = numScores - 1; // the last one is learned by now
  if (Math.exp(surprise) > numBefore) return `not seen in ${numBefore} values`;
  return `by chance about once in ${show(Math.exp(surprise))} values`;
}

function show(value: number): string {
  return String(Number(value.toPrecision(4)));
}
