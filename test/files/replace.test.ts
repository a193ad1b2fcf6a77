// Files that are replaced as a whole: the new bytes or the old ones, and nothing left beside them.
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { replaceFile, replaceFileSync } from '../../src/files/replace.ts';
import { folder } from '../support/cli-run.ts';

const ways = [
  { name: 'replaceFile', replace: async (...[to, by, bytes, mode]: Args) => await replaceFile(to, by, [bytes], mode) },
  { name: 'replaceFileSync', replace: async (...args: Args) => replaceFileSync(...args) },
];
type Args = Parameters<typeof replaceFileSync>;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe.each(ways)('$name', ({ name, replace }) => {
  const here = join(folder, name);
  mkdirSync(here);
  const at = (path: string): string => join(here, path);

  test('makes a file, and replaces one, with the permissions that are asked for', async () => {
    await replace(at('a'), at('a.tmp'), bytes('one'), undefined);
    expect(readFileSync(at('a'), 'utf8')).toBe('one');
    await replace(at('a'), at('a.tmp'), bytes('two'), 0o100640);
    expect([readFileSync(at('a'), 'utf8'), statSync(at('a')).mode & 0o777]).toEqual(['two', 0o640]);
    expect(readdirSync(here)).toEqual(['a']);
  });

  test('leaves the target as it was after an error, and no temporary file', async () => {
    mkdirSync(at('full'));
    writeFileSync(at('full/inside'), 'kept');
    await expect(replace(at('full'), at('full.tmp'), bytes('x'), undefined)).rejects.toThrow(/EISDIR|ENOTEMPTY|EPERM/);
    expect(readFileSync(at('full/inside'), 'utf8')).toBe('kept');
    expect(readdirSync(here).filter((path) => path.endsWith('.tmp'))).toEqual([]);
    await expect(replace(at('none/a'), at('none/a.tmp'), bytes('x'), undefined)).rejects.toThrow('ENOENT');
  });

  test('takes over from a process of the same number that was killed, and follows no link in its place', async () => {
    writeFileSync(at('b.tmp'), 'half of somet');
    await replace(at('b'), at('b.tmp'), bytes('all'), undefined);
    writeFileSync(at('victim'), 'untouched');
    symlinkSync(at('victim'), at('c.tmp'));
    await replace(at('c'), at('c.tmp'), bytes('all'), undefined);
    const texts = ['b', 'c', 'victim'].map((path) => readFileSync(at(path), 'utf8'));
    expect(texts).toEqual(['all', 'all', 'untouched']);
  });
});

test('replaceFile writes several pieces in their order, texts and bytes', async () => {
  await replaceFile(join(folder, 'd'), join(folder, 'd.tmp'), ['a,', bytes('b,'), 'c']);
  expect(readFileSync(join(folder, 'd'), 'utf8')).toBe('a,b,c');
});
