// How every streaming command answers: it reads rows as they come, writes a score for each of their values, and keeps the
// state in a file.
import { writeSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { AlarmCommands } from '../alarms/commands.ts';
import { eventsIn, formatAlarms, formatEvents, isAlarm, onlyEvents } from '../alarms/events.ts';
import { ALARM_STATUS } from '../alarms/options.ts';
import { CliError, explainError } from '../errors.ts';
import { AppendedOutput } from '../follow/appended-output.ts';
import { follow } from '../follow/follow.ts';
import { numRows, type Table, truncate } from '../input/columns.ts';
import { readLive } from '../input/read.ts';
import { formatCsv, formatJson, formatLines, type Scored } from '../output/formats.ts';
import { openOutput } from '../output/output.ts';
import { atExit, uninterrupted } from '../signals.ts';
import type { Live, Slice } from './live-detectors.ts';
import { formatTable } from './live-table.ts';
import type { AnswerOptions } from './options.ts';

/** Rows are scored in slices. Signals and timers are handled between two slices. A slice has at most this many rows. */
const MOST_ROWS = 4096;
/** A slice takes about this many milliseconds at most. */
const SLICE = 50;

/** Answers row after row until the input ends, and says then what is to be said. */
export async function answer(live: Live, options: AnswerOptions): Promise<void> {
  const appended = options.follow?.output && new AppendedOutput(options.follow.output, live.place?.output);
  const output = appended || (await openOutput(undefined, false));
  const format = formatterOf(options, live, appended ? appended.isBegun : false);
  const commands = options.exec && new AlarmCommands(options.exec);
  let numAlarms = 0;
  const take = async (table: Table): Promise<void> => {
    live.begin(table);
    const numAll = numRows(table);
    for (let from = 0; from < numAll; ) {
      const first = live.numRows;
      const { scored, error } = scoreSlice(live, table, from);
      const offset = from;
      const times = table.times && { at: (t: number) => table.times!.at(offset + t) };
      const series = table.series && { at: (t: number) => table.series!.at(offset + t) };
      // A signal waits until the answer is written: every row that was learned is answered.
      await uninterrupted(async () => {
        await output.write(format(scored, times, first, series));
        for (const event of eventsIn(scored, times, first, series)) {
          if (isAlarm(event)) numAlarms++;
          commands?.take(event);
        }
      });
      live.numAnswered = live.numRows;
      if (error !== undefined) throw error;
      from += scored[0]!.scores.length;
      await turn();
    }
    truncate(table, 0);
  };
  const saving = keepSaving(live, options.saveEvery);
  try {
    if (options.follow !== undefined) {
      await follow(options.follow, options.inputOptions, live, {
        take,
        save: saving.now,
        output: appended || undefined,
      });
    } else {
      // With a state an input may have nothing new.
      await readLive(options.input, options.inputOptions, take, options.state !== undefined);
    }
  } finally {
    saving.stop();
    live.save();
  }
  if (live.notice !== undefined) process.stderr.write(`knn-anomaly: ${live.notice}\n`);
  await commands?.end();
  if (options.failOnAlarm && numAlarms > 0) process.exitCode = ALARM_STATUS;
}

/** Scores rows from index `from` on until the slice is full or a value is refused. */
function scoreSlice(live: Live, table: Table, from: number): { scored: Scored[]; error: unknown } {
  const to = Math.min(numRows(table), from + MOST_ROWS);
  const columns = table.columns.map(({ name, values }) => ({ name, values: values.toArray().subarray(from, to) }));
  const numbers = (): Float64Array => new Float64Array(to - from);
  const scored = columns.map(({ name, values }): Slice => {
    const fields = live.fields.map(({ name, isFlag, isText }) => {
      return { name, isFlag, values: numbers(), ...(isText && { texts: [] }) };
    });
    return { name, values, scores: numbers(), fields, notes: [] };
  });
  const end = performance.now() + SLICE;
  let t = 0;
  let error: unknown;
  try {
    for (; t < to - from && (t === 0 || performance.now() < end); t++) {
      live.update(scored, t, table.times?.at(from + t) ?? '', table.series?.at(from + t));
    }
  } catch (thrown) {
    error = thrown instanceof CliError ? thrown : new CliError((thrown as Error).message);
  }
  const cut = scored.map(({ name, values, scores, fields, notes }) => ({
    name,
    values: values.subarray(0, t),
    scores: scores.subarray(0, t),
    fields: fields.map((field) => ({ ...field, values: field.values.subarray(0, t) })),
    notes: notes.slice(0, t),
  }));
  return { scored: cut, error };
}

type Formatter = (
  scored: readonly Scored[],
  times: { at(t: number): string } | undefined,
  first: number,
  series?: { at(t: number): string },
) => Iterable<string>;

/** @param isBegun whether the header of CSV is written already */
function formatterOf({ format, onlyAlarms }: AnswerOptions, live: Live, isBegun: boolean): Formatter {
  let isFirst = !isBegun;
  const once = (): boolean => isFirst && !(isFirst = false);
  if (onlyAlarms && (format === 'csv' || format === 'json')) {
    return (scored, times, first, series) => onlyEvents(format, scored, times, first, once(), series);
  }
  if (format === 'alarms') return formatAlarms;
  if (format === 'csv') return (scored, times, first, series) => formatCsv(scored, times, first, once(), series);
  if (format === 'json') return formatJson;
  if (format === 'events') return formatEvents;
  if (format === 'table') return formatTable(live);
  return ([scored]) => formatLines(scored!);
}

/** Until it is stopped: saves at intervals, and when the process ends before it is stopped. */
function keepSaving(live: Live, seconds: number): { now(): void; stop(): void } {
  const attempt = (remedy: string): boolean => {
    try {
      live.save();
      return true;
    } catch (error) {
      writeSync(2, `knn-anomaly: ${explainError(error)?.message}: ${remedy}\n`);
      return false;
    }
  };
  const now = (): void => void attempt(`not saved; next attempt in ${seconds} s`);
  const timer = setInterval(now, 1000 * seconds).unref();
  const forget = atExit(() => {
    if (!attempt('not saved')) process.exitCode = 1;
  });
  return {
    now,
    stop() {
      clearInterval(timer);
      forget();
    },
  };
}
