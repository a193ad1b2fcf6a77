// The map and the house: the tree in ARCHITECTURE.md equals the folders of src, which stay small and speak the field's words.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { fencedBlocks } from './support/readme/blocks.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const MAX_FILES = 14;
const MAX_LINES = 450;

/** Words of our own that stood for what the field has a word for; and the metric recall has its name alone. */
const FORBIDDEN = 'glimpse outlook rival crew shelf roomy room home seam tape draft Recall'.split(' ');

/** Plain English in a message to users. */
const NO_ROOM = 'there is no room for';

/** Where precision and recall are meant. */
const RECALL_IS_MEANT = /^(evaluate|cli\/eval)(\/|\.ts$)/;

/** A file below src with its text. */
interface Source {
  readonly path: string;
  readonly text: string;
}

/** The folders below src and its files, as paths with slashes. */
function readSource(): { folders: string[]; sources: Source[] } {
  const entries = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name).slice(join(ROOT, 'src').length + 1);
    return { path: path.replaceAll('\\', '/'), isFolder: entry.isDirectory() };
  });
  const files = entries.filter(({ path, isFolder }) => !isFolder && /\.(ts|mjs)$/.test(path));
  return {
    folders: entries.filter(({ isFolder }) => isFolder).map(({ path }) => path),
    sources: files.map(({ path }) => ({ path, text: readFileSync(join(ROOT, 'src', path), 'utf8') })),
  };
}

/** The folders that a drawn tree names below its first line: two spaces of indent a level, a name, and what is there. */
function foldersOf(tree: string): string[] {
  const path: string[] = [];
  return tree
    .split('\n')
    .slice(1)
    .map((line) => {
      const [, indent, name] = /^((?: {2})+)(\S+) {2,}\S/.exec(line) ?? [];
      if (name === undefined) throw new Error(`no folder with what is in it: ${line}`);
      path.length = indent!.length / 2 - 1;
      path.push(name);
      return path.join('/');
    });
}

/** Folders with too many files. */
function fullFolders(sources: readonly Source[]): string[] {
  const counts = new Map<string, number>();
  for (const { path } of sources) {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count > MAX_FILES).map(([folder]) => folder);
}

/** Files with too many lines, but for generated ones. */
function longFiles(sources: readonly Source[]): string[] {
  const written = sources.filter(({ path }) => !path.endsWith('.generated.ts'));
  return written.filter(({ text }) => text.trimEnd().split('\n').length > MAX_LINES).map(({ path }) => path);
}

/** Where a forbidden word stands, alone or as a part of a name such as `recallOf`: `file:line: word`. */
function forbiddenWords(sources: readonly Source[], words: readonly string[]): string[] {
  return sources.flatMap(({ path, text }) => {
    if (path.endsWith('.generated.ts')) return [];
    const here = words.filter((word) => word !== 'Recall' || !RECALL_IS_MEANT.test(path));
    return text.split('\n').flatMap((line, l) => {
      const words = line.replace(NO_ROOM, '').replace(/([a-z\d])([A-Z])/g, '$1 $2');
      const parts = words.toLowerCase();
      return here
        .filter((word) => new RegExp(`(?<![a-z])${word.toLowerCase()}s?(?![a-z])`).test(parts))
        .map((word) => `${path}:${l + 1}: ${word}`);
    });
  });
}

describe('src', () => {
  const { folders, sources } = readSource();

  test('has the folders that ARCHITECTURE.md draws, and no others', () => {
    const [tree] = fencedBlocks('ARCHITECTURE.md', readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8'));
    expect(foldersOf(tree!.code).sort()).toEqual([...folders].sort());
  });

  test(`has at most ${MAX_FILES} files in a folder`, () => {
    expect(fullFolders(sources)).toEqual([]);
  });

  test(`has no file above ${MAX_LINES} lines, but for generated ones`, () => {
    expect(longFiles(sources)).toEqual([]);
  });

  test('says the words of the field', () => {
    expect(forbiddenWords(sources, FORBIDDEN)).toEqual([]);
  });
});

describe('the checks of this file notice', () => {
  test('folders of a tree, and a line that names none', () => {
    expect(foldersOf('src\n  a   x\n    b   y\n    c   z\n  d   x')).toEqual(['a', 'a/b', 'a/c', 'd']);
    expect(() => foldersOf('src\n  a')).toThrow('no folder with what is in it');
  });

  test('full folders and long files', () => {
    const many = Array.from({ length: 15 }, (_, i) => ({ path: `a/${i}.ts`, text: '\n'.repeat(999) }));
    expect(fullFolders(many)).toEqual(['a']);
    expect(
      longFiles([
        { path: 'a.ts', text: 'x\n'.repeat(451) },
        { path: 'b.generated.ts', text: 'x\n'.repeat(451) },
      ]),
    ).toEqual(['a.ts']);
    expect(longFiles([{ path: 'a.ts', text: 'x\n'.repeat(450) }])).toEqual([]);
  });

  test('forbidden words in comments and inside of names, and not within other words', () => {
    const source = (text: string): Source[] => [{ path: 'core/a.ts', text }];
    expect(forbiddenWords(source('// A glimpse.\nconst numRooms = recallOf(x);'), FORBIDDEN)).toEqual([
      'core/a.ts:1: glimpse',
      'core/a.ts:2: room',
      'core/a.ts:2: Recall',
    ]);
    expect(forbiddenWords(source('crewed seamless homemade tapered mushroom'), FORBIDDEN)).toEqual([]);
    expect(forbiddenWords([{ path: 'evaluate/range.ts', text: 'recall' }], FORBIDDEN)).toEqual([]);
  });
});
