// Alarms of detectors that have none of their own: a run of scores at or above a threshold is one incident.
import type { StreamingDetector } from '../../core/streaming-detector.ts';
import type { ParsedOptions } from '../options/parse.ts';
import { type Field, jsonNumber, type Note, type Scored, type Times } from '../output/formats.ts';
import { countOfValues, shortNumber } from '../output/text.ts';
import { type Memo, newMemo, type Run } from './memo.ts';
import type { FieldKind, Row, View } from './view.ts';

/** What every value is told of alarms. */
export const ALARM_FIELDS: readonly FieldKind[] = [
  { name: 'alarm', isFlag: true },
  { name: 'since', isFlag: false, isText: true },
];

/**
 * A view whose scores are alarms from `threshold` on: the first one of a run is the alarm, and the run ends with the first score
 * below. A missing score is neither.
 */
export function withThreshold<D extends StreamingDetector>(view: View<D>, threshold: number): View<D> {
  const { length } = view.fields;
  return {
    fields: [...view.fields, ...ALARM_FIELDS],
    threshold: () => threshold,
    update: (detector, value, row) => {
      const score = view.update(detector, value, row);
      const event = follow(row, value, score, threshold);
      row.tell(length, Number(event === 'begin'));
      row.tell(length + 1, sinceOf(row.memo));
      if (event !== undefined) row.note(noteOf(event, row, score, threshold));
      if (event === 'end') forget(row.memo);
      return score;
    },
  };
}

/** The view with the alarms of `--threshold`, if that was given. */
export function thresholdView<D extends StreamingDetector>(view: View<D>, given: ParsedOptions): View<D> {
  return given.has('threshold') ? withThreshold(view, given.number('threshold')) : view;
}

/** Takes a score into the run under way, or begins one; what happened. A run that ends is there until {@link forget}. */
function follow(
  { memo, index, time, series }: Pick<Row, 'memo' | 'index' | 'time' | 'series'>,
  value: number,
  score: number,
  threshold: number,
): 'begin' | 'end' | undefined {
  const { run } = memo;
  if (run?.own !== undefined) run.own.numRows++;
  if (Number.isNaN(score)) return undefined;
  if (score < threshold) return run && 'end';
  const best = { last: index, peak: index, worst: score, value };
  if (run === undefined) {
    memo.run = { begin: index, ...best, own: series === undefined ? undefined : { numRows: 1, numToLast: 1 } };
    memo.since = time;
    return 'begin';
  }
  if (score > run.worst) Object.assign(run, best);
  run.last = index;
  if (run.own !== undefined) run.own.numToLast = run.own.numRows;
  return undefined;
}

/** Since when the run under way lasts: a time, or without times an index. '' where there is no run. */
function sinceOf({ since, run }: Memo): string {
  return run === undefined ? '' : since || String(run.begin);
}

/** A run is over. */
function forget(memo: Memo): void {
  memo.run = undefined;
  memo.since = '';
}

function noteOf(event: 'begin' | 'end', { memo, index, time }: Row, score: number, threshold: number): Note {
  const run = memo.run!;
  const where = time === '' ? String(index) : time;
  const text =
    event === 'begin'
      ? `the score of ${shortNumber(run.value)} at ${where} is ${shortNumber(score)}: not below ${shortNumber(threshold)}`
      : `the scores since ${sinceOf(memo)} are over after ${countOfValues(durationOf(run))}; the highest was ${shortNumber(run.worst)}`;
  return { event, text, incident: jsonRun(run, event === 'end') };
}

/** How many values a run has, up to its last one: rows of other series are not counted. */
function durationOf({ begin, last, own }: Run): number {
  return own?.numToLast ?? last - begin + 1;
}

function jsonRun(run: Run, isOver: boolean): object {
  const { begin, peak, last, value, worst } = run;
  const end = isOver ? last : null;
  return { begin, peak, end, duration: durationOf(run), value: jsonNumber(value), worst: jsonNumber(worst) };
}

/**
 * `alarm` and `since` of rows that were scored, as {@link withThreshold} tells them.
 *
 * @param names of each row the name of its series, where rows are of several: each has its own runs
 */
export function alarmFields(
  { values, scores }: Scored,
  times: Times | undefined,
  threshold: number,
  names?: Times,
): Field[] {
  const alarms = new Float64Array(scores.length);
  const texts = new Array<string>(scores.length);
  const memos = new Map<string, Memo>();
  for (let t = 0; t < scores.length; t++) {
    const name = names?.at(t) ?? '';
    const memo = memos.get(name) ?? newMemo(undefined);
    memos.set(name, memo);
    const row = { memo, index: t, time: times?.at(t) ?? '', series: names?.at(t) };
    const event = follow(row, values[t]!, scores[t]!, threshold);
    alarms[t] = Number(event === 'begin');
    texts[t] = sinceOf(memo);
    if (event === 'end') forget(memo);
  }
  const [alarm, since] = ALARM_FIELDS.map(({ name, isFlag }) => ({ name, isFlag }));
  return [
    { ...alarm!, values: alarms },
    { ...since!, values: alarms, texts },
  ];
}
