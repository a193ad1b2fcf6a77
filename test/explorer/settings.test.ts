// The explorer's address, commands and programs.
import { describe, expect, test } from 'vitest';
import type { Opened } from '../../examples/explorer/read/protocol.ts';
import { DEFAULT, decode, encode } from '../../examples/explorer/score/detectors.ts';
import { fromHash, NEW, toHash } from '../../examples/explorer/settings.ts';
import { commandOf, programOf } from '../../examples/explorer/take/command.ts';
import { quoted, wordsOf } from '../../src/cli/explore/words.ts';

describe('the address', () => {
  test('says what is shown', () => {
    const settings = {
      options: '--decimal , --na "n / a"',
      column: 'cpu %',
      time: '',
      zone: 'Europe/Berlin',
      detectors: [
        {
          ...DEFAULT,
          windowSize: 50,
          k: 1,
          metric: 'manhattan' as const,
          normalize: 'zscore' as const,
          threshold: 2.5,
        },
        { ...DEFAULT, kind: 'monitor' as const, preset: 'views' as const },
        { ...DEFAULT, kind: 'locate' as const, places: 3 },
        { ...DEFAULT, kind: 'changefinder' as const, smoothing: 7 },
      ],
      range: [10, 250] as const,
    };
    expect(fromHash(`#${toHash(settings)}`)).toEqual(settings);
    expect(fromHash('')).toEqual(NEW);
  });

  test.each(['knn:0,5', 'knn:5,1.5', 'knn:5,5,cosine', 'monitor:all', 'changefinder:2', 'knn:5,5@x', 'other', ''])(
    'a detector that is none is left out: %s',
    (text) => {
      expect(decode(text)).toBeUndefined();
      expect(fromHash(`#detector=${encodeURIComponent(text)}`).detectors).toEqual(NEW.detectors);
    },
  );

  test('what is left out of a detector is as on a new page', () => {
    expect(decode('knn:7')).toEqual({ ...DEFAULT, windowSize: 7 });
    expect(decode('monitor@3')).toEqual({ ...DEFAULT, kind: 'monitor', threshold: 3 });
    expect(decode(encode(DEFAULT))).toEqual(DEFAULT);
  });
});

describe('words', () => {
  test.each([
    ['--decimal , --na="a b"', ['--decimal', ',', '--na=a b']],
    [`--where 'host=web 1' x\\ y`, ['--where', 'host=web 1', 'x y']],
    ['  ', []],
  ])('%s', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
    expect(wordsOf(words.map(quoted).join(' '))).toEqual(words);
  });
});

describe('what is taken along', () => {
  const opened: Opened = {
    name: 'server log.csv',
    column: 'cpu',
    time: 'time',
    columns: { numbers: ['cpu', 'mem'], times: ['time'], areFields: false },
    values: new Float64Array(9),
    grid: { start: 0, step: 1000, isDate: true },
    numRows: 9,
    isPlain: true,
    notices: [],
  };
  const of = (text: string, options = ''): { command: string; program: string } => {
    const work = { opened, options, detector: decode(text)! };
    return { command: commandOf(work), program: programOf(work) };
  };

  test('KNN', () => {
    const { command, program } = of('knn:50,1,manhattan,mean,25@3');
    expect(command).toBe(
      "knn-anomaly score --window 50 --neighbors 1 --metric manhattan --normalize mean --exclusion-zone 25 --format csv 'server log.csv' --column cpu --time time",
    );
    expect(program).toContain(
      "new KNN(50, 1, { metric: manhattan, normalize: 'mean', exclusionZone: 25 }).score(series)",
    );
    expect(program).toContain('score >= 3');
  });

  test('a monitor, with its step', () => {
    const { command, program } = of('monitor:metrics@5');
    expect(command).toBe(
      "knn-anomaly monitor --threshold 5 --step 1 --format csv 'server log.csv' --column cpu --time time",
    );
    expect(program).toContain('monitor({ threshold: 5, step: 1 })');
  });

  test('options that were typed come first, and are not said twice', () => {
    const { command } = of('locate:3', '--column mem --step 2s');
    expect(command).toBe("knn-anomaly locate --top 3 'server log.csv' --column mem --step 2s --time time");
  });

  test('ChangeFinder', () => {
    const { command, program } = of('changefinder:0.02,0.03,7');
    expect(command).toContain('changefinder --outlier-discount 0.02 --change-discount 0.03 --smoothing 7');
    expect(program).toContain('new ChangeFinder(5, 0.02, 10, 0.03, 7).learn(series)');
  });
});
