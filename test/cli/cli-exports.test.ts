// What knn-anomaly reads from files as other programs write them: value by value, with at most one option.
import { existsSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { optionNames } from '../../src/cli/command.ts';
import { StringColumn } from '../../src/cli/input/columns.ts';
import { Labels } from '../../src/cli/input/labels.ts';
import { readTable } from '../../src/cli/input/read.ts';
import { inputOptionsOf } from '../../src/cli/options/input-options.ts';
import { parseOptions } from '../../src/cli/options/parse.ts';
import { score } from '../../src/cli/score/score.ts';
import { file } from '../support/cli-run.ts';
import { EXPORTS } from '../support/exports.ts';
import { SYSTEM_EXPORTS } from '../support/exports-of-systems.ts';
import { TOOL_EXPORTS } from '../support/exports-of-tools.ts';

/** What `score` reads of a file, and what it says about it. */
async function readFile(path: string, args: readonly string[]) {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const options = inputOptionsOf(parseOptions(args, 'score', optionNames(score)));
    const { columns, times } = await readTable(path, options, () => {});
    return {
      values: Array.from(columns[0]!.values.toArray()),
      times: times && [...times],
      said: said.mock.calls.map(([text]) => String(text)).join(''),
    };
  } finally {
    said.mockRestore();
  }
}

describe('exports of other programs', () => {
  test.each(EXPORTS.map((one) => [one.name, one] as const))(
    '%s',
    async (name, { content, args, values, times, refusal, ranges }) => {
      const path = file(name, content);
      if (ranges !== undefined) {
        const column = times && new StringColumn();
        for (const time of times ?? []) column!.push(time);
        expect((await Labels.read(path, column)).rangesFor(undefined, 600)).toEqual(ranges);
        return;
      }
      if (refusal !== undefined) {
        await expect(readFile(path, args)).rejects.toThrow(refusal);
        return;
      }
      const found = await readFile(path, args);
      expect(found.values).toEqual(values);
      if (times !== undefined) expect(found.times).toEqual(times);
      else if (!args.includes('--time') && !/\.jsonl?$/.test(name)) expect(found.times).toBeUndefined();
    },
  );

  test('at least 90 are read, with at most one option that decides', () => {
    expect(EXPORTS.length).toBe(96);
    const isRead = EXPORTS.filter(({ values }) => values !== undefined);
    expect(isRead.length).toBeGreaterThanOrEqual(90);
    for (const { args } of isRead) expect(args.filter((arg) => arg.startsWith('--')).length).toBeLessThanOrEqual(1);
  });
});

describe('further files of tools and systems', () => {
  test.each([...TOOL_EXPORTS, ...SYSTEM_EXPORTS].map((one) => [one.name, one] as const))(
    '%s',
    async (name, { content, args, values, times, refusal }) => {
      const path = file(name, content);
      if (refusal !== undefined) {
        await expect(readFile(path, args)).rejects.toThrow(refusal);
        return;
      }
      const found = await readFile(path, args);
      expect(found.values).toEqual(values);
      if (times !== undefined) expect(found.times).toEqual(times);
    },
  );
});

const SHARED = new URL('../../../shared/cases/', import.meta.url);
test.skipIf(!existsSync(SHARED))(
  'times that go back, repeat or have a hole are said (../shared/cases is absent if skipped)',
  async () => {
    const path = (name: string): string => new URL(`bugs/${name}`, SHARED).pathname;
    const args = ['--column', 'value', '--time', 'time'];
    expect((await readFile(path('13-gap-12h.csv'), args)).said).toContain('rows are absent between');
    expect((await readFile(path('13-duplicate-times.csv'), args)).said).toContain(
      'have the time of the row before them',
    );
    expect((await readFile(path('13-reversed.csv'), args)).said).toContain('the rows are sorted');
  },
);
