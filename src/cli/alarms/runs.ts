// Alarms of detectors that have none of their own: a run of scores at or above a threshold is one incident.
import type { StreamingDetector } from '../../core/streaming-detector.ts';
import type { ParsedOptions } from '../options/parse.ts';
import { type Field, jsonNumber, type Note, type Scored, type Times } from '../output/formats.ts';
import { shortNumber } from '../output/text.ts';
import type { Run } from './memo.ts';
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
      const { since, run } = row.memo;
      row.tell(length, Number(event === 'begin'));
      row.tell(length + 1, run === undefined ? '' : row.time === '' ? String(run.begin) : since);
      if (event !== undefined) row.note(noteOf(event, row, score, threshold));
      if (event === 'end') Object.assign(row.memo, { run: undefined, since: '' });
      return score;
    },
  };
}

/** The view with the alarms of `--threshold`, if that was given. */
export function thresholdView<D extends StreamingDetector>(view: View<D>, given: ParsedOptions): View<D> {
  return given.has('threshold') ? withThreshold(view, given.number('threshold')) : view;
}

/** Takes a score into the run under way, or begins one; what happened. A run that ends is still there. */
function follow(
  { memo, index, time }: Row,
  value: number,
  score: number,
  threshold: number,
): 'begin' | 'end' | undefined {
  const { run } = memo;
  if (Number.isNaN(score)) return undefined;
  if (score < threshold) return run && 'end';
  const best = { last: index, peak: index, worst: score, value };
  if (run === undefined) {
    memo.run = { begin: index, ...best };
    memo.since = time;
    return 'begin';
  }
  if (score > run.worst) Object.assign(run, best);
  run.last = index;
  return undefined;
}

function noteOf(event: 'begin' | 'end', { memo, index, time }: Row, score: number, threshold: number): Note {
  const run = memo.run!;
  const where = time === '' ? String(index) : time;
  const since = time === '' ? String(run.begin) : memo.since;
  const text =
    event === 'begin'
      ? `the score of ${shortNumber(run.value)} at ${where} is ${shortNumber(score)}: not below ${shortNumber(threshold)}`
      : `the scores since ${since} are over after ${countOf(run)}; the highest was ${shortNumber(run.worst)}`;
  return { event, text, incident: jsonRun(run, event === 'end') };
}

function countOf({ begin, last }: Run): string {
  return last === begin ? '1 value' : `${last - begin + 1} values`;
}

function jsonRun({ begin, last, peak, worst, value }: Run, isOver: boolean): object {
  const end = isOver ? last : null;
  return { begin, peak, end, duration: last - begin + 1, value: jsonNumber(value), worst: jsonNumber(worst) };
}

/** `alarm` and `since` of a whole series that was scored, as {@link withThreshold} tells them; and how many alarms there are. */
export function alarmFields(
  { scores }: Pick<Scored, 'scores'>,
  times: Times | undefined,
  threshold: number,
): { readonly fields: readonly Field[]; readonly numAlarms: number } {
  const alarms = new Float64Array(scores.length);
  const texts = new Array<string>(scores.length).fill('');
  let since = '';
  let numAlarms = 0;
  for (let t = 0; t < scores.length; t++) {
    if (scores[t]! >= threshold && since === '') {
      since = times?.at(t) || String(t);
      alarms[t] = 1;
      numAlarms++;
    }
    texts[t] = since;
    if (scores[t]! < threshold) since = '';
  }
  return {
    fields: [
      { name: 'alarm', isFlag: true, values: alarms },
      { name: 'since', isFlag: false, values: alarms, texts },
    ],
    numAlarms,
  };
}
