// knn-anomaly backtest: what backtest() finds, as a report, as JSON and as a figure.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Backtest, backtest, type DatedIncident, monitor } from '../../src/calibrate.ts';
import { shortNumber } from '../../src/cli/output/text.ts';
import { plotSVG } from '../../src/plot.ts';
import { cli, file, files, folder, lines } from '../support/cli-run.ts';
import { serverMetric } from '../support/series.ts';

const FONT = join(import.meta.dirname, '../../node_modules/dejavu-fonts-ttf/ttf/DejaVuSans.ttf');

const series = Array.from(serverMetric(2880, 5));
for (const [t, x] of [[900, 110], [901, 200], [902, 9e5], [2000, 4]] as const) series[t] = x; // biome-ignore format: short

const MINUTE = 60_000;
const START = Date.UTC(2026, 2, 28);
const times = series.map((_, t) => START + t * MINUTE);
const csv = `time,cpu\n${series.map((x, t) => `${new Date(times[t]!).toISOString()},${x}\n`).join('')}`;
const TIMED = ['--column=cpu', '--time=time'];

async function report(args: string[], input = lines(series)): Promise<string> {
  const run = await cli(['backtest', ...args], { input });
  expect(run).toMatchObject({ status: 0, stderr: '' });
  return run.stdout;
}

const total = ({ incidents }: Backtest): number => incidents.reduce((sum, { numAlarms }) => sum + numAlarms, 0);

describe('knn-anomaly backtest', () => {
  test('says what backtest() found: counts, thresholds, and the most surprising incidents with their times', async () => {
    const result = backtest({ values: series, times });
    const text = await report(TIMED, csv);
    const rate = Number((total(result) / 2).toPrecision(3));
    const [title, summary, blank, heading, ...rest] = text.split('\n');
    expect(title).toBe('standard input · cpu: 2,880 values in 2 days');
    expect(summary).toBe(
      `${result.incidents.length} incidents and ${total(result)} alarms at threshold 4, ${rate} per day`,
    );
    expect([blank, heading]).toEqual(['', '  threshold  incidents  alarms  per day']);
    const rows = result.counts.map(({ threshold, incidents, alarms, perDay }) => [threshold, incidents, alarms, Number(perDay.toPrecision(3))]); // biome-ignore format: one line
    expect(rest.slice(0, 6).map((line) => line.trim().split(/ +/).map(Number))).toEqual(rows);
    expect(rest.slice(6, 8)).toEqual(['', `The most surprising ${result.worst.length} incidents`]);
    const words = rest.slice(8).join(' ').replaceAll(/\s+/g, ' ');
    for (const [p, { incident, text: sentence }] of result.worst.entries()) {
      const { dates, worst } = incident as DatedIncident;
      const begin = new Date(dates!.begin).toISOString().replace('.000', '');
      expect(words).toContain(` ${p + 1} ${shortNumber(worst)} `);
      expect(words).toContain(begin);
      expect(words).toContain(sentence);
    }
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('the whole report of a short series', async () => {
    const values = Array.from({ length: 400 }, (_, t) => (t === 300 ? 95 : 20 + ((t * 37) % 11)));
    expect(await report(['--preset=novelty', '--thresholds=2,4.65,400', '--step=216'], lines(values))).toBe(
      `standard input: 400 values in 1 day, one per 216 s (see --step)
1 incident and 1 alarm at threshold 4.65, 1 per day

  threshold  incidents  alarms  per day
          2          1       1        1
       4.65          1       1        1
        400          0       0        0

The most surprising incident
   1  5.303  300
      95 at 300 is 65 above the nearest value before, 30 at 294; 28 would have
      been quiet: an alarm, not seen in 200 values
`,
    );
  });

  test('its alarms are those of knn-anomaly monitor with the same options', async () => {
    const options = ['--direction=up', '--worse=1.5', '--mute=200', '--min-change=20%', '--bounds=,1e5'];
    const found = JSON.parse(await report([...options, ...TIMED, '--format=json'], csv));
    const live = await cli(['monitor', ...options, ...TIMED, '--format=events'], { input: csv });
    const events = live.stdout.trim().split('\n').map((line) => JSON.parse(line)); // biome-ignore format: one line
    const begun = events.filter(({ event }) => event === 'begin').map(({ index }) => index);
    expect(found.incidents.map(({ begin }: { begin: number }) => begin)).toEqual(begun);
    expect(found.alarms).toBe(events.filter(({ event }) => event === 'begin' || event === 'worse').length);
    const ended = events.filter(({ event }) => event === 'end').map(({ incident }) => incident);
    expect(found.incidents.slice(0, ended.length)).toEqual(ended);
  });

  test('--detector: its alarms are those of knn-anomaly monitor --detector, in the report and in the figure', async () => {
    const options = ['--detector=knn:5,3,manhattan,history=500', ...TIMED];
    const found = JSON.parse(await report([...options, '--format=json'], csv));
    const live = await cli(['monitor', ...options, '--format=events'], { input: csv });
    const events = live.stdout.trim().split('\n').map((line) => JSON.parse(line)); // biome-ignore format: one line
    const begun = events.filter(({ event }) => event === 'begin').map(({ index }) => index);
    expect(begun.length).toBeGreaterThan(0);
    expect(found.incidents.map(({ begin }: { begin: number }) => begin)).toEqual(begun);
    await report([...options, '-o', 'detector.svg'], csv);
    expect(readFileSync(join(folder, 'detector.svg'), 'utf8')).toContain('surprise');
    const refused = async (...args: string[]): Promise<string> =>
      (await cli(['backtest', ...args], { input: csv })).stderr;
    expect(await refused('--detector=knn:5,3', '--preset=views')).toContain(
      '--preset and --detector exclude each other',
    );
    expect(await refused('--detector=knn:5,0')).toContain('--detector must be knn:WINDOW,NEIGHBORS');
  });

  test('--per-day finds a threshold in few digits that keeps to the budget', async () => {
    const args = [...TIMED, '--per-day=1', '--worst=0'];
    const text = await report(args, csv);
    const [, threshold, alarms] = /for at most 1 per day: --threshold ([\d.]+) \((\d+) alarms?, /.exec(text)!;
    expect(threshold!.length).toBeLessThanOrEqual(6);
    expect(text).not.toContain('surprising');
    const again = JSON.parse(await report([...TIMED, `--threshold=${threshold}`, '--format=json'], csv));
    expect(again.alarms).toBe(Number(alarms));
    expect(again.alarms).toBeLessThanOrEqual(2);
    const { suggested } = JSON.parse(await report([...args, '--format=json'], csv));
    expect(suggested).toMatchObject({ threshold: Number(threshold), alarms: Number(alarms) });
  });

  test('--format json is one object', async () => {
    const result = backtest(series, { step: 30, thresholds: [5], worst: 1 });
    const args = ['--step=30', '--thresholds=5', '--worst=1', '--format=json'];
    const found = JSON.parse(await report(args));
    expect(found).toMatchObject({ values: 2880, days: 1, threshold: 4, alarms: total(result), counts: result.counts });
    expect(found.incidents).toHaveLength(result.incidents.length);
    expect(found.incidents[0]).not.toHaveProperty('times');
    expect(found.worst).toEqual(result.worst.map(({ incident, text }) => ({ begin: incident.begin, text })));
  });

  test('numbers are times with --time-unit, in a time zone with --calendar', async () => {
    const seconds = `time,cpu\n${series.map((x, t) => `${times[t]! / 1000},${x}\n`).join('')}`;
    expect(await report([...TIMED, '--time-unit=s'], seconds)).toBe(await report(TIMED, csv));
    const berlin = await report([...TIMED, '--calendar=day', '--timezone=Europe/Berlin'], csv);
    expect(berlin).toMatch(/ from 2026-03-28T16:0\d:00\+01:00 for /);
  });

  test('--output draws series, incidents with the numbers of the report, and surprises; --band the band', async () => {
    const text = await report([...TIMED, '--output=a.svg', '--title=T', '--width=700'], csv);
    expect(text).toBe(await report(TIMED, csv));
    const watch = monitor();
    const [surprises, low, high, expected] = [0, 0, 0, 0].map(() => [] as number[]);
    const alarms: number[] = [];
    for (const [t, x] of series.entries()) {
      low!.push(watch.low);
      high!.push(watch.high);
      expected!.push(watch.expected);
      watch.update(x);
      surprises!.push(watch.last.surprise);
      if (watch.last.alarm) alarms.push(t);
    }
    const result = backtest(series);
    const at = (t: number): Date => new Date(times[t]!);
    const labels = result.incidents.map((incident) => {
      const rank = result.worst.findIndex((one) => one.incident.begin === incident.begin);
      const range = { begin: at(incident.begin), end: at(incident.begin + incident.duration - 1) };
      return rank < 0 ? range : { ...range, label: String(rank + 1) };
    });
    const figure = {
      series,
      scores: [{ label: 'surprise', values: surprises!, threshold: 4, alarms }],
      labels,
      title: 'T',
      name: 'cpu',
      time: times.map((_, t) => at(t)),
      timeName: 'UTC',
    };
    expect(readFileSync(join(folder, 'a.svg'), 'utf8')).toBe(plotSVG({ ...figure, width: 700 }));
    await report([...TIMED, '--output=a.svg', '--force', '--title=T', '--band', '--theme=dark'], csv);
    const band = { low: low!, high: high!, expected: expected! };
    expect(readFileSync(join(folder, 'a.svg'), 'utf8')).toBe(plotSVG({ ...figure, band, theme: 'dark' }));
  });

  test.skipIf(!existsSync(FONT))('writes PNG', async () => {
    await report(['-o', 'b.png', '--font', FONT, '--width=300']);
    expect(readFileSync(join(folder, 'b.png')).readUInt32BE(16)).toBe(600);
  });

  test('a series without incidents, and one too short for any', async () => {
    const text = await report([], lines(series.slice(0, 300)));
    expect(text).toContain('\n0 incidents and 0 alarms at threshold 4, 0 per day\n');
    expect(text).not.toMatch(/surprising|passed over/);
    const short = await report([], lines(series.slice(0, 100)));
    expect(short).toContain(
      '\nthe first 110 values are passed over to learn what is usual: nothing could be an alarm\n',
    );
    expect(await report(['--bounds=,10'], '1\n11\n1\n')).toContain('1 incident and 1 alarm');
  });

  test('knn-anomaly help lists it', async () => {
    expect((await cli(['help'])).stdout).toMatch(/^ {2}backtest {6}tell what alarms/m);
  });
});

test.each<[string[], string, number]>([
  [['--thresholds=4,x'], '--thresholds must be positive numbers with commas between them, got "4,x"', 2],
  [['--thresholds=0'], '--thresholds must be positive numbers with commas between them, got "0"', 2],
  [['--per-day=0'], '--per-day must be a positive number, got "0"', 2],
  [['--band'], '--band is for the figure: add --output FILE', 2],
  [['--title=a'], '--title is for the figure: add --output FILE', 2],
  [['-o', 'a.pdf'], '--output must end in .svg, .png or .html, got "a.pdf"', 2],
  [['-o', 'a.svg', '--font=a.ttf'], '--font is for PNG', 2],
  [['--force'], '--force is for --output FILE', 2],
  [['--calendar=day', '--timezone=UTC'], '--calendar needs --time: the column with the dates', 2],
  [['--calendar=day', '--time=time'], '--calendar needs --timezone', 2],
  [['--accept=5'], '--accept is for --repeat always', 2],
  [['--period=1'], '--period must be an integer of at least 2', 2],
  [['--column=a', '--column=b'], '--column is given twice', 2],
  [['none.csv', '--column=a'], 'none.csv: no such file', 1],
  [['back.csv', '--time=time', '--duplicates=error'], "back.csv: row 1 and row 3 are both 2026-01-01T00:00:00.000Z, and --duplicates is error", 1], // biome-ignore format: one line
  [['number.csv', '--time=time', '--column=a'], 'number.csv: row 1: the time is the number 5: say with --time-unit s or ms what it counts since 1970', 1], // biome-ignore format: one line
  [['mad.csv', '--time=time', '--column=a'], 'row 2: the time must be a date, got "x"', 1],
  [['--max-memory=1K'], 'more than --max-memory', 1],
])('knn-anomaly backtest %j is refused in one line', async (args, message, status) => {
  file('back.csv', 'time,a\n2026-01-01,1\n2026-01-02,1\n2026-01-01,2\n');
  file('number.csv', 'time,a\n5,1\n6,2\n');
  file('mad.csv', 'time,a\n2026-01-01,1\nx,2\n');
  const before = files();
  const run = await cli(['backtest', ...args], { input: lines(series.slice(0, 50)) });
  expect(run).toMatchObject({ status, stdout: '' });
  expect(run.stderr).toMatch(/^knn-anomaly: [^\n]+\n$/);
  expect(run.stderr).toContain(message);
  expect(files()).toEqual(before);
});
