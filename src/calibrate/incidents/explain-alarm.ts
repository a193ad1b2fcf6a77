// Why a value is surprising, as data and in a sentence.
import type { PastValue } from '../rules/novelty.ts';

/** What {@link Monitor.explain} tells about the last value. */
export interface AlarmExplanation {
  /** When the value came, counted in values from 0. */
  readonly time: number;
  readonly value: number;
  /** The past value nearest to it, which is the least strange it could have been; `undefined` without a past. */
  readonly expected: number | undefined;
  /** Where `value` lies: above or below what was expected. */
  readonly direction: 'above' | 'below' | 'equal' | undefined;
  /** The past values nearest to it and when they came, nearest first. */
  readonly neighbors: readonly PastValue[];
  /**
   * The detector's score, its surprise, and p: how often a score this high comes by chance, e^−surprise. Of several views
   * it is that of the one that was surprised most.
   */
  readonly score: number;
  readonly surprise: number;
  readonly pValue: number;
  readonly alarm: boolean;
  /** Of several views the one that was surprised most. */
  readonly view: string;
  /** All of it in a sentence. */
  readonly text: string;
}

/** The sentence, without its end. */
export function sentenceOf(
  value: number,
  time: number,
  view: string,
  seen: number,
  neighbors: readonly PastValue[],
): string {
  const [nearest] = neighbors;
  const subject = `${show(value)} at ${time}`;
  const looked = view === 'value' ? '' : `, where the ${view} is ${show(seen)},`;
  if (nearest === undefined) return `${subject}${looked} has no past to be compared with`;
  const distance = Math.abs(value - nearest.value);
  if (distance === 0) return `${subject}${looked} was seen before, last at ${nearest.time}`;
  const side = value > nearest.value ? 'above' : 'below';
  return `${subject}${looked} is ${show(distance)} ${side} the nearest value before, ${show(nearest.value)} at ${nearest.time}`;
}

/** How often that comes by chance. */
export function rarityOf(surprise: number): string {
  if (Number.isNaN(surprise)) return 'not scored';
  if (surprise === 0) return 'not surprising';
  if (surprise > Math.log(1e6)) return 'by chance less than once in a million values';
  return `by chance about once in ${show(Math.exp(surprise))} values`;
}

function show(value: number): string {
  return String(Number(value.toPrecision(4)));
}
