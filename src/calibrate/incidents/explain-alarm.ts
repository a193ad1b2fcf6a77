// Explains why a value is surprising, as data and in a sentence.
import type { SimilarWindow } from '../../stream/next-window.ts';
import type { PastValue } from '../rules/novelty.ts';
import type { ViewResult } from '../rules/rule.ts';
import type { Interval } from './quiet-interval.ts';

/** A past value or window in an explanation, and when it came. */
export interface ExplainedNeighbor extends PastValue {
  /** Milliseconds since 1970; absent where no times were given. */
  readonly date?: number;
}

/** A window that the last one was compared with. */
export interface ExplainedWindow {
  /** The indices of its first and its last value. */
  readonly begin: number;
  readonly end: number;
  /** Its distance from the window that ends with the value. */
  readonly distance: number;
  /** The value that it ends with. */
  readonly value: number;
  /** When it ended, in milliseconds since 1970; absent where no times were given. */
  readonly date?: number;
}

/** The result of {@link Monitor.explain}: facts about the last value of a monitor. */
export interface AlarmExplanation {
  /** When the value came, counted in values from 0. */
  readonly time: number;
  /** The same in milliseconds since 1970; absent where no times were given. */
  readonly date?: number;
  readonly value: number;
  /** What the most similar windows went on with; without windows, the past value nearest to `value`; `undefined` without a past. */
  readonly expected: number | undefined;
  /** What would have been quiet: there, or where the incident under way began; else NaN. */
  readonly low: number;
  readonly high: number;
  /** Whether `value` is above or below `expected`; `undefined` without a past. */
  readonly direction: 'above' | 'below' | 'equal' | undefined;
  /** The past values nearest to `value` and when they came, nearest first; none with a detector of your own. */
  readonly neighbors: readonly ExplainedNeighbor[];
  /** The past windows nearest to the one that ends with the value, nearest first; none where the rule has no windows. */
  readonly windows: readonly ExplainedWindow[];
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

/** What is known of the last value of a monitor; `value` is NaN for a missing one. */
export interface Facts {
  readonly value: number;
  readonly time: number;
  readonly score: number;
  readonly surprise: number;
  readonly alarm: boolean;
  /** Number of scores that its surprise is founded on. */
  readonly numScores: number;
  /** The past values nearest to it, nearest first; none for a missing value. */
  readonly values: readonly PastValue[];
  /** What its window is compared with; `undefined` where the rule has no windows. */
  readonly windows:
    | { readonly size: number; readonly similar: readonly SimilarWindow[]; readonly expected: number }
    | undefined;
  /** The incident that the value is part of: where it began, and what was expected and quiet there. */
  readonly incident: (Interval & { readonly begin: number; readonly expected: number }) | undefined;
  /** The view with the largest surprise. */
  readonly strangest: ViewResult;
  /** The time of an index in milliseconds since 1970, NaN where none is known; and how it is shown. */
  readonly dateOf: (time: number) => number;
  readonly show: (date: number) => string;
}

/** Explains the last value. */
export function explainAlarm(facts: Facts): AlarmExplanation {
  const { value, time, score, surprise, alarm, windows, strangest } = facts;
  const nearest = facts.values[0]?.value;
  const byWindows = windows === undefined || Number.isNaN(windows.expected) ? undefined : windows.expected;
  const expected = Number.isNaN(value) ? undefined : (byWindows ?? nearest);
  const order = expected === undefined ? NaN : value - expected;
  const { low, high } = facts.incident ?? { low: NaN, high: NaN };
  return {
    time,
    ...dated(facts, time),
    value,
    expected,
    low,
    high,
    direction: order > 0 ? 'above' : order < 0 ? 'below' : order === 0 ? 'equal' : undefined,
    neighbors: facts.values.map((neighbor) => ({ ...neighbor, ...dated(facts, neighbor.time) })),
    windows: (windows?.similar ?? []).map(({ lag, distance, value: last }) => {
      const end = time - lag;
      return { begin: end - windows!.size + 1, end, distance, value: last, ...dated(facts, end) };
    }),
    score,
    surprise,
    alarm,
    pValue: Math.exp(-strangest.surprise),
    view: strangest.name,
    text: textOf(facts, byWindows),
  };
}

function textOf(facts: Facts, expected: number | undefined): string {
  const { value, time, alarm, strangest, numScores, incident, windows } = facts;
  if (Number.isNaN(value) && strangest.says === undefined) return `the value at ${when(facts, time)} is missing`;
  const parts = [sentenceOf(facts)];
  if (incident !== undefined && !Number.isNaN(incident.low)) {
    const range = rangeOf(incident);
    const isFirst = incident.begin === time;
    const known = isFirst ? expected : incident.expected;
    const usual =
      known === undefined ? `${range} would have been quiet` : `${show(known)} was expected, ${range} quiet`;
    parts.push(isFirst ? usual : `it began at ${when(facts, incident.begin)}, where ${usual}`);
    const ends = (windows?.similar ?? []).map(({ lag }) => when(facts, time - lag));
    if (ends.length > 0) parts.push(`the windows most like its own end at ${listOf(ends)}`);
  }
  return `${parts.join('; ')}: ${alarm ? 'an alarm, ' : ''}${rarityOf(strangest.surprise, numScores)}`;
}

/** The first part of the sentence: the value, the view and the nearest past value. */
function sentenceOf(facts: Facts): string {
  const { value, time, strangest: view } = facts;
  const subject = `${Number.isNaN(value) ? 'the value' : show(value)} at ${when(facts, time)}`;
  if (view.says !== undefined) return `${subject} ${view.says}`;
  const observed = view.name === 'value' ? '' : `, where the ${view.name} is ${show(view.seen)},`;
  const nearest = facts.values[0];
  if (nearest === undefined) return `${subject}${observed} has no past to be compared with`;
  const distance = Math.abs(value - nearest.value);
  if (distance === 0) return `${subject}${observed} was seen before, last at ${when(facts, nearest.time)}`;
  const side = value > nearest.value ? 'above' : 'below';
  const at = when(facts, nearest.time);
  return `${subject}${observed} is ${show(distance)} ${side} the nearest value before, ${show(nearest.value)} at ${at}`;
}

/** The last part of the sentence: how often such a surprise comes by chance, as far as `numScores` scores can tell. */
function rarityOf(surprise: number, numScores: number): string {
  if (Number.isNaN(surprise)) return 'not scored';
  if (surprise === 0) return 'not surprising';
  const numBefore = numScores - 1; // the last one is learned by now
  if (Math.exp(surprise) > numBefore) return `not seen in ${numBefore} values`;
  return `by chance about once in ${show(Math.exp(surprise))} values`;
}

function rangeOf({ low, high }: Interval): string {
  if (low === high) return show(low);
  if (low === -Infinity) return high === Infinity ? 'everything' : `up to ${show(high)}`;
  return high === Infinity ? `from ${show(low)}` : `${show(low)} to ${show(high)}`;
}

/** The time of an index as text: its date, or the index where no times were given. */
function when({ dateOf, show: showDate }: Facts, time: number): string {
  const date = dateOf(time);
  return Number.isNaN(date) ? String(time) : showDate(date);
}

function dated({ dateOf }: Facts, time: number): { date?: number } {
  const date = dateOf(time);
  return Number.isNaN(date) ? {} : { date };
}

/** "a", "a and b", "a, b and c". */
function listOf(texts: readonly string[]): string {
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
}

function show(value: number): string {
  return String(Number(value.toPrecision(4)));
}
