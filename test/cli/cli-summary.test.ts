// The summary of knn-anomaly score: its text, labels, widths, colors on a terminal; and the small parts it is made of.
import { spawn, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import {
  estimateBytes,
  estimateSeconds,
  formatBytes,
  formatCount,
  formatDuration,
  threadsIn,
  type Work,
} from '../../src/cli/cost.ts';
import { sparkline } from '../../src/cli/output/sparkline.ts';
import { plain, shortNumber, wrap } from '../../src/cli/output/text.ts';
import { cleanEnv, file, folder, lines, MAIN, score } from '../support/cli-run.ts';

/** A wave of period 20 with a spike at 60…62 and a hole at 100; a second column that is level but for 30. */
const wave = Array.from({ length: 120 }, (_, t) => (t >= 60 && t < 63 ? 90 : 10 + Math.abs((t % 20) - 10)));
const server = [
  'time,cpu,mem',
  ...wave.map((x, t) => `2026-01-01T00:${String(t).padStart(2, '0')}:00Z,${t === 100 ? '' : x},${t === 30 ? 9 : 5}`),
]
  .map((line) =>
    line.replace(
      /T00:(\d{3}|[6-9]\d):/,
      (_, m: string) => `T0${Math.floor(+m / 60)}:${String(+m % 60).padStart(2, '0')}:`,
    ),
  )
  .join('\n');

describe('the summary', () => {
  test('of one series, with indices', async () => {
    const path = file('wave.txt', lines(wave));
    expect(await score([path, '--format=summary', '--top=3'])).toMatchInlineSnapshot(`
      "wave.txt
      values    120
      range     10 to 90, median 15
      settings  window 5, 5 neighbors, euclidean

      series    ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█▅▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      scores    ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▇██▅▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
                           2           3            1

      #  ends at   score  values          vs expected
      1  63        114.2  19 90 90 90 17  above 32.8
      2  20       0.8944  16 17 18 19 20  around 16
      3  40       0.8944  16 17 18 19 20  around 16
      "
    `);
  });

  test('of two columns with times, labels and settings', async () => {
    file('server.csv', server);
    const labels = [
      'begin,end,fault,metric,note',
      '2026-01-01T01:00:00Z,2026-01-01T01:02:00Z,cpu-hog,cpu,"a, b"',
      '2026-01-01T00:30:00Z,2026-01-01T00:30:30Z,leak,mem,',
      '2026-01-01T01:50:00Z,2026-01-01T01:55:00Z,unseen,,',
    ];
    file('faults.csv', labels.join('\n'));
    const args = ['--column=cpu', '--column=mem', '--time=time', '--labels=faults.csv', '--format=summary'];
    expect(
      await score([
        'server.csv',
        ...args,
        '-w4',
        '-k2',
        '--side=left',
        '--aggregation=max',
        '--top=2',
        '--separation=8',
      ]),
    ).toMatchInlineSnapshot(`
      "server.csv · cpu
      values    120, 1 of them missing
      range     10 to 90, median 15
      settings  window 4, 2 neighbors, euclidean, max of the distances,
                earlier windows only, separation 8

      series    ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█▅▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      scores    ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▇█▇▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁··▁▁▁▁▁▁▁▁▁▁
                  2                                 1

      #  ends at time          score  values       vs expected  label
      1  2026-01-01T01:03:00Z  122.4  90 90 90 17  above 19     cpu-hog
      2  2026-01-01T00:05:00Z      4  18 17 16 15  below 19.5   –

      found 1 of 2 labeled faults among the 2 strangest places

      server.csv · mem
      values    120
      range     5 to 9, median 5
      settings  window 4, 2 neighbors, euclidean, max of the distances,
                earlier windows only, separation 8

      series    ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      scores    ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁███▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
                                 1

      #  ends at time          score  values   vs expected  label
      1  2026-01-01T00:30:00Z      4  5 5 5 9  above 5      leak

      found 1 of 2 labeled faults at the strangest place

      all columns: found 2 of 3 labeled faults
      "
    `);
  });

  test('of windows too long for the table, as curves', async () => {
    const path = file('wave.txt', lines(wave));
    expect(await score([path, '--format=summary', '--top=1', '-w', '30', '--normalize=zscore'])).toMatchInlineSnapshot(`
      "wave.txt
      values    120
      range     10 to 90, median 15
      settings  window 30, 5 neighbors, euclidean, zscore-normalized

      series    ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█▅▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁
      scores    ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▂▂▂▂▂▂▂▃▃▃▃▃▃▂▂▂▂▂▂████████▇▇▇████████▂▂▂▂▃▃▃▃▃▃▂▂▂▂▂▂
                                                                     1

      #  ends at  score  values                             vs expected
      1  91        5.23  █▂▁▁▁▁▁▁▁▁▁▂▂▂▂▂▂▂▁▁▁▁▁▁ 10 to 90  above 49.28
      "
    `);
  });

  test('of scores that stand elsewhere names the values that have them, and explains the windows they are about', async () => {
    const path = file('wave.txt', lines(wave));
    const rows = async (...args: string[]): Promise<string[]> => {
      const text = await score([path, '--format=summary', '--top=2', ...args]);
      return [text.match(/settings {2}(.*)/)![1]!, ...text.trimEnd().split('\n').slice(-3)];
    };
    expect(await rows('--align=center')).toEqual([
      'window 5, 5 neighbors, euclidean, scores in the middle of windows',
      '#  middle at   score  values          vs expected',
      '1  61          114.2  19 90 90 90 17  above 32.8',
      '2  18         0.8944  16 17 18 19 20  around 16',
    ]);
    // Two places of covered scores are 10 apart by default: the event raises the scores of the windows beside it, too.
    expect((await rows('--align=cover')).slice(0, 3)).toEqual([
      'window 5, 5 neighbors, euclidean, scores averaged over windows',
      '#  at  score  values          vs expected',
      '1  61  99.99  19 90 90 90 17  above 32.8',
    ]);
    // The value 62 is in the middle of a window with the missing value 64; the nearest without one ends at 63.
    const broken = file('broken.txt', lines(wave.map((x, t) => (t === 64 ? NaN : x))));
    const text = await score([broken, '--format=summary', '--top=1', '--align=cover', '--separation=5']);
    expect(text).toContain('separation 5');
    expect(text).toMatch(/^1 {2}6\d .*19 90 90 90 17/m);
  });

  test('is never wider than 80 columns outside a terminal', async () => {
    const wide = wave
      .map((x, t) => `2026-01-01T00:00:00.${String(t).padStart(3, '0')}0000+00:00,${x * 1234.56789}`)
      .join('\n');
    const text = await score(['--format=summary', '--time=1', '--top=9', '--metric=mahalanobis'], { input: wide });
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('of a constant series, of missing values only, and of one window', async () => {
    const nothing = 'No place stands out: every score is 0 or missing.';
    expect(await score(['--format=summary'], { input: '3\n'.repeat(20) })).toContain(nothing);
    const missing = await score(['--format=summary'], { input: 'NaN\n'.repeat(20) });
    expect(missing).toContain(nothing);
    expect(missing).toContain('20, 20 of them missing');
    expect(missing).toContain('····');
    expect(await score(['--format=summary', '-w3'], { input: '1\n2\n3\n' })).toContain(nothing);
  });

  test('labels by index: a window that overlaps the interval by one value finds it', async () => {
    const path = file('wave.txt', lines(wave));
    const found = async (label: string): Promise<string> => {
      file('one.csv', `label,begin,end\nx,${label}\n`);
      const text = await score([path, '--format=summary', '--top=1', '--labels=one.csv']);
      return text.trimEnd().split('\n').at(-1)!;
    };
    // The strangest window is 60…64 or one of its neighbors: see the first test.
    expect(await found('60,62')).toBe('found 1 of 1 labeled faults at the strangest place');
    expect(await found('0,10')).toBe('found 0 of 1 labeled faults at the strangest place');
  });

  test('says against what it scored', async () => {
    file('base.txt', lines(wave.slice(0, 40)));
    const text = await score(['--format=summary', '--reference=base.txt', '--engine=brute'], { input: lines(wave) });
    expect(text).toContain('settings  window 5, 5 neighbors, euclidean, brute engine, against base.txt\n');
    expect(text.startsWith('standard input\n')).toBe(true);
  });

  test('shows names, times and labels without their control characters', async () => {
    const input = 't,\u001b[31mv\n1\u0007,1\n2,5\n3,2\n';
    const text = await score(['--format=summary', '-w1', '--time=t', '--column=2'], { input });
    expect(text).not.toMatch(/(?!\n)\p{Cc}/u);
  });
});

const hasScript = spawnSync('script', ['-V']).status === 0 && process.platform === 'linux';

describe.skipIf(!hasScript)('on a terminal', () => {
  /** What the program shows on a terminal of 60 columns. */
  async function shown(command: string, env: Record<string, string> = {}): Promise<string> {
    const program = `stty cols 60; '${process.execPath}' '${MAIN}' ${command}`;
    const child = spawn('script', ['-qec', program, '/dev/null'], {
      cwd: folder,
      env: cleanEnv({ SHELL: '/bin/sh', ...env }),
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    child.stdin.end();
    await new Promise((resolve) => child.on('close', resolve));
    return text.replaceAll('\r', '');
  }

  test('the summary is the default, in color and as wide as the terminal', async () => {
    file('wave.txt', lines(wave));
    const text = await shown('score wave.txt');
    expect(text).toContain('\u001b[1mwave.txt\u001b[22m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colors are made of them
    const bare = text.replaceAll(/\u001b\[\d+m/g, '');
    expect(Math.max(...bare.split('\n').map((line) => line.length))).toBe(60);
  });

  test('NO_COLOR takes the colors away', async () => {
    file('wave.txt', lines(wave));
    expect(await shown('score wave.txt', { NO_COLOR: '1' })).not.toContain('\u001b');
  });

  test('--format lines and --output show no summary', async () => {
    file('wave.txt', lines(wave));
    expect(await shown('score wave.txt --format lines')).toMatch(/^(\d[\d.e-]*\n){120}$/);
    expect(await shown('score wave.txt -o wave.out')).toBe('');
  });

  test('without a FILE the program does not wait for typed numbers', async () => {
    expect(await shown('score')).toBe(
      'knn-anomaly: no FILE, and standard input is a terminal (see knn-anomaly score --help)\n',
    );
  });
});

describe('the parts', () => {
  test('sparkline: one cell per value while there is room', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 80, 'mean')).toBe('▁▂▃▄▅▆▇█');
    expect(sparkline([-1e308, 1e308], 80, 'mean')).toBe('▁█');
    expect(sparkline([5, 5, 5], 80, 'mean')).toBe('▁▁▁');
    expect(sparkline([], 80, 'mean')).toBe('');
  });

  test('sparkline: mean or max of a bucket, a dot for one without values', () => {
    const values = [0, 0, 8, 0, NaN, NaN, NaN, 4];
    expect(sparkline(values, 4, 'max')).toBe('▁█·▅');
    expect(sparkline(values, 4, 'mean')).toBe('▁█·█');
  });

  test('shortNumber', () => {
    const cases = [0, -0.5, 12.345678, 1234.5, 12345.6, 123456789.4, 1e12, 1.23456e-7];
    expect(cases.map((x) => shortNumber(x))).toEqual([
      '0',
      '-0.5',
      '12.35',
      '1235',
      '12346',
      '123456789',
      '1000000000000',
      '1.235e-7',
    ]);
    expect(shortNumber(1.5e300)).toBe('1.5e300');
  });

  test('plain, wrap', () => {
    expect(plain('a\u0000\u001bb\n')).toBe('a b');
    expect(plain('abcdef', 4)).toBe('abc…');
    expect(wrap(['one', 'two', 'three'], 9)).toEqual(['one, two,', 'three']);
  });

  test('formatBytes, formatCount, formatDuration', () => {
    expect([0, 1023, 1024, 1.5 * 1024 ** 2, 200 * 1024 ** 3].map(formatBytes)).toEqual([
      '0 bytes',
      '1023 bytes',
      '1.0 KB',
      '1.5 MB',
      '200 GB',
    ]);
    expect([0, 999, 1000, 1234567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567']);
    expect([0.1, 12, 180, 7200, 1e6].map(formatDuration)).toEqual([
      'about 1 s',
      'about 12 s',
      'about 3 min',
      'about 2 h',
      'about 12 days',
    ]);
  });

  test('estimates grow with the work', () => {
    const work: Work = {
      windowSize: 5,
      k: 5,
      metric: 'euclidean',
      normalize: 'none',
      engine: 'auto',
      reference: undefined,
    };
    expect(estimateBytes(1e6, work)).toBeGreaterThan(8e6);
    const whitened: Work = { ...work, metric: 'mahalanobis' };
    expect(estimateBytes(1e6, { ...whitened, windowSize: 50 })).toBeGreaterThan(estimateBytes(1e6, whitened));
    expect(estimateBytes(1e6, { ...work, windowSize: 500 })).toBeLessThan(1e9);
    expect(estimateBytes(1e6, { ...work, windowSize: 500, normalize: 'zscore' })).toBeLessThan(1e9);
    expect(estimateBytes(1e6, work, 3)).toBeGreaterThan(estimateBytes(1e6, work));
    expect(estimateBytes(3, { ...work, windowSize: 1e9 })).toBeLessThan(100);
    const diagonal: Work = { ...work, windowSize: 50 };
    // Threads share the diagonals of a series with itself, and have their own against a reference.
    expect(estimateBytes(1e6, diagonal, 3, 4)).toBeLessThan(1.3 * estimateBytes(1e6, diagonal, 3));
    const referred: Work = { ...diagonal, reference: 'r' };
    expect(estimateBytes(1e6, referred, 3, 4)).toBeGreaterThan(2 * estimateBytes(1e6, referred, 3));
    // Threads share a tree: 10⁷ values, which took 1.0 GB, are within the default of 2 GB.
    expect(estimateBytes(1e7, work, 1, 2)).toBeGreaterThan(1.02e9);
    expect(estimateBytes(1e7, work, 1, 2)).toBeLessThan(1.3e9);
    expect(threadsIn(estimateBytes(1e6, work, 3, 4), 1e6, work, 3)).toBe(4);
    expect(threadsIn(0.99 * estimateBytes(1e6, work, 3, 4), 1e6, work, 3)).toBe(3);
    expect(threadsIn(1, 1e6, work, 3)).toBe(1);
    expect(estimateSeconds(1e5, 1e5, work, 4)).toBe(estimateSeconds(1e5, 1e5, work) / 4);
    const slow: Work = { ...work, metric: 'manhattan' }; // by one thread, whatever there are
    expect(estimateSeconds(1e5, 1e5, slow, 4)).toBe(estimateSeconds(1e5, 1e5, slow));
    const brute: Work = { ...work, engine: 'brute' };
    expect(estimateSeconds(2e5, 2e5, brute) / estimateSeconds(1e5, 1e5, brute)).toBeCloseTo(4, 0);
    expect(estimateSeconds(1e5, 1e5, { ...work, metric: 'manhattan' })).toBeGreaterThan(
      estimateSeconds(1e5, 1e5, work),
    );
  });
});
