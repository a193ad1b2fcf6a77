// The command plot: figures in files and on standard output, and one clear line for what cannot be drawn.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { monitor } from '../../src/calibrate.ts';
import { KNN } from '../../src/index.ts';
import { plotSVG } from '../../src/plot.ts';
import { cli, file, files, folder, lines } from '../support/cli-run.ts';
import { whiteNoise } from '../support/series.ts';

const FONT = join(import.meta.dirname, '../../node_modules/dejavu-fonts-ttf/ttf/DejaVuSans.ttf');
const values = Array.from(whiteNoise(300, 2), (x, t) => (t === 200 ? 20 : Math.round(100 * x) / 100));

/** `knn-anomaly plot` that must succeed: what it prints. */
async function plot(args: string[], input = lines(values)): Promise<string> {
  const run = await cli(['plot', ...args], { input });
  expect(run).toMatchObject({ status: 0, stderr: '' });
  return run.stdout;
}

describe('knn-anomaly plot', () => {
  test('draws what plotSVG draws: KNN(5, 5) beneath the series', async () => {
    const scores = [{ label: 'KNN(5, 5)', values: new KNN(5, 5).score(values), windowSize: 5 }];
    expect(await plot([])).toBe(plotSVG({ series: values, scores, title: 'standard input' }));
    const options = [
      '--title',
      'T',
      '--width',
      '400',
      '--height=400',
      '--theme',
      'dark',
      '--detector',
      'knn:3, 2,left',
    ];
    const left = [{ label: 'KNN(3, 2, left)', values: new KNN(3, 2, { side: 'left' }).score(values), windowSize: 3 }];
    const expected = plotSVG({ series: values, scores: left, title: 'T', width: 400, height: 400, theme: 'dark' });
    expect(await plot(options)).toBe(expected);
  });

  test('draws several detectors and ready scores, with thresholds and marks', async () => {
    file('ready.txt', lines(values.map((_, t) => t % 10)));
    file('ready.csv', 'index,value,score\n' + values.map((x, t) => `${t},${x},${t === 7 ? '' : t}\n`).join(''));
    const detectors = ['--detector', 'changefinder', '--detector', 'knn:1,1', '--detector=sdar'];
    const svg = await plot([
      ...detectors,
      '--scores=ready.txt',
      '--scores=ready.csv',
      '--threshold=none',
      '--threshold=5',
    ]);
    const names = [...svg.matchAll(/font-weight="600"[^>]*>([^<]*)</g)].map(([, name]) => name);
    const expected = ['ChangeFinder(5, 0.01, 10, 0.01, 5)', 'KNN(1, 1)', 'SDAR(5, 0.01)', 'ready.txt', 'ready.csv'];
    expect(names.slice(2)).toEqual(expected);
    expect(svg.match(/>threshold 5</g)).toHaveLength(1);
    expect(svg.match(/<circle/g)).toHaveLength(2);
    const marked = await plot(['--top', '3']);
    expect(marked.match(/<circle/g)).toHaveLength(3);
    expect(marked).toContain('>window of an alarm</text>');
  });

  test('leaves out the start of detectors that learn as they go', async () => {
    const gaps = async (...args: string[]): Promise<number[]> => {
      const svg = await plot(['--detector=changefinder', ...args]);
      return [...svg.matchAll(/stroke-dasharray="2 2" d="M50 [\d.]+H([\d.]+)"/g)].map(([, end]) => Number(end) - 50);
    };
    const [usual] = await gaps();
    expect(usual! / (860 - 50)).toBeCloseTo(74 / 299, 2); // 1/0.01 values, but no more than a quarter
    expect(await gaps('--warmup=0')).toEqual([]);
    expect((await gaps('--warmup=31'))[0]! / (860 - 50)).toBeCloseTo(30 / 299, 2);
  });

  test('takes times and labels', async () => {
    const at = (t: number): string => new Date(Date.UTC(2026, 10, 23, 12, 0, t)).toISOString();
    file('t.csv', 'time,a,b\n' + values.map((x, t) => `${at(t)},${x},${t}\n`).join(''));
    file('faults.csv', `begin,end,fault,metric\n${at(100)},${at(120)},outage,a\n${at(10)},${at(12)},other,b\n`);
    const svg = await plot(['t.csv', '--column=a', '--time=time', '--labels=faults.csv']);
    for (const text of ['12:01:00', 'Nov 23, 2026', 'UTC', 'outage', 't.csv · a']) expect(svg).toContain(`>${text}</t`);
    expect(svg).not.toContain('other');
    file('n.csv', 'time,a\n1,5\n3,6\n8,7\n9,5\n10,4\n12,5\n');
    expect(await plot(['n.csv', '--column=a', '--time=time', '--step=none', '--detector=knn:2,1'])).toContain(
      '>12</text>',
    );
  });

  test('--detector monitor draws surprises with their threshold, alarms, incidents and with --band the band', async () => {
    const watch = monitor();
    const [surprises, low, high, expected] = [0, 0, 0, 0].map(() => [] as number[]);
    const alarms: number[] = [];
    const labels: { begin: number; end: number; label: string }[] = [];
    for (const [t, x] of values.entries()) {
      low!.push(watch.low);
      high!.push(watch.high);
      expected!.push(watch.expected);
      watch.update(x);
      const { surprise, alarm, event, incident } = watch.last;
      surprises!.push(surprise);
      if (alarm) alarms.push(t);
      if (event === 'begin') labels.push({ begin: t, end: t, label: 'incident' });
      if (incident !== undefined) labels.at(-1)!.end = incident.begin + incident.duration - 1;
    }
    expect(labels[0]!.begin).toBe(200);
    const scores = [{ label: 'surprise (metrics)', values: surprises!, threshold: 4, alarms }];
    const figure = { series: values, scores, labels, title: 'standard input' };
    expect(await plot(['--detector=monitor'])).toBe(plotSVG(figure));
    const band = { low: low!, high: high!, expected: expected! };
    expect(await plot(['--detector=monitor:metrics', '--band'])).toBe(plotSVG({ ...figure, band }));
  });

  test('--threshold of a monitor is its threshold; known faults and incidents have names', async () => {
    const watch = monitor({ preset: 'novelty', threshold: 2 });
    watch.learn(values.slice(0, 200));
    expect(watch.last.incident).toBeDefined();
    const svg = await plot(['--detector=monitor:novelty', '--threshold=2']);
    expect(svg).toContain('>threshold 2</text>');
    expect(svg.match(/<circle/g)!.length).toBeGreaterThan(2);
    file('known.csv', 'begin,end,fault\n10,40,outage\n');
    const named = await plot(['--detector=monitor', '--labels=known.csv']);
    for (const name of ['outage', 'incident']) expect(named).toContain(`<title>${name}</title>`);
  });

  test('shows missing values as gaps', async () => {
    const svg = await plot(['--detector=knn:2,1'], '1\n2\n1\n\nNaN\n2\n1\n3\n');
    expect(svg.match(/height="3"/g)).toHaveLength(4); // a bar and its sample in the legend, in two panels
  });

  test('writes files, and overwrites them with --force only', async () => {
    await plot(['-o', 'a.svg']);
    const text = readFileSync(join(folder, 'a.svg'), 'utf8');
    expect(text).toBe(await plot([]));
    expect(await cli(['plot', '-o', 'a.svg'], { input: '1\n2\n' })).toMatchObject({
      status: 1,
      stderr: 'knn-anomaly: a.svg: exists already; --force overwrites it\n',
    });
    expect(readFileSync(join(folder, 'a.svg'), 'utf8')).toBe(text);
    await plot(['-o', 'a.svg', '--force', '--title=New']);
    expect(readFileSync(join(folder, 'a.svg'), 'utf8')).toContain('>New<');
  });

  test.skipIf(!existsSync(FONT))('writes PNG', async () => {
    await plot(['-o', 'a.png', '--font', FONT, '--width=300']);
    const png = readFileSync(join(folder, 'a.png'));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.readUInt32BE(16)).toBe(600);
  });

  test('--help says every option', async () => {
    const help = await plot(['--help']);
    expect(help).toMatch(/^Usage: knn-anomaly plot /);
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(await plot(['-h'])).toBe(help);
  });
});

describe('knn-anomaly plot refuses', () => {
  const series = '1\n2\n3\n2\n1\n2\n';
  test.each<[string[], string, number]>([
    [['--detector=knn:0,5'], '--detector "knn:0,5": windowSize must be a positive integer, got 0 (write knn:WINDOW', 2],
    [['--detector=knn:5'], '--detector "knn:5": "" is no number', 2],
    [['--detector=knn:5,5,right'], '"right" is none of left, mean, zscore', 2],
    [['--detector=changefinder:5'], 'needs 5 arguments, got 1 (write changefinder:ORDER,DISCOUNT', 2],
    [['--detector=sdar:5,2'], 'discount must', 2],
    [['--detector=magic'], '--detector must be one of knn, changefinder, sdar, monitor, views, locate, got "magic"', 2],
    [['--detector=monitor:best'], '--detector "monitor:best": preset must be one of \'metrics\'', 2],
    [['--detector=monitor:views,5'], 'needs one preset, got 2 (write monitor:PRESET)', 2],
    [['--detector=monitor', '--detector=monitor'], 'one monitor at a time', 2],
    [['--detector=monitor', '--threshold=0'], '--threshold of a monitor must be a positive number, got "0"', 2],
    [['--detector=views:5'], '--detector "views:5": takes no arguments, got "5" (write views)', 2],
    [['--detector=locate:0'], 'the number of parts must be a positive integer, got "0" (write locate:N)', 2],
    [['--detector=locate', '--threshold=1'], '--threshold of locate must be none: it has no scores', 2],
    [['two.csv', '--column=a', '--column=b', '--scores=short.txt'], '--scores is for one column', 2],
    [['--timezone=Europe/Berlin'], '--timezone is for --time NAME', 2],
    [['two.csv', '--column=a', '--time=b', '--timezone=Mars'], '--timezone must be a time zone such as', 2],
    [['two.csv', '--column=a', '--time=b', '--step=soon'], '--step must be a time such as 30s', 2],
    [['uneven.csv', '--column=a', '--time=time'], 'uneven.csv: times must have a common step', 1],
    [['--band'], '--band is for --detector monitor', 2],
    [['--threshold=x'], '--threshold must be a number or none, got "x"', 2],
    [['--threshold=1', '--threshold=2'], '--threshold is given 2 times, but there are 1 scores to draw', 2],
    [['-o', 'a.pdf'], '--output must end in .svg, .png or .html, or needs --format, got "a.pdf"', 2],
    [['--font=a.ttf'], '--font is for PNG', 2],
    [['--force'], '--force is for --output FILE', 2],
    [['--theme=blue'], '--theme must be one of auto, light, dark, got "blue"', 2],
    [['--width=5'], 'width must be from 200 to 10000 pixels, got 5', 1],
    [['--height=50'], 'height must be at least', 1],
    [['--windw'], 'unknown option --windw (see knn-anomaly plot --help)', 2],
    [['--detector=knn:7,5'], 'KNN(7, 5): the window is larger than the series: standard input has 6 values', 1],
    [['--scores=short.txt'], 'short.txt: has 2 scores, but standard input has 6 values', 1],
    [['none.csv', '--column=a'], 'none.csv: no such file', 1],
    [['mad.csv', '--column=a', '--time=time'], 'row 2: the time must be a number, got "x"', 1],
    [['--max-memory=1K'], 'more than --max-memory', 1],
  ])('%j', async (args, message, status) => {
    file('short.txt', '1\n2\n');
    file('two.csv', 'a,b\n1,1\n2,2\n3,3\n');
    file('uneven.csv', 'time,a\n1,5\n3,6\n8,7\n9,5\n10,4\n12,5\n');
    file('mad.csv', 'time,a\n2,1\nx,2\n');
    const before = files();
    const run = await cli(['plot', ...args], { input: series });
    expect(run).toMatchObject({ status, stdout: '' });
    expect(run.stderr).toMatch(/^knn-anomaly: [^\n]+\n$/);
    expect(run.stderr).toContain(message);
    expect(files()).toEqual(before);
  });
});
