// The answers of a Prometheus without one: series by their labels, at every step of a grid.

/** A series: its labels, and its value at a time; NaN where it has none. */
export interface FakeSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly valueAt: (time: number) => number;
}

/** What the server was asked. */
export type Asked = Readonly<Record<string, string>>;

/** A `fetch` that answers for these series, whatever the query; `before` may answer instead. */
export function fakeFetch(
  series: readonly FakeSeries[],
  before: (asked: Asked, url: string) => Response | undefined = () => undefined,
): (url: string, init: RequestInit) => Promise<Response> {
  return async (url, { body }) => {
    const asked = Object.fromEntries(new URLSearchParams(String(body)));
    const answer = before(asked, url);
    if (answer !== undefined) return answer;
    if (url.endsWith('/query')) {
      return success({ resultType: 'vector', result: [{ metric: {}, value: [Number(asked.time), '1'] }] });
    }
    const [start, end, step] = [Number(asked.start), Number(asked.end), Number(asked.step)];
    const times = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, k) => start + k * step);
    if (asked.query!.startsWith('count(')) {
      const counts = times.map((time) => [time, series.filter((one) => !Number.isNaN(one.valueAt(time))).length]);
      const values = counts.filter(([, count]) => count! > 0).map(([time, count]) => [time, String(count)]);
      return success({ resultType: 'matrix', result: values.length === 0 ? [] : [{ metric: {}, values }] });
    }
    const result = series.flatMap(({ labels, valueAt }) => {
      const values = times.map((time) => [time, valueAt(time)] as const).filter(([, value]) => !Number.isNaN(value));
      return values.length === 0 ? [] : [{ metric: labels, values: values.map(([time, x]) => [time, textOf(x)]) }];
    });
    return success({ resultType: 'matrix', result });
  };
}

export function success(data: object, more: object = {}): Response {
  return Response.json({ status: 'success', data, ...more });
}

function textOf(x: number): string {
  return x === Infinity ? '+Inf' : x === -Infinity ? '-Inf' : String(x);
}

/** Noise between 0 and 2, the same for the same time and series. */
export function noise(time: number, s: number): number {
  let hash = Math.imul(time ^ (s << 24), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 31;
}
