// Narrow terminals: no line of any table is longer than COLUMNS says; and eval of what the program itself has written.
import { describe, expect, test } from 'vitest';
import { cli, file } from '../support/cli-run.ts';

const series = Array.from({ length: 400 }, (_, t) => 20 + ((t * 37) % 11) + (t >= 250 && t < 254 ? 80 : 0));
const dateOf = (t: number): string => new Date(Date.UTC(2026, 2, 1) + t * 60_000).toISOString().replace('.000', '');
const TABLE = file('series.csv', `time,cpu_percent\n${series.map((x, t) => `${dateOf(t)},${x}\n`).join('')}`);
const LABELS = file('labels.csv', `begin,end\n${dateOf(250)},${dateOf(253)}\n`);
const INDICES = file('indices.csv', 'begin,end\n250,253\n');
const NAMED = [TABLE, '--column=cpu_percent', '--time=time'];

async function run(args: string[], env: Record<string, string> = {}, input = ''): Promise<string> {
  const { status, stdout, stderr } = await cli(args, { env, input });
  if (status !== 0) throw new Error(`exit status ${status}: ${stderr}`);
  return stdout;
}

describe.each(['40', '60'])('with COLUMNS=%s every line fits', (COLUMNS) => {
  test.each<[string, string[]]>([
    ['score', ['score', ...NAMED, '--format=summary', '--labels', LABELS]],
    ['score, long windows', ['score', ...NAMED, '-w30', '--format=summary']],
    ['locate', ['locate', ...NAMED, '--top=3']],
    ['backtest', ['backtest', ...NAMED, '--per-day=2']],
    ['monitor', ['monitor', ...NAMED, '--format=table', `--state=${COLUMNS}.state`]],
    ['state', ['state', 'info', `${COLUMNS}.state`]],
    ['suggest', ['suggest', ...NAMED]],
  ])('%s', async (_, args) => {
    const text = await run(args, { COLUMNS });
    expect(text.split('\n').filter((line) => [...line].length > Number(COLUMNS))).toEqual([]);
    expect(text.length).toBeGreaterThan(40);
  });

  test('eval', async () => {
    const scores = await run(['score', ...NAMED, '--format=csv']);
    const text = await run(['eval', '--labels', LABELS, '--threshold=4'], { COLUMNS }, scores);
    const long = text.split('\n').filter((line) => line.length > Number(COLUMNS));
    expect(COLUMNS === '40' ? long : []).toEqual([]);
    expect(text).toContain('point-adjusted');
  });
});

test('the places of a narrow score hold what those of a wide one do', async () => {
  const args = ['score', ...NAMED, '--format=summary', '--top=1'];
  const [head, wide] = (await run(args)).trimEnd().split('\n').slice(-2);
  expect(head).toMatch(/^# {2}ends at time {2,}score {2}values +vs expected$/);
  const [, time, score, values, expected] = /^1 {2}(\S+) +(\S+) {2}([\d. ]+?) +((?:above|below) .*)$/.exec(wide!)!;
  const narrow = (await run(args, { COLUMNS: '40' })).trimEnd().split('\n').slice(-4);
  expect(narrow).toEqual([
    `1 ends at time ${time},`,
    `  score ${score},`,
    `  values ${values},`,
    `  vs expected ${expected}`,
  ]);
});

test('the live table has a header, the threshold, and a mark at an alarm', async () => {
  const wide = (await run(['monitor', ...NAMED, '--format=table'])).split('\n');
  expect(wide[0]).toBe('time                       value       score ▲ from 4');
  expect(wide[1]).toBe(`${dateOf(0)}          20           0${' '.repeat(11)}┊`);
  const alarm = wide.find((line) => line.includes('▲ █'))!;
  expect(alarm).toMatch(/^2026-03-01T04:10:00Z +\d+ +[\d.]+ ▲ █+ begin$/);
  const narrow = (await run(['monitor', ...NAMED, '--format=table'], { COLUMNS: '40' })).split('\n');
  expect(narrow[0]).toBe('time       value   score ▲ from 4');
  expect(narrow.find((line) => line.includes('▲ █'))).toMatch(/^04:10:00 +\d+ +[\d.]+ ▲ █+ begin$/);
  const two = await run(
    ['stream', '-w1', '-k1', '--column=a', '--column=b', '--format=table'],
    { COLUMNS: '40' },
    'a,b\n1,2\n3,4\n',
  );
  const rows = [
    ' '.repeat(4) + 'index        value   score',
    '0       a        1       0',
    '        b        2       0',
  ];
  const bars = ['1       a        3       2   █████', '        b        4       2   █████'];
  expect(two.split('\n')).toEqual([rows[0]!.trim(), ...rows.slice(1), ...bars, '']);
});

describe('eval takes what the program has written', () => {
  /** What is said without the name of the input. */
  const said = (text: string): string => text.slice(text.indexOf(':'));

  test.each(['score', 'stream', 'monitor', 'changefinder'])(
    'csv and JSON lines of %s, with labels by time or by index',
    async (command) => {
      const csv = await run([command, ...NAMED, '--format=csv']);
      const wanted = said(await run(['eval', '--labels', LABELS, '--column=score', '--time=time'], {}, csv));
      expect(wanted).toContain('400 values, 1 anomaly of 4 values');
      expect(said(await run(['eval', '--labels', LABELS], {}, csv))).toBe(wanted);
      expect(said(await run(['eval', file('own.csv', csv), '--labels', LABELS]))).toBe(wanted);
      const json = await run([command, ...NAMED, '--format=json']);
      expect(said(await run(['eval', '--labels', LABELS], {}, json))).toBe(wanted);
      const bare = await run([command, TABLE, '--column=cpu_percent', '--format=csv']);
      expect(said(await run(['eval', '--labels', INDICES], {}, bare))).toBe(wanted);
    },
  );

  test('labels about one column are those of its scores in an output of several', async () => {
    const about = file(
      'about.csv',
      `begin,end,metric\n${dateOf(250)},${dateOf(253)},cpu_percent\n${dateOf(5)},${dateOf(5)},other\n`,
    );
    const table = file(
      'two.csv',
      `time,cpu_percent,other\n${series.map((x, t) => `${dateOf(t)},${x},${t % 7}\n`).join('')}`,
    );
    const csv = await run(['score', table, '--column=cpu_percent', '--column=other', '--time=time', '--format=csv']);
    const args = ['eval', '--labels', about, '--time=time'];
    expect(await run([...args, '--column=cpu_percent_score'], {}, csv)).toContain('400 values, 1 anomaly of 4 values');
    expect(await run([...args, '--column=other_score'], {}, csv)).toContain('400 values, 1 anomaly of 1 value ');
    const one = await run(['score', ...NAMED, '--format=csv']);
    expect((await cli(['eval', '--labels', about], { input: one })).stderr).toBe(
      'knn-anomaly: about.csv: no label is about "score"; they are about cpu_percent, other\n',
    );
  });

  test('an output of alarms alone is refused; a table of others is what it was', async () => {
    for (const args of [['--format=csv', '--only-alarms'], ['--format=events']]) {
      const text = await run(['monitor', ...NAMED, ...args]);
      const { status, stderr } = await cli(['eval', '--labels', LABELS], { input: text });
      expect(status).toBe(1);
      expect(stderr).toMatch(
        /^knn-anomaly: standard input: the rows go from index \d+ to \d+: scores of all values are needed, not of alarms alone \(--column takes rows as they lie\)\n$/,
      );
    }
    const { stderr } = await cli(['eval', '--labels', INDICES], { input: 'a,score\n1,2\n2,1\n' });
    expect(stderr).toContain('2 columns hold numbers: choose one with --column');
  });
});
