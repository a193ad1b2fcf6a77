// Graphite with format=raw: a line per series, `name,begin,end,step|value,value,…`.
import { isBlank } from '../cells.ts';

const RAW = /^(.*),(\d{9,}),(\d{9,}),(\d+)\|(.*)$/;

/** Whether all of these lines are of this format. */
export function isGraphiteRaw(sample: readonly string[]): boolean {
  const lines = sample.filter((line) => !isBlank(line));
  return lines.length > 0 && lines.every((line) => RAW.test(line.trim()));
}

/** The same as the JSON that Graphite writes with format=json. */
export function graphiteDocument(lines: readonly string[]): string {
  const all = lines.flatMap((line) => {
    const [, target, begin, , step, values] = RAW.exec(line.trim()) ?? [];
    if (values === undefined) return [];
    const datapoints = values.split(',').map((value, i) => [value.trim() || null, Number(begin) + i * Number(step)]);
    return [{ target, datapoints }];
  });
  return JSON.stringify(all);
}
