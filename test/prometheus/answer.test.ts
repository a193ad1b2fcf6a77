// The answers of a server, read as their bytes come, are what JSON.parse says of the whole text.
import { describe, expect, test } from 'vitest';
import { AnswerReader } from '../../src/prometheus/answer.ts';
import { seriesKey } from '../../src/prometheus.ts';
import { noise } from '../support/fake-prometheus.ts';

/** Labels and values that look like the end of a series, of an answer, or of a text. */
const HOSTILE = [
  ...['', 'plain', ']]', ']]}', '},{"metric":{', '"', '\\', '\\"', '\\\\"]]},', '{}', 'ä𝄞\u2028', '\n\t\u0001'],
  ...['"values":[[', 'x'.repeat(100_000), '\\u0022', '},"values":[[1,', '\ufeff', '\u0000'],
];

/** Numbers as servers write them, and what is hard to read. */
const NUMBERS = [
  ...['1e-7', 'NaN', '+Inf', '-3.5', '-Inf', '0', '-0', '007', '0.1', '12.3456', '0.06666666666666667', '1e+21'],
  ...['9007199254740993', '123456789012345678901234567890', '1.7976931348623157e308', '5e-324', '1e400', '-1e400'],
];

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

function matrix(numSeries: number, seed: number): Series[] {
  const pick = (n: number): string => HOSTILE[Math.floor((noise(n, seed) / 2) * HOSTILE.length)]!;
  return Array.from({ length: numSeries }, (_, s) => ({
    metric: Object.fromEntries([
      ['__name__', 'm'],
      ['s', String(s)],
      [pick(s), pick(s + 50)],
      ['__proto__', pick(s + 99)],
    ]),
    values: Array.from(
      { length: 1 + (s % 4) },
      (_, t) => [t + 0.25 * (s % 3), NUMBERS[(3 * s + 5 * t + seed) % NUMBERS.length]!] as const,
    ),
  }));
}

function textOf(result: unknown, more = '', before = ''): string {
  return `{"status":"success",${before}"data":{"resultType":"matrix","result":${JSON.stringify(result)}}${more}}`;
}

/** The whole text by JSON.parse; `undefined` for what is no object, and for series that are none. */
function whole(text: string): unknown {
  try {
    const answer = JSON.parse(text);
    if (typeof answer !== 'object' || answer === null) return undefined;
    if (answer.data?.resultType !== 'matrix' || !Array.isArray(answer.data.result)) return answer;
    const isText = (x: unknown): boolean => typeof x === 'string';
    const result = answer.data.result.map(({ metric, values, histograms }: Series & { histograms?: unknown }) => {
      if (Array.isArray(metric) || !Object.values(metric).every(isText)) throw new SyntaxError('labels');
      if ((values ?? histograms) === undefined) throw new SyntaxError('series');
      return { metric, values: (values ?? []).map(([time, value]) => [time, numberOf(value)]), histograms };
    });
    return { ...answer, data: { ...answer.data, result } };
  } catch {
    return undefined;
  }
}

function numberOf(value: string | number | null): number {
  if (value === '+Inf' || value === 'Inf') return Infinity;
  if (value === '-Inf') return -Infinity;
  const number = Number(value);
  if (value === null || value === '' || (Number.isNaN(number) && value !== 'NaN')) throw new SyntaxError('value');
  return number;
}

function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.slice(from, from + size);
}

/** What the reader says of the bytes, cut into pieces of a size, in the form of `whole`. */
async function read(text: string | Uint8Array, size = Infinity, reader = new AnswerReader()): Promise<unknown> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const { answer, begin } = await reader.read(cut(bytes, size), (entry) => {
    const { metric, key, count, times, values, ...rest } = entry;
    expect(key).toBe(seriesKey(metric));
    return { metric, values: Array.from({ length: count }, (_, p) => [times[p], values[p]]), ...rest };
  });
  expect(begin).toBe(new TextDecoder().decode(bytes).slice(0, 201));
  return answer;
}

const SIZES = [1, 2, 3, 7, 100, 65_536, Infinity];

async function expectWhole(text: string, sizes = SIZES): Promise<void> {
  for (const size of sizes) expect([size, await read(text, size)]).toEqual([size, whole(text)]);
}

test('series with hostile labels, again and again', async () => {
  const reader = new AnswerReader();
  for (let seed = 0; seed < 20; seed++) {
    const text = textOf(matrix(12, seed % 4), seed % 2 === 0 ? '' : ',"warnings":["]]}"],"infos":[]');
    for (const size of [7, 1000, 65_536, Infinity]) expect(await read(text, size, reader)).toEqual(whole(text));
  }
});

const POINT = [1, '2'];

test.each([
  ['no series', textOf([])],
  ['other blanks', JSON.stringify(JSON.parse(textOf(matrix(3, 1))), null, 1)],
  ['a series without values', textOf([{ metric: { a: 'b' }, values: [] }])],
  ['histograms', textOf([{ metric: { a: 'b' }, histograms: [[1, { count: '3' }]] }])],
  ['values and histograms', textOf([{ metric: { a: 'b' }, values: [POINT], histograms: [[1, { count: '3' }]] }])],
  ['histograms after values', textOf([...matrix(3, 5), { metric: { a: 'b' }, histograms: [[1, { count: '3' }]] }])],
  ['values after histograms', textOf([{ metric: {}, histograms: [] }, ...matrix(3, 5)])],
  ['a label that is no text', textOf([{ metric: { a: { b: 'c' } }, values: [POINT] }])],
  ['a label that is a list of values', textOf([{ metric: { a: {}, values: [POINT] }, values: [POINT] }])],
  ['labels that are a list', textOf([{ metric: { a: '1' }, values: [POINT] }]).replace('{"a":"1"}', '[]')],
  ['values before labels', textOf([{ values: [POINT], metric: { a: 'b' } }])],
  ['a value with escapes', textOf([{ metric: {}, values: [[1, 'x']] }]).replace('"x"', '"1\\u0030"')],
  ['a value with blanks', textOf([{ metric: {}, values: [[1, ' 5 ']] }])],
  ['a value with a line feed', textOf([{ metric: {}, values: [[1, 'x']] }]).replace('"x"', '"5\n"')],
  ['values that are no texts', textOf([{ metric: {}, values: [[1, 5], POINT] }])],
  ['one value that is null', textOf([{ metric: {}, values: [POINT, [2, null]] }])],
  ['one value that is empty', textOf([{ metric: {}, values: [POINT, [2, '']] }])],
  ['one value that is no number', textOf([...matrix(3, 1), { metric: {}, values: [POINT, [2, ']]']] }])],
  ['times with exponents', textOf([{ metric: {}, values: [['x', '1']] }]).replace('"x"', '1.7E+9')],
  [
    'times below 0',
    textOf([
      {
        metric: {},
        values: [
          [-60, '1'],
          [-0.5, '2'],
          [0, '3'],
        ],
      },
    ]),
  ],
  [
    'times of sixteen digits',
    textOf([
      {
        metric: {},
        values: [
          [9007199254740991, '1'],
          [1234567890.123, '2'],
        ],
      },
    ]),
  ],
  ['a time with a leading zero', textOf([{ metric: {}, values: [['x', '1']] }]).replace('"x"', '01')],
  ['a time without digits', textOf([{ metric: {}, values: [['x', '1']] }]).replace('"x"', '')],
  ['three numbers of a point', textOf([{ metric: {}, values: [[1, '1']] }]).replace('"1"', '"1",')],
  ['a comma behind the last series', textOf(matrix(2, 1)).replace(/\]\}\}$/, ',]}}')],
  ['no comma between series', textOf([matrix(1, 0)[0], matrix(1, 0)[0]]).replace('},{"metric"', '}{"metric"')],
  ['a partial answer', textOf(matrix(2, 3), ',"isPartial":true')],
  ['a whole answer of VictoriaMetrics', textOf(matrix(3, 3), ',"stats":{"seriesFetched":"2"}', '"isPartial":false,')],
  ['a partial answer of VictoriaMetrics', textOf(matrix(3, 3), '', '"isPartial":true,')],
  ['warnings before the data', textOf(matrix(3, 3), '', '"warnings":["x"],')],
  ['data before the status', '{"data":{"resultType":"matrix","result":[]},"status":"success"}'],
  ['a status that comes twice', textOf(matrix(2, 1), ',"status":"error","error":"late"')],
  ['a type that comes twice', textOf(matrix(2, 1)).replace(/\}\}$/, ',"resultType":"vector"}}').replace('[{', '[{')],
  ['another type', '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"2"]}]}}'],
  ['an error', '{"status":"error","errorType":"bad_data","error":"x"}'],
  ['a number', '5'],
  ['no text', ''],
])('%s', async (name, text) => {
  if (name === 'a type that comes twice') {
    for (const size of SIZES) expect(await read(text, size)).toMatchObject({ data: { resultType: 'vector' } });
  } else await expectWhole(text);
});

test('a text that is cut short anywhere, or has a character too much, is no answer', async () => {
  const text = textOf(
    matrix(4, 2).map((one) => ({ ...one, metric: { a: one.metric.s!, b: ']]},"' } })),
    ',"warnings":["x"]',
  );
  for (let length = 0; length < text.length; length++) {
    for (const size of [1, 64, Infinity]) expect(await read(text.slice(0, length), size)).toBeUndefined();
  }
  for (let at = 0; at <= text.length; at++) {
    for (const more of [',', '0', ']', '"']) {
      const wrong = `${text.slice(0, at)}${more}${text.slice(at)}`;
      expect([at, more, await read(wrong, 50)]).toEqual([at, more, whole(wrong)]);
    }
  }
});

describe('bytes', () => {
  test('a text in two parts, cut anywhere: between and within characters of several bytes', async () => {
    const text = textOf([
      { metric: { a: 'ä𝄞\u2028', '𝄞': '\ud800' }, values: [[1, '1']] },
      { metric: { a: '\\', b: '"' }, values: [[1, '2']] },
    ]);
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at <= bytes.length; at++) {
      const { answer } = await new AnswerReader().read([bytes.slice(0, at), new Uint8Array(0), bytes.slice(at)]);
      const result = (answer!.data as { result: { metric: object; values: Float64Array }[] }).result;
      expect([at, result.map(({ metric, values }) => [metric, ...values])]).toEqual([
        at,
        (whole(text) as { data: { result: Series[] } }).data.result.map(({ metric, values }) => [
          metric,
          values[0]![1],
        ]),
      ]);
    }
  });

  test('those that are no UTF-8, and a byte order mark, as a response takes them', async () => {
    const bytes = new TextEncoder().encode(textOf([{ metric: { a: 'xxxx', b: 'y' }, values: [[1, '1']] }]));
    const at = bytes.indexOf('x'.charCodeAt(0));
    for (const wrong of [
      [0xff, 0xfe, 0x78, 0x80],
      [0xf0, 0x90, 0x80, 0x78],
      [0xe0, 0x80, 0x80, 0xc3],
      [0xed, 0xa0, 0x80, 0xf4],
    ]) {
      bytes.set(wrong, at);
      for (const size of SIZES) expect(await read(bytes, size)).toEqual(whole(await new Response(bytes).text()));
    }
    const marked = new Uint8Array([0xef, 0xbb, 0xbf, ...new TextEncoder().encode(textOf(matrix(2, 1)))]);
    for (const size of SIZES) expect(await read(marked, size)).toEqual(whole(textOf(matrix(2, 1))));
  });
});

test('random texts: pieces of answers in any order', async () => {
  const parts = [
    ...[
      '{"status":"success",',
      '"data":{"resultType":"matrix","result":[',
      '{"metric":{"a":"b"},"values":[[1,"2"]]}',
      ',',
    ],
    ...[
      '{"metric":{},"values":[[1,"2"],[2,"NaN"]]}',
      ']',
      '}',
      '"isPartial":false,',
      '"warnings":["x"]',
      '{',
      '[',
      '"a"',
    ],
    ...[
      ':',
      '"metric":',
      '{"metric":{"a":"},\\"values\\":[["},"values":[[1.5,"+Inf"]]}',
      '"error":"e"',
      ',"values":[[',
      '0',
    ],
  ];
  const usual = [
    '{"status":"success","data":{"resultType":"matrix","result":[',
    parts[2]!,
    ',',
    parts[4]!,
    ',',
    parts[14]!,
  ];
  let numAnswers = 0;
  for (let seed = 0; seed < 4000; seed++) {
    const text = [...usual, ']', '}', '}'].flatMap((part, p) => {
      const draw = noise(p, seed);
      const other = parts[Math.floor((noise(p + 99, seed) / 2) * parts.length)]!;
      return draw < 0.06 ? [] : draw < 0.12 ? [other] : draw < 0.18 ? [part, other] : [part];
    });
    const expected = whole(text.join(''));
    if (expected !== undefined) numAnswers++;
    expect([text, await read(text.join(''), 1 + (seed % 90))]).toEqual([text, expected]);
  }
  expect(numAnswers).toBeGreaterThan(500);
  expect(numAnswers).toBeLessThan(3500);
});

test('a long answer lets timers have their turn', async () => {
  const text = textOf(
    Array.from({ length: 5000 }, (_, s) => ({
      metric: { s: String(s) },
      values: Array.from({ length: 100 }, (__, t) => [t, String(noise(t, s))]),
    })),
  );
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const { answer } = await new AnswerReader().read([new TextEncoder().encode(text)]);
  clearInterval(timer);
  expect((answer!.data as { result: unknown[] }).result).toHaveLength(5000);
  expect(turns).toBeGreaterThan(1);
});

test('a series that is kept is a copy; one that is taken is gone', async () => {
  const text = textOf(matrix(4, 1));
  const { answer } = await new AnswerReader().read([new TextEncoder().encode(text)]);
  const { result } = answer!.data as { result: { values: Float64Array }[] };
  const expected = (whole(text) as { data: { result: { values: number[][] }[] } }).data.result;
  expect(result.map(({ values }) => [...values])).toEqual(expected.map(({ values }) => values.map(([, x]) => x)));
});
