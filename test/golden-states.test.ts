// What was saved by any version since the first loads and goes on, bit for bit; and nobody changes the saved bytes unawares.
// How states are made and added: golden/states/recipes.ts and record.ts.
import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { afterEach, describe, expect, test, vi } from 'vitest';
import './support/built.ts';
import type { Recipe } from './golden/states/recipe.ts';
import { recipes } from './golden/states/recipes.ts';
import { complaintOf, haveSameFormats, jsonOf, namesOf, partsOf, readStored } from './golden/states/stored.ts';

const stored = readStored();

function recipeOf(name: string, all: readonly Recipe[] = recipes): Recipe {
  const found = all.find((recipe) => recipe.name === name);
  if (found === undefined) throw new Error(`there is no recipe '${name}': golden states keep theirs`);
  return found;
}

/**
 * Answers as the golden state knows them: rows of CSV without the columns that came later. Of those that were there the names, their
 * values and their order must be the same.
 */
function asKnown(answers: readonly unknown[], expected: readonly unknown[]): unknown[] {
  const header = expected[0];
  if (typeof header !== 'string' || !header.startsWith('index,')) return [...answers];
  const known = header.split(',');
  let places: number[] = [];
  return answers.map((answer) => {
    const cells = String(answer).split(',');
    if (cells[0] === 'index') places = known.map((name) => cells.indexOf(name));
    return places.map((c) => cells[c]).join(',');
  });
}

describe.each(stored)('the golden state $name', ({ recipe, bytes, next, expected }) => {
  test('loads and goes on bit for bit', async () => {
    const subject = await recipeOf(recipe).load(bytes);
    expect(asKnown((await subject.proceed(next)).map(jsonOf), expected)).toEqual(expected);
  });

  test('goes on after it was loaded and saved once more', async () => {
    const { load } = recipeOf(recipe);
    const again = (await load(bytes)).save();
    if (haveSameFormats(bytes, again)) expect(Buffer.compare(bytes, again)).toBe(0);
    expect(asKnown((await (await load(again)).proceed(next)).map(jsonOf), expected)).toEqual(expected);
  });
});

describe.each(recipes)('the recipe $name', ({ name, build }) => {
  test('saves the bytes of its golden state', async () => {
    const complaint = complaintOf(name, (await build()).save(), stored);
    if (complaint !== '') expect.fail(complaint); // as a message: that of toBe() would be cut short
  });
});

describe('where WebAssembly is refused', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  test('the golden states of streams load and go on with the same bits', async () => {
    vi.resetModules(); // modules that were compiled before would be used
    vi.stubGlobal('WebAssembly', undefined);
    const fresh = (await import('./golden/states/recipes.ts')).recipes;
    const states = stored.filter(({ recipe }) => /^(knn|fleet)-/.test(recipe));
    expect(states.length).toBeGreaterThan(15);
    for (const { name, recipe, bytes, next, expected } of states) {
      const subject = await recipeOf(recipe, fresh).load(bytes);
      expect((await subject.proceed(next)).map(jsonOf), name).toEqual(expected);
    }
  });
});

test('every golden state has its bytes and its values, and all of them are small', () => {
  expect(namesOf('bin')).toEqual(namesOf('json'));
  expect(new Set(recipes.map(({ name }) => name)).size).toBe(recipes.length);
  // There are more of them with every format, for ever; so each is small, and most are very small.
  const sizes = stored.map(({ bytes }) => bytes.length).sort((p, q) => p - q);
  expect(sizes.at(-1)).toBeLessThan(10_000);
  expect(sizes[sizes.length >> 1]).toBeLessThan(1000);
});

test('every kind that src writes has a golden state of its present format', () => {
  const golden = new Set(stored.flatMap(({ bytes }) => partsOf(bytes)).map(({ kind, format }) => `${kind} ${format}`));
  const written = writersOf(readSources());
  expect(written.length).toBeGreaterThanOrEqual(17);
  const missing = written.filter((kind) => !golden.has(kind));
  expect(missing, 'without a golden state: add a recipe to test/golden/states/recipes.ts and run record.ts').toEqual(
    [],
  );
});

test('a writer whose kind cannot be read from the sources is an error, not overlooked', () => {
  const writer = (kind: string): Map<string, string> =>
    new Map([['a.ts', `const KIND = 'A'; const FORMAT = 3; new StateWriter(${kind}, FORMAT)`]]);
  expect(writersOf(writer('KIND'))).toEqual(['A 3']);
  expect(writersOf(writer("'B'"))).toEqual(['B 3']);
  expect(() => writersOf(writer('kindOf(this)'))).toThrow('a.ts: kindOf(this)');
});

/** Kinds that are computed, by the expression that does. */
const COMPUTED: Readonly<Record<string, readonly string[]>> = {
  kind: ['stream', 'changefinder', 'monitor'].map((command) => `knn-anomaly ${command}`),
};

/** The files of src, by path. */
function readSources(): Map<string, string> {
  const root = new URL('../src/', import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return new Map(files.sort().map((file) => [file, readFileSync(new URL(file.replaceAll('\\', '/'), root), 'utf8')]));
}

/** Every kind that is given to a StateWriter in these files, with its format: `new StateWriter(kind, format)`. */
function writersOf(sources: ReadonlyMap<string, string>): string[] {
  const written = new Set<string>();
  for (const [path, text] of sources) {
    if (!text.includes('StateWriter')) continue;
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const constants = new Map<string, string>();
    const visit = (node: ts.Node, see: (node: ts.Node) => void): void => {
      see(node);
      node.forEachChild((child) => visit(child, see));
    };
    const textOf = (node: ts.Node | undefined): string | undefined =>
      node && (ts.isStringLiteralLike(node) || ts.isNumericLiteral(node)) ? node.text : undefined;
    visit(file, (node) => {
      const value = ts.isVariableDeclaration(node) ? textOf(node.initializer) : undefined;
      if (value !== undefined) constants.set((node as ts.VariableDeclaration).name.getText(), value);
    });
    visit(file, (node) => {
      if (!ts.isNewExpression(node) || node.expression.getText() !== 'StateWriter') return;
      const [kind, format] = (node.arguments ?? []).map((argument) => ({
        text: argument.getText(),
        value: textOf(argument) ?? constants.get(argument.getText()),
      }));
      const kinds = kind?.value === undefined ? COMPUTED[kind?.text ?? ''] : [kind.value];
      if (kinds === undefined || format?.value === undefined) {
        const unknown = kinds === undefined ? kind?.text : format?.text;
        throw new Error(
          `${path}: ${unknown} is neither a literal nor a constant of the file: tell COMPUTED what it may be`,
        );
      }
      for (const name of kinds) written.add(`${name} ${format.value}`);
    });
  }
  return [...written].sort();
}
