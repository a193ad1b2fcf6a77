// Renaming over a file that another program has open for a moment, as on Windows.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { renameOver } from '../../src/files/rename.ts';
import { file, files, folder } from '../support/cli-run.ts';

const failing = (code: string, times: number) => {
  let count = 0;
  return vi.fn(() => {
    if (count++ < times) throw Object.assign(new Error('refused'), { code });
  });
};

test('renameOver(from, to) replaces a file', () => {
  file('new', '2');
  file('old', '1');
  renameOver(join(folder, 'new'), join(folder, 'old'));
  expect(readFileSync(join(folder, 'old'), 'utf8')).toBe('2');
  expect(files()).not.toContain('new');
});

test('renameOver(from, to) tries again on Windows while the target is busy, and gives up in the end', () => {
  for (const code of ['EPERM', 'EACCES', 'EBUSY']) {
    const rename = failing(code, 2);
    renameOver('a', 'b', rename, 'win32');
    expect(rename).toHaveBeenCalledTimes(3);
  }
  const never = failing('EBUSY', Infinity);
  expect(() => renameOver('a', 'b', never, 'win32')).toThrow('refused');
  expect(never).toHaveBeenCalledTimes(8);
});

test('renameOver(from, to) throws other errors at once, and every error on other systems', () => {
  const missing = failing('ENOENT', 1);
  expect(() => renameOver('a', 'b', missing, 'win32')).toThrow('refused');
  const refused = failing('EPERM', 1);
  expect(() => renameOver('a', 'b', refused, 'linux')).toThrow('refused');
  expect([missing, refused].map((rename) => rename.mock.calls.length)).toEqual([1, 1]);
});
