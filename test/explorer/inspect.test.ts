// Which columns the explorer offers, the likeliest first.
import { expect, test } from 'vitest';
import { type Columns, inspect } from '../../examples/explorer/read/inspect.ts';
import { addFile } from '../../examples/explorer/read/source.ts';
import { INPUT_OPTIONS, inputOptionsOf } from '../../src/cli/options/input-options.ts';
import { parseOptions } from '../../src/cli/options/parse.ts';

async function columnsOf(lines: readonly string[]): Promise<Columns> {
  addFile('given', new Blob([lines.join('\n')]));
  return await inspect('given', inputOptionsOf(parseOptions([], 'score', INPUT_OPTIONS)).dialect!);
}

test.each([
  ['an index comes last', ['id,cpu,host', '1,0.5,web', '2,0.7,web', '3,0.4,web'], ['cpu', 'id'], []],
  ['seconds since 1970 are times', ['ts,v', '1767225600,5', '1767225660,7'], ['v'], ['ts']],
  ['so are dates without a header', ['2026-01-01T00:00:00Z,5', '2026-01-01T00:01:00Z,7'], ['2'], ['1']],
  ['a column without values is offered behind the others', ['time,empty,v', '2026-01-01,,5', '2026-01-02,,6'], ['v', 'empty'], ['time']],
  ['columns of one name are numbered', ['a,a', '5,7', '6,3'], ['1', '2'], []],
  ['one number a line has no columns', ['5', '6', '7'], [], []],
  ['nor has an empty file', [''], [], []],
] as const)('%s', async (_, lines, numbers, times) => {
  expect(await columnsOf(lines)).toEqual({ numbers, times, areFields: false });
}); // biome-ignore format: one case a line

test('fields of JSON lines are named with the objects that they are in', async () => {
  const lines = ['{"at":"2026-01-01T00:00:00Z","host":{"cpu":0.5,"name":"web"}}'];
  expect(await columnsOf(lines)).toEqual({ numbers: ['host.cpu'], times: ['at'], areFields: true });
});
