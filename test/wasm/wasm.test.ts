// The committed WASM modules are what their sources compile to, and without WASM everything still works.
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { whiteNoise } from '../support/series.ts';

afterEach(() => vi.unstubAllGlobals());

describe('the generated modules', () => {
  // A string that TypeScript does not follow: the script is plain JavaScript.
  const script: string = new URL('../../src/wasm/build.mjs', import.meta.url).href;

  test.each(['dense', 'diagonal', 'kdtree', 'stream', 'top'])('%s is what its source compiles to', async (name) => {
    const { compile, generatedFile, moduleText } = await import(script);
    const generated = readFileSync(generatedFile(name), 'utf8');
    expect(moduleText(name, await compile(name))).toBe(generated);
  });

  test('assembly/*.generated.ts and fields.generated.ts of every kernel are what its fields.ts says', async () => {
    const { generatedSources, KERNELS, loaderSources, sourcesOf } = await import(script);
    for (const name of Object.keys(KERNELS)) {
      const expected: Record<string, string> = generatedSources(name);
      const written = readdirSync(sourcesOf(name)).filter((file) => file.endsWith('.generated.ts'));
      expect(written.sort()).toEqual(Object.keys(expected).sort());
      for (const [file, text] of Object.entries({ ...expected, ...(loaderSources(name) as typeof expected) }))
        expect(readFileSync(new URL(file, sourcesOf(name)), 'utf8')).toBe(text);
    }
  });
});

describe('where WASM is refused', () => {
  test('scores are the same, to the bit', async () => {
    const series = whiteNoise(3000);
    const { KNN } = await import('../../src/index.ts');
    const withWasm = [5, 40].map((w) => new KNN(w, 5).score(series));
    vi.resetModules();
    vi.stubGlobal('WebAssembly', {
      Module: () => {
        throw new Error("refused: 'unsafe-eval' is not an allowed source of script");
      },
    });
    const { KNN: WithoutWasm } = await import('../../src/index.ts');
    expect(WithoutWasm).not.toBe(KNN);
    expect([5, 40].map((w) => new WithoutWasm(w, 5).score(series))).toEqual(withWasm);
  });
});
