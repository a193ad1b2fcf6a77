// knn-anomaly monitor: options of monitor(), the band, events as they come, and states in the middle of an incident.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Monitor, type MonitorOptions, monitor } from '../../src/calibrate.ts';
import { cli, file, folder, lines } from '../support/cli-run.ts';
import { serverMetric } from '../support/series.ts';

async function run(args: string[], input: string): Promise<string> {
  const { status, stdout, stderr } = await cli(['monitor', ...args], { input });
  if (status !== 0) throw new Error(`exit status ${status}: ${stderr}`);
  return stdout;
}

async function failure(args: string[], status: number, input = '1\n'): Promise<string> {
  const result = await cli(['monitor', ...args], { input });
  expect(result.status).toBe(status);
  expect(result.stderr).toMatch(/^knn-anomaly: [^\n]+\n$/);
  return result.stderr.slice('knn-anomaly: '.length, -1);
}

/** Two incidents, the second one like the first. */
const series = Array.from(serverMetric(700, 5));
for (const begin of [300, 500]) for (const [p, x] of [110, 200, 9e5].entries()) series[begin + p] = x;

const MINUTE = 60_000;
const START = Date.UTC(2026, 2, 28);
const dateOf = (t: number): string => new Date(START + t * MINUTE).toISOString().replace('.000', '');
const csvOf = (values: readonly number[]): string =>
  `time,cpu\n${values.map((x, t) => `${dateOf(t)},${x}\n`).join('')}`;

test.each<[string[], MonitorOptions]>([
  [['--mute=310'], { mute: 310 }],
  [['--worse=1.5'], { worse: 1.5 }],
  [['--worse=never'], { worse: Infinity }],
  [['--resolve=1'], { resolve: 1 }],
  [['--repeat=always'], { repeat: 'always' }],
  [['--repeat=always', '--accept=2'], { repeat: 'always', accept: 2 }],
  [['--direction=down'], { direction: 'down' }],
  [['--min-change=100'], { minChange: 100 }],
  [['--min-change= 150 %'], { minChange: { relative: 1.5 } }],
  [['--min-change=50%,120'], { minChange: { absolute: 120, relative: 0.5 } }],
  [['--bounds=10,60'], { bounds: { low: 10, high: 60 } }],
  [['--bounds=,55'], { bounds: { high: 55 } }],
  [['--bounds=46,'], { bounds: { low: 46 } }],
  [['--stuck'], { stuck: true }],
  [['--no-data'], { noData: true }],
  [['--period=24'], { period: 24 }],
])('%j is the option of monitor()', async (args, options) => {
  const values = series.map((x, t) => (t > 600 && t < 640 ? NaN : t > 650 ? 50 : x));
  const watch = monitor(options);
  const plain = monitor().learn(values);
  const expected = watch.learn(values);
  expect(await run(args, lines(values))).toBe(lines(expected));
  if (!['--worse=never', '--resolve=1'].includes(args[0]!)) expect(expected).not.toEqual(plain);
});

test('--rate judges the increase of a counter', async () => {
  let total = 0;
  const counter = series.map((x, t) => (total = t === 400 ? 0 : total + Math.round(x)));
  expect(await run(['--rate'], lines(counter))).toBe(lines(monitor({ rate: true }).learn(counter)));
  expect(await failure(['--rate'], 1, '5\n-1\n')).toContain('-1');
});

test('--calendar compares with the time of day, by the times of the input', async () => {
  const values = Array.from({ length: 24 * 12 * 6 }, (_, t) => (t % 288 < 144 ? 10 : 90) + (t % 7));
  values[1500] = 60;
  const at = (t: number): number => START + 5 * t * MINUTE;
  const watch = monitor({ calendar: { timezone: 'Europe/Berlin', tolerance: 15 } });
  const expected = values.map((x, t) => watch.update(x, { time: at(t) }));
  const input = (time: (t: number) => string | number): string =>
    `time,v\n${values.map((x, t) => `${time(t)},${x}\n`).join('')}`;
  const args = ['--column=v', '--time=time', '--calendar=day', '--timezone=Europe/Berlin', '--tolerance=15'];
  const dates = input((t) => new Date(at(t)).toISOString());
  expect(await run(args, dates)).toBe(lines(expected));
  expect(
    await run(
      [...args, '--time-unit=s'],
      input((t) => at(t) / 1000),
    ),
  ).toBe(lines(expected));
  expect(await run([...args, '--time-unit=ms'], input(at))).toBe(lines(expected));
  expect(await failure(args, 1, input(at))).toBe(
    `standard input: value 0: --calendar needs a date, or a number and --time-unit, got the time "${START}"`,
  );
  expect(await failure(['--calendar=day', '--timezone=UTC'], 1)).toBe(
    'standard input: value 0 has no time, and --calendar needs one: name its column with --time',
  );
  // Times are told by the clocks of the zone, with summer time.
  const events = (await run([...args, '--format=events', '--threshold=3'], dates)).trim().split('\n');
  const begin = events.map((line) => JSON.parse(line)).find(({ index }) => index === 1500);
  expect(begin.incident.times.begin).toBe('2026-04-02T07:00:00+02:00');
});

/** What the library says before and after each value. */
function told(values: readonly number[], watch: Monitor, isDated = false) {
  return values.map((x, t) => {
    const { expected, low, high } = watch;
    const score = watch.update(x, isDated ? { time: START + t * MINUTE } : {});
    const { alarm, event, incident, surprise } = watch.last;
    const isUnderWay = event === 'end' || (incident !== undefined && incident.end === undefined);
    const since = isUnderWay ? incident!.begin : undefined;
    const text = alarm ? watch.explain().text : undefined;
    return { expected, low, high, score, alarm, event, incident, surprise, since, text };
  });
}

/** What csv tells of every value with --band, after the value. */
const FIELDS = ['score', 'expected', 'low', 'high', 'alarm', 'since', 'surprise'];

/** A number as JSON holds it. */
const number = (x: number): unknown => (Number.isFinite(x) ? x : Number.isNaN(x) ? null : String(x));

test('--band adds to csv what was expected of every value, low and high', async () => {
  const values = series.slice(0, 320);
  const rows = told(values, monitor());
  const cell = (x: number): string => (Number.isNaN(x) ? '' : String(x));
  const expected = rows.map(({ expected, low, high, score, alarm, since, surprise }, t) =>
    [t, values[t], score, ...[expected, low, high].map(cell), Number(alarm), since ?? '', cell(surprise)].join(','),
  );
  expect(await run(['--format=csv', '--band'], lines(values))).toBe(
    `index,value,score,expected,low,high,alarm,since,surprise\n${expected.join('\n')}\n`,
  );
  expect(rows[50]).toMatchObject({ low: -Infinity, high: Infinity });
  expect(rows[300]).toMatchObject({ alarm: true });
  const two = await run(['--format=csv', '--band', '--column=a', '--column=b'], 'a,b\n1,2\n3,4\n');
  expect(two.split('\n')[0]).toBe(
    `index,${['a', 'b'].flatMap((name) => [name, ...FIELDS.map((field) => `${name}_${field}`)]).join(',')}`,
  );
});

test('--band adds the same to json: null is not known, an open end is a text', async () => {
  const values = series.slice(0, 320);
  const rows = told(values, monitor());
  const printed = (await run(['--format=json', '--band'], lines(values))).trim().split('\n');
  for (const [t, { expected, low, high, score, alarm, since = null, surprise }] of rows.entries()) {
    const { index, value, score: shown, event: _, text: __, incident: ___, ...band } = JSON.parse(printed[t]!);
    expect([index, value, shown]).toEqual([t, values[t], score]);
    const bounds = { expected: number(expected), low: number(low), high: number(high) };
    expect(band).toEqual({ ...bounds, alarm, since, surprise: number(surprise) });
  }
});

test('json tells on the line of a value what happened there, and nothing on the others', async () => {
  const rows = told(series, monitor({ worse: 1.5 }));
  const printed = (await run(['--format=json', '--worse=1.5'], lines(series))).trim().split('\n').map((line) => JSON.parse(line)); // biome-ignore format: one line
  expect(printed.map(({ event }) => event)).toEqual(rows.map(({ event }) => event));
  const quiet = printed.filter(({ event }) => event === undefined);
  const keys = ['index', 'value', 'score', 'expected', 'alarm', 'since', 'surprise'];
  expect(quiet.every((line) => Object.keys(line).join() === keys.join())).toBe(true);
  const events = printed.filter(({ event }) => event !== undefined);
  expect(new Set(events.map(({ event }) => event))).toEqual(new Set(['begin', 'worse', 'end']));
  for (const { index, incident, text } of events) {
    const { numAlarms, end = null, direction = null, dates: _, ...rest } = rows[index]!.incident!;
    expect(incident).toEqual({
      ...rest,
      low: number(rest.low),
      high: number(rest.high),
      end,
      direction,
      alarms: numAlarms,
    });
    if (rows[index]!.text !== undefined) expect(text).toBe(rows[index]!.text);
  }
});

test('--resolve decides when an incident ends', async () => {
  const endsOf = async (...args: string[]): Promise<number[]> =>
    (await run([...args, '--format=events'], lines(series)))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .flatMap(({ event, index }) => (event === 'end' ? [index] : []));
  const ends = (resolve: number): number[] =>
    told(series, monitor({ resolve })).flatMap(({ event }, t) => (event === 'end' ? [t] : []));
  expect(await endsOf('--resolve=1')).toEqual(ends(1));
  expect(await endsOf()).toEqual(ends(5));
  expect(ends(1)).not.toEqual(ends(5));
});

test('--format events prints a line per event alone, with the times of the incident', async () => {
  const rows = told(series, monitor(), true);
  const args = ['--column=cpu', '--time=time', '--format=events'];
  const printed = (await run(args, csvOf(series))).trim().split('\n').map((line) => JSON.parse(line)); // biome-ignore format: one line
  const expected = rows.flatMap(({ event, score }, t) =>
    event === undefined ? [] : [{ index: t, time: dateOf(t), name: 'cpu', value: series[t], score, event }],
  );
  expect(printed).toMatchObject(expected);
  expect(printed).toHaveLength(expected.length);
  const [begin] = printed;
  expect(begin.text).toContain(` at ${dateOf(begin.index)} `);
  const end = printed.find(({ event }) => event === 'end');
  expect(end.incident.times).toEqual({
    begin: dateOf(end.incident.begin),
    peak: dateOf(end.incident.peak),
    end: dateOf(end.incident.end),
  });
  expect(end.text).toMatch(/^the incident since 2026-[^ ]+Z is over after \d+ values?; its worst was /);
  expect(await run(args, csvOf(series.slice(0, 100)))).toBe('');
});

test('times in the notation of --time-format are those of the incident, and of the calendar', async () => {
  const told = (args: string[], input: string): Promise<string> =>
    run(['--column=cpu', '--time=time', '--format=events', '--calendar=day', '--timezone=UTC', ...args], input);
  const dayFirst = csvOf(series).replace(/(\d+)-(\d+)-(\d+)T([\d:]+)Z/g, '$3/$2/$1 $4');
  const times = (output: string): unknown[] =>
    output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).incident.times); // one per event
  const expected = times(await told([], csvOf(series)));
  expect(expected.length).toBeGreaterThan(1);
  expect(times(await told(['--time-format=dmy'], dayFirst))).toEqual(expected);
  expect(times(await told(['--time-format=%d/%m/%Y %H:%M:%S'], dayFirst))).toEqual(expected);
});

test('a state in the middle of an incident goes on with the same incident, times and settings', async () => {
  const args = ['--column=cpu', '--time=time', '--format=events'];
  const whole = await run([...args, '--worse=2', '--repeat=always'], csvOf(series));
  const state = ['--state', 'incident.state'];
  const first = await run([...args, '--worse=2.0', '--repeat=always', ...state], csvOf(series).split('\n').slice(0, 303).join('\n')); // biome-ignore format: one line
  const rest = `time,cpu\n${csvOf(series).split('\n').slice(303).join('\n')}`;
  expect(first + (await run([...args, '--worse=2', ...state], rest))).toBe(whole);
  expect(first).toContain('"event":"begin"');
  expect(first).not.toContain('"event":"end"');
  expect(await failure([...state, '--worse=3'], 1)).toContain('was saved with --worse 2, not with --worse 3');
  expect(await failure([...state, '--stuck'], 1)).toContain('was saved without --stuck, not with --stuck:');
  expect(await failure([...state, '--bounds=1,'], 1)).toContain('was saved without --bounds, not with --bounds 1,:');
  expect(await failure([...state, '--repeat=once'], 1)).toContain(
    'was saved with --repeat always, not without --repeat:',
  );
  expect(readFileSync(join(folder, 'incident.state')).length).toBeLessThan(40_000);
});

test('the same change and the same bounds agree with a state however they are written', async () => {
  const state = ['--state', 'notation.state'];
  await run([...state, '--min-change=10.0%, 5', '--bounds= 1e1 ,'], lines(series.slice(0, 20)));
  await run([...state, '--min-change=5,10%', '--bounds=10,'], lines(series.slice(20, 40)));
  await run([...state, '--repeat=once', '--direction=both', '--calendar=none'], lines(series.slice(40, 60)));
  expect(await failure([...state, '--repeat=always'], 1)).toContain(
    'was saved without --repeat, not with --repeat always',
  );
  expect(await failure([...state, '--min-change=5,11%'], 1)).toContain('with --min-change 5,10%, not with');
});

test('muted values count as warm-up; bounds are alarms before it is over', async () => {
  const short = await cli(['monitor', '--mute=200'], { input: lines(series.slice(0, 150)) });
  expect(short.stderr).toContain('the first 200 values are passed over to learn what is usual, only 150 came');
  const bounded = await cli(['monitor', '--bounds=,100', '--explain'], { input: '5\n200\n' });
  expect(bounded.stderr).toMatch(/^200 at 1 [^\n]+\n$/);
});

test('times that go back end a stream, with the state of what came before', async () => {
  const input = `time,cpu\n${dateOf(5)},1\n${dateOf(6)},2\n${dateOf(4)},3\n`;
  const message = await failure(['--column=cpu', '--time=time', '--state=back.state'], 1, input);
  expect(message).toContain('time');
  file('plain.csv', 'time,cpu\nb,1\na,2\n');
  expect((await run(['plain.csv', '--column=cpu', '--time=time', '--format=csv'], '')).split('\n')[2]).toBe(
    '1,a,2,0,,0,,0',
  );
});

test.each<[string[], string]>([
  [['--worse=0.5'], '--worse must be a number of at least 1, or never, got "0.5"'],
  [['--min-change=x'], '--min-change must be a number, a percentage or both, as in 5,10%, got "x"'],
  [['--min-change=5,6'], '--min-change must be a number, a percentage or both, as in 5,10%, got "5,6"'],
  [['--min-change=-5%'], '--min-change must be a number, a percentage or both, as in 5,10%, got "-5%"'],
  [['--bounds=5'], '--bounds must be LOW,HIGH, of which one may be left away, as in ,100, got "5"'],
  [['--bounds=,'], '--bounds must be LOW,HIGH, of which one may be left away, as in ,100, got ","'],
  [['--bounds=1,2,3'], '--bounds must be LOW,HIGH, of which one may be left away, as in ,100, got "1,2,3"'],
  [['--bounds=5,4'], '--bounds: LOW must not exceed HIGH, got "5,4"'],
  [['--accept=5'], '--accept is for --repeat always: without it every value is learned as it comes'],
  [['--direction=left'], '--direction must be one of both, up, down, got "left"'],
  [['--timezone=UTC'], '--timezone is for --calendar day or week'],
  [['--tolerance=20'], '--tolerance is for --calendar day or week'],
  [['--calendar=day'], '--calendar needs --timezone: whose clocks the series follows, such as Europe/Berlin, or UTC'],
  [['--calendar=day', '--timezone=UTC', '--period=5'], '--period and --calendar exclude each other: give one of them'],
  [['--calendar=day', '--timezone=UTC', '--tolerance=1'], '--tolerance must be a number of minutes from 5 to 360, got 1'],
  [['--calendar=day', '--timezone=Moon'], "--timezone must be the IANA name of a time zone, such as 'Europe/Berlin' or 'UTC'"],
  [['--period=1'], '--period must be an integer of at least 2'],
  [['--band'], '--band is for --format csv or json'],
  [['--band', '--format=events'], '--band is for --format csv or json'],
])('%j is refused in one line', async (args, message) => {
  expect(await failure(args, 2)).toContain(message);
}); // biome-ignore format: a table
