// What is done about alarms: rows and lines of text, commands, the exit status; and what a state remembers of them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { monitor } from '../../src/calibrate.ts';
import { AlarmCommands } from '../../src/cli/alarms/commands.ts';
import { StreamingKNN } from '../../src/index.ts';
import { cleanEnv, cli, file, folder, lines, MAIN } from '../support/cli-run.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 2, 1);
const timeOf = (t: number): string => new Date(START + t * MINUTE).toISOString().replace('.000', '').replace('T', ' ');

/** Quiet values, and two incidents. */
const series = Array.from({ length: 400 }, (_, t) => 20 + ((t * 37) % 11) + (t % 3));
for (const [p, x] of [95, 97, 300].entries()) series[200 + p] = x;
series[300] = 900;

const csvOf = (from: number, to: number): string =>
  `time,cpu\n${series.slice(from, to).map((x, t) => `${timeOf(from + t)},${x}\n`).join('')}`; // biome-ignore format: one line
const input = csvOf(0, series.length);
const NAMED = ['--column=cpu', '--time=time'];

/** What the library says of every value. */
function told() {
  const watch = monitor();
  return series.map((value, t) => {
    const { expected } = watch;
    const score = watch.update(value);
    const { event, incident, surprise, alarm } = watch.last;
    return { t, value, expected, score, event, incident: incident!, surprise, alarm };
  });
}

async function run(args: string[], text = input, status = 0): Promise<{ stdout: string; stderr: string }> {
  const { stdout, stderr, ...rest } = await cli(args, { input: text });
  if (rest.status !== status) throw new Error(`exit status ${rest.status}: ${stderr}`);
  return { stdout, stderr };
}

const short = (x: number): number => Number(x.toPrecision(4));

describe('monitor', () => {
  const rows = told();
  const events = rows.filter(({ event }) => event !== undefined);

  test('the series has what the tests are about', () => {
    expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(['begin', 'end']));
    expect(events.length).toBeGreaterThanOrEqual(4);
  });

  test('csv tells of every value since when the incident under way lasts, and in it what was expected', async () => {
    const { stdout } = await run(['monitor', ...NAMED, '--format=csv']);
    const cells = rows.map(({ t, value, expected, score, event, incident, surprise, alarm }) => {
      const isOpen = incident !== undefined && (event === 'end' || incident.end === undefined);
      const known = isOpen ? expected : '';
      return [t, timeOf(t), value, score, known, Number(alarm), isOpen ? timeOf(incident.begin) : '', surprise].join(
        ',',
      );
    });
    expect(stdout).toBe(`index,time,value,score,expected,alarm,since,surprise\n${cells.join('\n')}\n`);
  });

  test('--only-alarms: a line when an alarm comes, and one when it is over', async () => {
    const text = events.map(({ t, event, value, expected, surprise, incident }) => {
      const { duration, begin, worst } = incident;
      const span = duration === 1 ? '1 value' : `${duration} values`;
      const what =
        event === 'end'
          ? `since ${timeOf(begin)}, ${span}, surprise up to ${short(worst)}`
          : `${short(value)}, expected ${short(expected)}, surprise ${short(surprise)}`;
      return `${timeOf(t)}  ${event}  cpu  ${what}\n`;
    });
    expect((await run(['monitor', ...NAMED, '--only-alarms'])).stdout).toBe(text.join(''));
    const bare = await run(['monitor', '--only-alarms'], lines(series));
    expect(bare.stdout.split('\n')[0]).toMatch(/^200 {2}begin {2}95, expected [\d.]+, surprise [\d.]+$/);
    expect((await run(['monitor', '--only-alarms', '--format=table'], lines(series))).stdout).toBe(bare.stdout);
  });

  test('--only-alarms prints these rows of csv and of json', async () => {
    const whole = (await run(['monitor', ...NAMED, '--format=csv'])).stdout.split('\n');
    const few = (await run(['monitor', ...NAMED, '--format=csv', '--only-alarms'])).stdout;
    expect(few).toBe(`${whole[0]},event\n${events.map(({ t, event }) => `${whole[t + 1]},${event}\n`).join('')}`);
    const json = (await run(['monitor', ...NAMED, '--format=json'])).stdout.split('\n');
    expect((await run(['monitor', ...NAMED, '--format=json', '--only-alarms'])).stdout).toBe(
      events.map(({ t }) => `${json[t]}\n`).join(''),
    );
    const none = await run(['monitor', '--format=csv', '--only-alarms', '--threshold=1e9'], lines(series));
    expect(none.stdout).toBe('index,value,score,expected,alarm,since,surprise,event\n');
  });

  test('a state in the middle of an incident knows the time of its begin as it was written', async () => {
    const args = ['monitor', ...NAMED, '--format=csv'];
    const { stdout } = await run(args);
    for (const cut of [201, 203]) {
      const state = [`--state=cut-${cut}.state`];
      const first = await run([...args, ...state], csvOf(0, cut));
      const rest = await run([...args, ...state], csvOf(cut, series.length));
      expect(first.stdout + rest.stdout.slice(rest.stdout.indexOf('\n') + 1)).toBe(stdout);
    }
    const info = JSON.parse((await run(['state', 'info', 'cut-201.state', '--format=json'])).stdout);
    expect(info.columns).toMatchObject([{ name: 'cpu', detector: 'Monitor' }]);
    // A part that prints nothing but scores remembers it, too.
    const quiet = ['--state=quiet.state'];
    await run(['monitor', ...NAMED, ...quiet], csvOf(0, 201));
    const after = (await run([...args, ...quiet], csvOf(201, 202))).stdout;
    expect(after.split('\n')[1]).toContain(`,0,${timeOf(200)},`);
  });

  test('--fail-on-alarm: status 3 after all output, 0 without an alarm', async () => {
    const { stdout } = await run(['monitor'], lines(series));
    expect((await run(['monitor', '--fail-on-alarm'], lines(series), 3)).stdout).toBe(stdout);
    expect((await run(['monitor', '--fail-on-alarm', '--format=json'], lines(series), 3)).stdout).toContain('"begin"');
    await run(['monitor', '--fail-on-alarm'], lines(series.slice(0, 200)));
    expect((await cli(['monitor', '--fail-on-alarm'], { input: `${lines(series)}oops\n` })).status).toBe(1);
    const quiet = ['backtest', '--fail-on-alarm', '--worst=0'];
    expect((await run(quiet, lines(series), 3)).stdout).toContain('incidents and ');
    await run(quiet, lines(series.slice(0, 200)));
  });

  test('--detector knn:W,K has the surprises of that detector, and its state goes on', async () => {
    const watch = monitor({ detector: new StreamingKNN(3, 2, { history: 10_000, normalize: 'mean' }) });
    const scores = lines(watch.learn(series));
    const args = ['monitor', '--detector=knn:3,2,mean'];
    expect((await run(args, lines(series))).stdout).toBe(scores);
    const state = ['--state=knn.state'];
    const first = await run([...args, ...state], lines(series.slice(0, 201)));
    expect(first.stdout + (await run(['monitor', ...state], lines(series.slice(201)))).stdout).toBe(scores);
    expect((await run(['state', 'info', 'knn.state'])).stdout).toContain(
      'settings  --warmup 100\n          --detector knn:3,2,mean\n',
    );
    const other = await cli(['monitor', '--detector=knn:3,3', ...state], { input: '1\n' });
    expect(other.stderr).toContain('was saved with --detector knn:3,2,mean, not with --detector knn:3,3');
    // A metric that is a function has no windows to name.
    const city = await run(
      ['monitor', '--detector=knn:3,2,manhattan,history=50', '--threshold=1', '--explain', '--state=city.state'],
      lines(series.slice(0, 201)),
    );
    expect(city.stderr).toMatch(/^95 at 200 ends a window with the score [\d.]+: surprise [\d.]+\n$/);
    expect((await run(['monitor', '--state=city.state'], lines(series.slice(201)))).stdout).toContain('\n');
  });

  test.each([
    [['--preset=views', '--detector=knn:1,1'], '--preset and --detector exclude each other: give one of them'],
    [['--detector=knn:1'], '--detector must be knn:WINDOW,NEIGHBORS and perhaps a metric, mean or zscore, history=N, such as knn:5,5,manhattan, got "knn:1"'],
    [['--detector=knn:1,1,mean,zscore'], '--detector must be knn:'],
    [['--detector=knn:1,1,mahalanobis'], '--detector: mahalanobis needs a covariance'],
    [['--detector=knn:1,1,nothing'], 'unknown metric "nothing"; the metrics are '],
    [['--detector=knn:1,1', '--step=5'], '--step is for --preset: a --detector does not use it'],
    [['--only-alarms', '--format=lines'], '--only-alarms is for the formats auto, csv, json and events: lines holds a score per value'],
    [['--exec-on=all'], '--exec-on is for --exec CMD'],
    [['--exec-timeout=5'], '--exec-timeout is for --exec CMD'],
    [['--exec= '], '--exec needs a command, got nothing but blanks'],
  ])('%j is refused in one line', async (args, message) => {
    const { stderr } = await run(['monitor', ...args], '1\n', 2);
    expect(stderr).toMatch(/^knn-anomaly: [^\n]+\n$/);
    expect(stderr).toContain(message);
  }); // biome-ignore format: a table
});

describe('--exec', () => {
  const dump =
    'x=$(cat); printf "%s|%s|%s|%s|%s|%s|%s|%s\\n" "$KNN_ANOMALY_EVENT" "$KNN_ANOMALY_INDEX" "$KNN_ANOMALY_TIME" "$KNN_ANOMALY_SERIES" "$KNN_ANOMALY_VALUE" "$KNN_ANOMALY_SINCE" "$KNN_ANOMALY_INPUT" "$x"';

  test('gets what happened in the environment and on standard input, and prints to standard error', async () => {
    const { stdout, stderr } = await run(['monitor', ...NAMED, '--format=events', '--exec', dump]);
    const printed = stdout.trim().split('\n');
    const told = stderr
      .trim()
      .split('\n')
      .sort((a, b) => Number(a.split('|')[1]) - Number(b.split('|')[1]));
    expect(told).toEqual(
      printed.map((line) => {
        const { event, index, time, name, value, since } = JSON.parse(line);
        return [event, index, time, name, value, since, 'standard input', line].join('|');
      }),
    );
    expect(printed.length).toBeGreaterThanOrEqual(4);
  });

  test('is run for what --exec-on names', async () => {
    const echo = ['monitor', '--exec', 'echo $KNN_ANOMALY_EVENT'];
    const named = async (on: string): Promise<Set<string>> =>
      new Set((await run([...echo, `--exec-on=${on}`], lines(series))).stderr.trim().split('\n'));
    expect(await named('begin')).toEqual(new Set(['begin']));
    expect(await named('all')).toEqual(new Set(told().flatMap(({ event }) => event ?? [])));
    expect((await named('alarms')).has('end')).toBe(false);
  });

  test('no text of the input is ever read by the shell', async () => {
    const evil = `$(touch ${join(folder, 'evil')})\`touch evil\`;touch evil;"'`;
    const text = `time,"${evil.replaceAll('"', '""')}"\n${series.map((x, t) => `"${timeOf(t)}",${x}\n`).join('')}`;
    const args = [
      'monitor',
      '--column=2',
      '--time=1',
      '--exec-on=begin',
      '--exec',
      'printf "%s\\n" "$KNN_ANOMALY_SERIES"',
    ];
    expect((await run(args, text)).stderr).toContain(`${evil}\n`);
    expect(existsSync(join(folder, 'evil'))).toBe(false);
  });

  test('a failure is one line, and the monitor goes on', async () => {
    const { stdout } = await run(['monitor'], lines(series));
    const failed = await run(['monitor', '--exec-on=begin', '--exec', 'exit 7'], lines(series));
    expect(failed.stdout).toBe(stdout);
    const begins = told().filter(({ event }) => event === 'begin');
    expect(failed.stderr.trim().split('\n').sort()).toEqual(
      begins.map(({ t }) => `knn-anomaly: --exec: the command for begin at ${t} failed with exit status 7`),
    );
    const unread = await run(['monitor', '--exec', 'exec 0<&-; sleep 0.1'], lines(series));
    expect(unread.stderr).toBe('');
  });

  test('a command that takes too long is ended with all that it began', async () => {
    const mark = join(folder, 'late');
    const args = ['monitor', '--exec-on=begin', '--exec-timeout=0.5', '--exec', `(sleep 5; touch ${mark}) & wait`];
    const begin = Date.now();
    const { stderr } = await run(args, lines(series.slice(0, 250)));
    expect(stderr).toBe('knn-anomaly: --exec: the command for begin at 200 took more than 0.5 s and was ended\n');
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, 6000 - (Date.now() - begin))));
    expect(existsSync(mark)).toBe(false);
  });

  test('at most 4 run, 256 wait, and what is dropped is counted', async () => {
    // Every second value is an incident of its own.
    const values = Array.from({ length: 1400 }, (_, t) => (t >= 200 && t % 2 === 0 ? 1e3 * t : 5 + (t % 3)));
    const args = ['stream', '-w1', '-k1', '--threshold=500', '--exec-on=begin', '--exec', 'echo ran; sleep 0.2'];
    const numBegins = (await run(['stream', '-w1', '-k1', '--threshold=500', '--only-alarms'], lines(values))).stdout
      .split('\n')
      .filter((line) => line.includes('  begin  ')).length;
    expect(numBegins).toBe(600);
    const { stderr } = await run(args, lines(values));
    const numRan = stderr.split('\n').filter((line) => line === 'ran').length;
    expect(numRan).toBeGreaterThanOrEqual(260);
    expect(stderr).toContain(
      'knn-anomaly: --exec: 4 commands run and 256 wait: further ones are dropped until one ends\n',
    );
    expect(stderr).toContain(`knn-anomaly: --exec: ${600 - numRan} commands were dropped in all\n`);
  });

  test('a signal ends the running commands, too', async () => {
    const script = file('slow.sh', `echo started; sleep 30; touch ${join(folder, 'survived')}`);
    const child = spawn(process.execPath, [MAIN, 'monitor', '--exec-on=begin', '--exec', `sh ${script}`], {
      cwd: folder,
      env: cleanEnv(),
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    child.stdout.resume();
    child.stdin.write(lines(series.slice(0, 210)));
    await once(child.stderr, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([143, null]);
  });

  test('Windows has no sh', () => {
    const options = { command: 'true', on: 'all', timeout: 1, input: '' } as const;
    expect(() => new AlarmCommands(options, 'win32')).toThrow('--exec needs sh, which Windows does not have');
  });
});

describe('--threshold of stream, changefinder and score', () => {
  const values = [1, 2, 1, 2, 9, 20, 1, NaN, 9, 1, 50];
  // With window 1 and 1 neighbor: the distance to the nearest value before.
  const scores = values.map((x, t) => {
    const before = values.slice(0, t).filter((other) => !Number.isNaN(other));
    return Number.isNaN(x) ? NaN : before.length === 0 ? 0 : Math.min(...before.map((other) => Math.abs(x - other)));
  });
  const cell = (x: number): string => (Number.isNaN(x) ? '' : String(x));

  test('a run of scores not below it is one alarm, since its first value', async () => {
    expect(scores).toEqual([0, 1, 0, 0, 7, 11, 0, NaN, 0, 0, 30]);
    const since = new Map([4, 5, 6].map((t) => [t, 4])).set(10, 10);
    const rows = values.map((x, t) =>
      [t, cell(x), cell(scores[t]!), Number(t === 4 || t === 10), since.get(t) ?? ''].join(','),
    );
    const args = ['-w1', '-k1', '--threshold=7', '--format=csv'];
    const text = `index,value,score,alarm,since\n${rows.join('\n')}\n`;
    expect((await run(['stream', ...args], lines(values))).stdout).toBe(text);
    expect((await run(['score', '--side=left', ...args], lines(values))).stdout).toBe(text);
    const alarms = await run(
      ['stream', '-w1', '-k1', '--threshold=7', '--only-alarms', '--fail-on-alarm'],
      lines(values),
      3,
    );
    expect(alarms.stdout).toBe(
      '4  begin  9, score 7\n6  end  since 4, 2 values, score up to 11\n10  begin  50, score 30\n',
    );
  });

  test('a state goes on within a run', async () => {
    const args = ['stream', '-w1', '-k1', '--threshold=7', '--format=events'];
    const whole = await run(args, lines(values));
    for (const cut of [5, 6, 8]) {
      const state = [`--state=run-${cut}.state`];
      const first = await run([...args, ...state], lines(values.slice(0, cut)));
      expect(first.stdout + (await run([...args, ...state], lines(values.slice(cut)))).stdout).toBe(whole.stdout);
    }
    const [begin, end] = whole.stdout.split('\n');
    expect(JSON.parse(begin!)).toEqual({
      index: 4, value: 9, score: 7, alarm: true, since: 4, event: 'begin',
      text: 'the score of 9 at 4 is 7: not below 7',
      incident: { begin: 4, peak: 4, end: null, duration: 1, value: 9, worst: 7 },
    }); // biome-ignore format: one object
    expect(JSON.parse(end!)).toMatchObject({
      text: 'the scores since 4 are over after 2 values; the highest was 11',
      incident: { begin: 4, peak: 5, end: 5, duration: 2, value: 20, worst: 11 },
    });
  });

  test('what has not the scores of all values refuses it', async () => {
    const places = await run(['score', '--top-only', '--threshold=1', '--fail-on-alarm'], lines(series), 2);
    expect(places.stderr).toBe('knn-anomaly: --threshold is for the scores of all values: leave out --top-only\n');
    const block = ['score', '--block=0/2', '--out=part.0'];
    for (const option of ['--threshold=1', '--top-only']) {
      const { stderr } = await run([...block, option], lines(series), 2);
      expect(stderr).toContain(`${option.split('=')[0]} does not go with --block: merge has the scores`);
    }
  });

  test('--fail-on-alarm and --only-alarms need it', async () => {
    for (const command of ['stream', 'changefinder', 'score']) {
      const { stderr } = await run([command, '--fail-on-alarm'], '1\n2\n', 2);
      expect(stderr).toBe('knn-anomaly: --fail-on-alarm needs --threshold X: what an alarm is\n');
    }
    await run(['changefinder', '--threshold=100', '--fail-on-alarm'], lines(series));
    await run(['changefinder', '--threshold=-100', '--fail-on-alarm'], lines(series), 3);
    await run(['score', '--threshold=1e9', '--fail-on-alarm'], lines(series));
    writeFileSync(join(folder, 'all.csv'), input);
    const out = ['-o', 'scores.csv', '--format=csv'];
    await run(['score', 'all.csv', ...NAMED, ...out, '--threshold=50', '--fail-on-alarm'], '', 3);
    expect(readFileSync(join(folder, 'scores.csv'), 'utf8').split('\n')[0]).toBe('index,time,value,score,alarm,since');
  });
});
