// The code of README.md, of the pages it points to and of the doc comments is type-checked and executed, and says
// truthfully what it prints. Links and pictures of the pages name files that exist.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as blocks from '../src/blocks.ts';
import * as calibrate from '../src/calibrate.ts';
import * as evaluate from '../src/evaluate.ts';
import * as main from '../src/index.ts';
import * as metrics from '../src/metrics.ts';
import * as plot from '../src/plot.ts';
import * as prometheus from '../src/prometheus.ts';
import * as redis from '../src/redis.ts';
import { type Block, docExamples, fencedBlocks } from './support/readme/blocks.ts';
import { commandsOf, isRunnable, matches, Shell } from './support/readme/commands.ts';
import { checkSnippets, findClaims, type Outcome, ownNames, ROOT } from './support/readme/snippets.ts';

if (!existsSync(join(ROOT, 'dist/index.js'))) throw new Error('dist is missing: run `npm run build` first');

const entries = {
  'knn-anomaly': main,
  'knn-anomaly/metrics': metrics,
  'knn-anomaly/calibrate': calibrate,
  'knn-anomaly/blocks': blocks,
  'knn-anomaly/redis': redis,
  'knn-anomaly/evaluate': evaluate,
  'knn-anomaly/plot': plot,
  'knn-anomaly/prometheus': prometheus,
};

/** The pages for users. */
const PAGES = ['README.md', 'examples/README.md', 'bench/README.md', 'bench/detection/README.md'];
/** Pages without a repository's address beside them: their links are relative. */
const MORE_PAGES = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'];

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const blocksOf = new Map(PAGES.map((page) => [page, fencedBlocks(page, read(page))]));
const readme = blocksOf.get('README.md')!;
const shell = new Shell();
afterAll(() => shell.remove());

/** Imports of everything from all entries, but for what the example names itself. */
function importEverything({ code }: Block): string {
  const taken = ownNames(code);
  return Object.entries(entries)
    .map(([entry, names]) => {
      const free = Object.keys(names).filter((name) => !taken.has(name));
      for (const name of free) taken.add(name);
      return `import { ${free.join(', ')} } from '${entry}';`;
    })
    .join('');
}

/** A test for each block; they are compiled together, which is much faster. */
function testSnippets(blocks: readonly Block[], preamble?: (block: Block) => string): void {
  let outcomes: Outcome[] = [];
  beforeAll(async () => {
    outcomes = await checkSnippets(blocks, preamble);
  });
  for (const [b, { file, line }] of blocks.entries()) {
    test(`${file}:${line}`, () => {
      expect(outcomes[b]!.problems).toEqual([]);
    });
  }
}

for (const [page, all] of blocksOf) {
  const blocks = all.filter(({ language }) => language === 'ts');
  if (blocks.length === 0) continue;
  describe(`${page}: TypeScript`, () => {
    testSnippets(blocks);

    test('has blocks, with results', () => {
      expect(blocks.flatMap((block) => findClaims(block, block.code)).length).toBeGreaterThan(9);
    });
  });
}

test('TypeScript of the pages is marked as ts, so that it is checked', () => {
  const other = ['js', 'javascript', 'typescript', 'mjs', 'tsx'];
  expect([...blocksOf.values()].flat().filter(({ language }) => other.includes(language))).toEqual([]);
});

for (const [page, blocks] of blocksOf) {
  const commands = blocks.filter(({ language }) => language === 'sh').flatMap(commandsOf);
  if (commands.length === 0) continue;
  describe(`${page}: commands`, () => {
    for (const command of commands.filter(isRunnable)) {
      test(`line ${command.line}: ${command.command}`, async () => {
        expect(await shell.check(command)).toEqual([]);
      });
    }

    test('has commands, and the others only install or fetch something', () => {
      const others = commands.filter((command) => !isRunnable(command));
      expect(commands.length - others.length).toBeGreaterThan(0);
      expect(others.filter(({ command }) => !/^(npm|npx|curl|git) /.test(command))).toEqual([]);
      const foreign = blocks.filter(({ language, code }) => language !== 'sh' && /^\$ /m.test(code));
      expect(foreign).toEqual([]);
    });
  });
}

test('README.md and examples/README.md have TypeScript and commands', () => {
  for (const page of ['README.md', 'examples/README.md']) {
    const blocks = blocksOf.get(page)!;
    expect(blocks.some(({ language }) => language === 'ts')).toBe(true);
    expect(blocks.filter(({ language }) => language === 'sh').flatMap(commandsOf).length).toBeGreaterThan(0);
  }
});

describe('the pages', () => {
  /** Where the repository's files are found on the web, whatever page shows a picture of them. */
  const raw = /^https:\/\/raw\.githubusercontent\.com\/([\w-]+\/[\w-]+)\/main\//;

  /** The targets of links and pictures, outside of code. */
  const linksOf = (text: string): string[] =>
    [
      ...text
        .replace(/^```.*?^```/gms, '')
        .replace(/`[^`\n]*`/g, '')
        .matchAll(/\]\(([^)\s]+)\)/g),
    ].map(([, target]) => target!);

  /** The anchors of a page's headings, as GitHub makes them. */
  const anchorsOf = (text: string): string[] =>
    [...text.replace(/^```.*?^```/gms, '').matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
      title!
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );

  test.each([...PAGES, ...MORE_PAGES])('%s has links to what exists', (page) => {
    const broken = linksOf(read(page)).filter((link) => {
      if (/^(https?:|mailto:)/.test(link) && !raw.test(link)) return false;
      const [path = '', anchor] = link.replace(raw, '/').split('#');
      const file = path === '' ? page : path.startsWith('/') ? path.slice(1) : join(dirname(page), path);
      return !existsSync(join(ROOT, file)) || (anchor !== undefined && !anchorsOf(read(file)).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  test('README.md shows its pictures outside of a clone, too, from the repository that package.json names', () => {
    const { repository } = JSON.parse(read('package.json')) as { repository: { url: string } };
    const pictures = [...read('README.md').matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(([, target]) => target!);
    expect(pictures.length).toBeGreaterThan(0);
    for (const picture of pictures) expect(repository.url).toBe(`git+https://github.com/${raw.exec(picture)?.[1]}.git`);
  });

  test('README.md has at most 300 lines, and recipes of at most 12 lines of code', () => {
    expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(300);
    expect(readme.filter(({ code }) => code.split('\n').length > 12)).toEqual([]);
  });

  test('the programs that commands of bench/ name exist', () => {
    const shells = PAGES.flatMap((page) => blocksOf.get(page)!.filter(({ language }) => language === 'sh'));
    const scripts = shells.flatMap(({ code }) => [...code.matchAll(/\btsx ([\w/.-]+\.ts)/g)].map(([, file]) => file!));
    expect(scripts.length).toBeGreaterThan(3);
    expect(scripts.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });
});

describe('doc comments: @example', () => {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'));
  const examples = files
    .sort()
    .flatMap((file) => docExamples(`src/${file}`, readFileSync(join(ROOT, 'src', file), 'utf8')));
  testSnippets(examples, importEverything);

  test('every @example of src is among them', () => {
    const texts = files.map((file) => readFileSync(join(ROOT, 'src', file), 'utf8'));
    expect(examples.length).toBe(texts.join('\n').match(/@example/g)?.length);
    expect(examples.length).toBeGreaterThan(4);
  });
});

describe('fencedBlocks(file, markdown)', () => {
  test('finds blocks with language and line', () => {
    const markdown =
      '# A\n\n```ts\nlet a;\n\na;\n```\ntext `b`\n\n````md\n```sh\n```\n````\n\n- item\n\n  ```sh\n  $ c\n  ```\n';
    expect(fencedBlocks('A.md', markdown)).toEqual([
      { file: 'A.md', line: 4, language: 'ts', code: 'let a;\n\na;' },
      { file: 'A.md', line: 11, language: 'md', code: '```sh\n```' },
      { file: 'A.md', line: 18, language: 'sh', code: '$ c' },
    ]);
  });

  test('refuses a block without an end', () => {
    expect(() => fencedBlocks('A.md', 'a\n```ts\nb')).toThrow('A.md:2: the block that begins here has no end');
  });
});

describe('docExamples(file, source)', () => {
  test('finds examples up to the next tag or the end of the comment', () => {
    const source = [
      '/**',
      ' * Says a.',
      ' *',
      ' * @example',
      ' * const b = 1;',
      ' *',
      ' * if (b) b; // => 1',
      ' * @returns c',
      ' */',
      'class D {',
      '  /**',
      '   * @example',
      '   * Said as:',
      '   * ```ts',
      '   * e; // => 2',
      '   * ```',
      '   */',
      '}',
    ].join('\n');
    expect(docExamples('a.ts', source)).toEqual([
      { file: 'a.ts', line: 5, language: 'ts', code: 'const b = 1;\n\nif (b) b; // => 1' },
      { file: 'a.ts', line: 15, language: 'ts', code: 'e; // => 2' },
    ]);
  });
});

describe('checkSnippets(blocks)', () => {
  const block = (...code: string[]): Block => ({ file: 'A.md', line: 11, language: 'ts', code: code.join('\n') });
  const check = async (...code: string[]) => (await checkSnippets([block(...code)]))[0]!;
  const importKNN = "import { KNN } from 'knn-anomaly';";

  test('accepts what is true, wherever the claim stands', async () => {
    const outcome = await check(
      importKNN,
      'const scores: number[] = new KNN(2, 1).score([1, 2, 10, 2, 1]);',
      'scores; // => [0, Math.SQRT2, Math.sqrt(65), Math.sqrt(65), Math.SQRT2]',
      'new KNN(2, 1).score(Float64Array.of(1, NaN, 1)); // => Float64Array.of(0, NaN, NaN)',
      'console.log(scores.length); // => 5',
      'const largest = Math.max(...scores); // => Math.sqrt(65)',
      'for (const x of [largest, largest]) {',
      '  x; // => largest',
      '}',
      '({ a: [largest > 8], b: "c" });',
      '// => {',
      '//   a: [true],',
      "//   b: 'c',",
      '// }',
      '// Just a comment.',
    );
    expect(outcome).toEqual({ claims: 6, problems: [] });
  });

  test('notices a wrong value, with its line', async () => {
    expect(await check(importKNN, 'new KNN(2, 1).score([1, 2, 10]); // => [0, 8, 8]')).toEqual({
      claims: 1,
      problems: ['A.md:12: is [ 0, 8.06225774829855, 8.06225774829855 ], not [ 0, 8, 8 ]'],
    });
    const wrong = ['0.1 + 0.2; // => 0.3', '[NaN]; // => [null]', 'Float64Array.of(1); // => [1]', '-0; // => 0'];
    const { problems } = await check(...wrong);
    expect(problems.map((problem) => problem.slice(0, 8))).toEqual(['A.md:11:', 'A.md:12:', 'A.md:13:', 'A.md:14:']);
  });

  test('notices a wrong type', async () => {
    const { problems } = await check(importKNN, '', "new KNN(2, '1');");
    expect(problems).toEqual(["A.md:13: Argument of type 'string' is not assignable to parameter of type 'number'."]);
    expect((await check('KNN;')).problems).toEqual(["A.md:11: Cannot find name 'KNN'."]);
    expect((await check("import { Nothing } from 'knn-anomaly';")).problems).toHaveLength(1);
    expect((await check("import 'knn-anomaly/nothing';")).problems).toHaveLength(1);
    expect((await check('const a = ;')).problems).toHaveLength(1);
  });

  test('notices an error that is thrown, and what is never reached', async () => {
    const { problems } = await check(importKNN, 'new KNN(0, 1);', '5; // => 5');
    expect(problems[0]).toContain('RangeError: windowSize must be a positive integer, got 0');
    expect(problems.slice(1)).toEqual(['A.md:13: was never reached']);
    expect((await check('process.exitCode = 3;')).problems).toEqual(['A.md:11: ended with status 3: ']);
  });

  test('refuses a claim about nothing, and a value that is no expression', async () => {
    const claims =
      (...code: string[]) =>
      () =>
        findClaims(block(...code), block(...code).code);
    expect(claims('5;', '', '// => 5')).toThrow('this // => follows no expression');
    expect(claims('if (1) {} // => 5')).toThrow('this // => follows no expression');
    expect((await check('5; // => 5 (about)')).problems).not.toEqual([]);
    expect((await check('5; // => five of them')).problems).toHaveLength(1);
    expect(claims('5; // => five of them')).toThrow('what follows => is no JavaScript expression');
    expect(claims('[1]; // => [1, …]', '// and so on')).toThrow('what follows => is no JavaScript expression');
  });

  test('gives doc comments every name that they do not define themselves', async () => {
    const examples = [
      block("import { manhattan } from 'knn-anomaly/metrics';", 'manhattan;'),
      block('KNN; minkowski;'),
    ];
    expect((await checkSnippets(examples, importEverything)).map(({ problems }) => problems)).toEqual([[], []]);
  });
});

describe('commands', () => {
  const commands = (code: string) => commandsOf({ file: 'A.md', line: 1, language: 'sh', code });
  const problems = async (code: string) => (await Promise.all(commands(code).map((c) => shell.check(c)))).flat();
  const score = "$ printf '1\\n2\\n10\\n' | knn-anomaly score -w 2 -k 1";

  test('commandsOf(block) splits a block at its $ lines', () => {
    expect(commands('# says a\n$ a \\\n  -b\n1\n2\n\n$ c\n')).toEqual([
      { file: 'A.md', line: 2, command: 'a \\\n  -b', output: ['1', '2'] },
      { file: 'A.md', line: 7, command: 'c', output: [] },
    ]);
  });

  test('only harmless commands are run', () => {
    const [a, b, c, d] = commands('$ knn-anomaly score a\n$ cat a | knn-anomaly score\n$ npm i knn-anomaly\n$ rm a');
    expect([a, b, c, d].map((command) => isRunnable(command!))).toEqual([true, true, false, false]);
  });

  test('matches(expected, actual) takes ... for any lines', () => {
    expect(matches(['a', '...'], ['a', 'b', 'c'])).toBe(true);
    expect(matches(['a', '...', 'c'], ['a', 'b', 'c'])).toBe(true);
    expect(matches(['a', '...'], ['a'])).toBe(true);
    expect(matches(['...'], [])).toBe(true);
    expect(matches(['a', '...'], ['b'])).toBe(false);
    expect(matches(['a', '...', 'd'], ['a', 'b', 'c'])).toBe(false);
    expect(matches(['a'], ['a', 'b'])).toBe(false);
    expect(matches([], ['a'])).toBe(false);
  });

  test('check(command) accepts what is printed, and notices what is not', async () => {
    expect(await problems(`${score}\n0\n8.06225774829855\n8.06225774829855`)).toEqual([]);
    expect(await problems(`${score}\n0\n...`)).toEqual([]);
    expect(await problems(`${score}\n0\n8\n8`)).toEqual([
      'A.md:1: prints\n0\n8.06225774829855\n8.06225774829855\nand not\n0\n8\n8',
    ]);
    expect(await problems('$ printf x > file')).toEqual([]);
  });

  test('check(command) wants a failure to be shown', async () => {
    const [problem] = await problems('$ knn-anomaly score none.txt\n...');
    expect(problem).toBe('A.md:1: ends with status 1');
    expect(await problems('$ knn-anomaly nothing\nknn-anomaly: unknown command "nothing"\n...')).toHaveLength(1);
  });
});
