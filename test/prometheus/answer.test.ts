// The answers of a server, cut at their series, are what JSON.parse says of the whole text.
import { expect, test } from 'vitest';
import { AnswerReader } from '../../src/prometheus/answer.ts';
import { seriesKey } from '../../src/prometheus.ts';
import { noise } from '../support/fake-prometheus.ts';

/** Labels and values that look like the end of a series, of an answer, or of a text. */
const HOSTILE = [
  ...['', 'plain', ']]', ']]}', '},{"metric":{', '"', '\\', '\\"', '\\\\"]]},', '{}', 'ä𝄞\u2028', '\n\t\u0001'],
  ...['"values":[[', 'x'.repeat(100_000), '\\u0022'],
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
      (_, t) => [t + 0.25, ['1e-7', 'NaN', '+Inf', '-3.5'][(s + t) % 4]!] as const,
    ),
  }));
}

function textOf(result: unknown, more = ''): string {
  return `{"status":"success","data":{"resultType":"matrix","result":${JSON.stringify(result)}}${more}}`;
}

/** The whole text by JSON.parse; keys are left out. */
function whole(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function cut(text: string, reader = new AnswerReader()): Promise<unknown> {
  const answer = (await reader.read(text)) as {
    data?: { result?: { metric: Record<string, string>; key?: string }[] };
  };
  const result = answer?.data?.result;
  if (!Array.isArray(result)) return answer;
  return {
    ...answer,
    data: {
      ...answer.data,
      result: result.map(({ key, ...one }) => {
        if (key !== undefined) expect(key).toBe(seriesKey(one.metric));
        return one;
      }),
    },
  };
}

test('series with hostile labels, again and again', async () => {
  const reader = new AnswerReader();
  for (let seed = 0; seed < 20; seed++) {
    const text = textOf(matrix(12, seed % 4), seed % 2 === 0 ? '' : ',"warnings":["]]}"],"infos":[]');
    expect(await cut(text, reader)).toEqual(whole(text));
  }
});

test.each([
  ['no series', textOf([])],
  ['other blanks', JSON.stringify(JSON.parse(textOf(matrix(3, 1))), null, 1)],
  ['a series without values', textOf([{ metric: { a: 'b' }, values: [] }])],
  ['histograms', textOf([{ metric: { a: 'b' }, histograms: [[1, { count: '3' }]] }])],
  ['values and histograms', textOf([{ metric: { a: 'b' }, values: [[1, '2']], histograms: [[1, { count: '3' }]] }])],
  [
    'a value with the end of values',
    textOf([
      {
        metric: {},
        values: [
          [1, ']]'],
          [2, '3'],
        ],
      },
      { metric: { a: 'b' }, values: [[1, '1']] },
    ]),
  ],
  ['a label that is no text', textOf([{ metric: { a: { b: 'c' } }, values: [[1, '2']] }])],
  ['a partial answer', textOf(matrix(2, 3), ',"isPartial":true')],
  ['an error', '{"status":"error","errorType":"bad_data","error":"x"}'],
  ['a number', '5'],
  ['no text', ''],
])('%s', async (_, text) => {
  const expected = whole(text);
  expect(await cut(text)).toEqual(typeof expected === 'object' ? expected : undefined);
});

test('a text that is cut short anywhere, or has a character too much, is no answer', async () => {
  const text = textOf(
    matrix(4, 2).map((one) => ({ ...one, metric: { a: one.metric.s!, b: ']]},"' } })),
    ',"warnings":["x"]',
  );
  for (let length = 0; length < text.length; length++) expect(await cut(text.slice(0, length))).toBeUndefined();
  for (const at of [20, 62, 70, 90, 120, text.length]) {
    const wrong = `${text.slice(0, at)},${text.slice(at)}`;
    expect([at, await cut(wrong)]).toEqual([at, whole(wrong)]);
  }
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
  const answer = await new AnswerReader().read(text);
  clearInterval(timer);
  expect((answer!.data as { result: unknown[] }).result).toHaveLength(5000);
  expect(turns).toBeGreaterThan(1);
});
