// The package as npm would publish it: packed, installed into an empty project, and used there in every way it offers.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
if (!existsSync(join(ROOT, 'dist/cli/main.js'))) throw new Error('dist is missing: run `npm run build` first');

const folder = mkdtempSync(join(tmpdir(), 'knn-anomaly-package-'));
/** The project that uses the package. */
const project = join(folder, 'project');
/** The package as it is installed there. */
const installed = join(project, 'node_modules/knn-anomaly');
let tarball = '';
let packed: string[] = [];

/** How a program ended. */
interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(file: string, args: readonly string[], cwd: string, input = ''): Promise<Run> {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, NODE_OPTIONS: undefined };
  const child = spawn(file, args, { cwd, env });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (texts[name] += text));
  }
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, ...texts }));
  });
}

/** What a program prints that must succeed. */
async function succeed(file: string, args: readonly string[], cwd: string, input?: string): Promise<string> {
  const { status, stdout, stderr } = await run(file, args, cwd, input);
  if (status !== 0) throw new Error(`${file} ${args.join(' ')}: status ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

/** A program that is a development dependency. */
const tool = (path: string, args: readonly string[], cwd: string): Promise<Run> =>
  run(process.execPath, [join(ROOT, 'node_modules', path), ...args], cwd);

/** What a module in the project prints. */
function node(file: string, code: string, args: readonly string[] = []): Promise<Run> {
  writeFileSync(join(project, file), code);
  return run(process.execPath, [...args, file], project);
}

const ok = (stdout: string): Run => ({ status: 0, stdout, stderr: '' });

/** The packed files whose names end so, with their texts. */
function textsOf(ending: string): [file: string, text: string][] {
  return packed
    .filter((file) => file.endsWith(ending))
    .map((file) => [file, readFileSync(join(installed, file), 'utf8')]);
}

/** Tuples of a declaration file of which some members have names and others have none. */
function mixedTuples(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTupleTypeNode(node) && new Set(node.elements.map(ts.isNamedTupleMember)).size > 1) {
      found.push(`${file}: ${node.getText()}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

beforeAll(async () => {
  const json = await succeed('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], ROOT);
  const [pack] = JSON.parse(json) as { filename: string; files: { path: string }[] }[];
  tarball = join(folder, pack!.filename);
  packed = pack!.files.map(({ path }) => path).sort();
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "name": "project", "private": true }\n');
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  await succeed('npm', ['install', ...quiet, tarball], project);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the WASM kernels that KNN needs weigh in a bundle: their digits, compressed. */
function wasmSize(): number {
  const modules = ['dense', 'diagonal', 'kdtree'];
  const digits = modules.map((engine) =>
    readFileSync(join(ROOT, 'dist/search', engine, 'kernel.generated.js'), 'utf8')
      .match(/'[\da-f]+'/g)!
      .join(''),
  );
  return brotliCompressSync(digits.join('')).length;
}

describe('the tarball', () => {
  test('holds the build, the sources, README, LICENSE, CHANGELOG and package.json, and nothing else', () => {
    const top = new Set(packed.map((file) => file.split('/')[0]));
    expect([...top].sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'package.json', 'src']);
    // AssemblyScript is compiled into a generated module, not by itself.
    const modules = packed
      .filter((file) => /^src\/.*\.ts$/.test(file) && !file.includes('/assembly/'))
      .map((file) => file.slice(4, -3));
    const built = packed.filter((file) => file.startsWith('dist/') && !file.startsWith('dist/explorer/'));
    expect(modules.length).toBeGreaterThan(20);
    expect(built.filter((file) => file.endsWith('.js')).sort()).toEqual(modules.map((m) => `dist/${m}.js`).sort());
    expect(built.filter((file) => !/\.(js|d\.ts)(\.map)?$/.test(file))).toEqual(['dist/man/knn-anomaly.1']);
  });

  test('holds the page of the explorer, and the files of its workers', () => {
    const page = packed.filter((file) => file.startsWith('dist/explorer/')).map((file) => file.slice(14));
    expect(page).toContain('index.html');
    const workers = page.filter((file) => /^assets\/(?:compute|merit|reader)\.worker-[\w-]+\.js$/.test(file));
    expect(workers).toHaveLength(3);
    expect(page.filter((file) => !/^(?:index\.html|assets\/[\w.-]+\.js)$/.test(file))).toEqual([]);
  });

  test('holds the sources that its source maps name', () => {
    const maps = textsOf('.map');
    expect(maps.length).toBeGreaterThan(40);
    for (const [file, text] of maps) {
      const { sources } = JSON.parse(text) as { sources: string[] };
      expect(packed).toEqual(expect.arrayContaining(sources.map((s) => posix.join(posix.dirname(file), s))));
    }
  });

  test('holds declarations that need no types of another package', () => {
    const declarations = textsOf('.d.ts');
    expect(declarations.length).toBeGreaterThan(9);
    const foreign = /(from|import) ?\(?['"](ml-|papaparse|cli-progress)/;
    expect(declarations.filter(([, text]) => foreign.test(text)).map(([file]) => file)).toEqual([]);
    const library = declarations.filter(([file]) => !file.startsWith('dist/cli/'));
    const outside = /(from|import) ?\(?['"][^.]|<reference/;
    expect(
      library.filter(([, text]) => outside.test(text.replaceAll(/\/\*\*.*?\*\//gs, ''))).map(([file]) => file),
    ).toEqual([]);
  });

  test('holds declarations whose tuples name all of their members or none, as TypeScript before 5.2 wants it', () => {
    // TS5084: "Tuple members must all have names or all not have names."
    expect(mixedTuples('a.d.ts', 'type A = [...B, c: number]; type D = [...b: B, c: number] | [B, number];')).toEqual([
      'a.d.ts: [...B, c: number]',
    ]);
    expect(textsOf('.d.ts').flatMap(([file, text]) => mixedTuples(file, text))).toEqual([]);
  });

  test('pleases publint', async () => {
    const { status, stdout } = await tool('publint/src/cli.js', ['run', tarball, '--strict'], ROOT);
    expect([status, stdout]).toEqual([0, expect.stringContaining('All good!')]);
  });

  test('pleases attw', async () => {
    const args = [tarball, '--profile', 'esm-only', '--no-emoji', '--format', 'ascii'];
    const { status, stdout } = await tool('@arethetypeswrong/cli/dist/index.js', args, ROOT);
    expect([status, stdout]).toEqual([0, expect.stringContaining('knn-anomaly/metrics')]);
  });

  test('is small where it is bundled', async () => {
    const { status, stdout } = await tool('size-limit/bin.js', ['--json'], ROOT);
    const sizes = JSON.parse(stdout) as { name: string; passed: boolean; size: number; sizeLimit: number }[];
    const names = ['knn-anomaly', 'knn-anomaly/top', 'knn-anomaly/metrics', 'knn-anomaly/evaluate'];
    expect(sizes.map(({ name }) => name)).toEqual(names);
    for (const { name, passed, size, sizeLimit } of sizes)
      expect([name, passed, size < sizeLimit]).toEqual([name, true, true]);
    expect(sizes[0]!.size - wasmSize()).toBeLessThanOrEqual(24_500);
    expect(status).toBe(0);
  });
});

test('is built where it is installed from its repository: npm runs prepare there, but not prepack', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: { prepare: string } };
  expect(scripts.prepare).toBe('npm run build');
});

describe('the installed package', () => {
  const LAW = '[0,1.4142135623730951,8.06225774829855,8.06225774829855,1.4142135623730951]\n';

  test('is imported by ES modules', async () => {
    const code = `
      import { KNN } from 'knn-anomaly';
      import { manhattan } from 'knn-anomaly/metrics';
      console.log(JSON.stringify(new KNN(2, 1).score([1, 2, 10, 2, 1])));
      console.log(JSON.stringify(new KNN(2, 1, { metric: manhattan }).score([1, 2, 10, 2, 1])));`;
    expect(await node('esm.mjs', code)).toEqual(ok(`${LAW}[0,2,9,9,2]\n`));
  });

  test('is required by CommonJS modules', async () => {
    const code = `
      const { KNN } = require('knn-anomaly');
      const { mahalanobis } = require('knn-anomaly/metrics');
      console.log(JSON.stringify(new KNN(2, 1).score([1, 2, 10, 2, 1])));
      console.log(JSON.stringify(new KNN(2, 1, { metric: mahalanobis() }).score([1, 1, 1, 1])));`;
    expect(await node('cjs.cjs', code)).toEqual(ok(`${LAW}[0,0,0,0]\n`));
  });

  test('exports exactly what is documented', async () => {
    const code = `
      for (const entry of ['', '/metrics', '/evaluate', '/calibrate', '/plot']) {
        console.log(Object.keys(await import('knn-anomaly' + entry)).join(' '));
      }`;
    const { stdout } = await node('exports.mjs', code);
    const [main, metrics, evaluate, calibrate, plot] = stdout.trim().split('\n');
    expect(main!.split(' ')).toEqual([
      'ChangeFinder',
      'Fleet',
      'KNN',
      'Novelty',
      'SDAR',
      'StreamingKNN',
      'euclidean',
      'locate',
      'regularize',
      'scoreStream',
      'scoreTransform',
      'suggestWindow',
      'topAnomalies',
    ]);
    expect(calibrate!.split(' ')).toEqual([
      'Calibrator',
      'ConformalThreshold',
      'Monitor',
      'Monitors',
      'QuantileThreshold',
      'Refractory',
      'SpotThreshold',
      'backtest',
      'monitor',
      'shardOf',
    ]);
    expect(plot!.split(' ')).toEqual(['plotHTML', 'plotSVG', 'toPNG']);
    expect(metrics!.split(' ')).toEqual([
      'additiveSymmetric',
      'avg',
      'bhattacharyya',
      'canberra',
      'chebyshev',
      'clark',
      'czekanowski',
      'dice',
      'divergence',
      'euclidean',
      'fidelity',
      'gower',
      'harmonicMean',
      'hellinger',
      'innerProduct',
      'intersection',
      'jaccard',
      'jeffreys',
      'jensenDifference',
      'jensenShannon',
      'kdivergence',
      'kulczynski',
      'kullbackLeibler',
      'kumarJohnson',
      'lorentzian',
      'mahalanobis',
      'manhattan',
      'matusita',
      'minkowski',
      'motyka',
      'neyman',
      'pearson',
      'probabilisticSymmetric',
      'soergel',
      'sorensen',
      'squared',
      'squaredChord',
      'squaredEuclidean',
      'taneja',
      'tanimoto',
      'topsoe',
      'waveHedges',
    ]);
    expect(evaluate!.split(' ')).toEqual([
      'affiliation',
      'eventF1',
      'nabProfiles',
      'nabScore',
      'pointAdjustedF1',
      'prAuc',
      'rangeF1',
      'rocAuc',
      'ucrAccuracy',
      'vusPr',
      'vusRoc',
    ]);
  });

  test('has entries for many machines, and nothing of them in the main one', async () => {
    const code = `
      for (const entry of ['blocks', 'redis']) {
        console.log(Object.keys(await import('knn-anomaly/' + entry)).join(' '));
      }`;
    expect(await node('machines.mjs', code)).toEqual(ok('mergeBlocks scoreBlock\nappend redisLog resumeFrom worker\n'));
    const files = [...packed].filter((path) => /dist\/(index|core|search|knn|stream|threads|wasm)\b.*\.js$/.test(path));
    const importing = files.filter((path) =>
      /from '[./]*(blocks|redis)/.test(readFileSync(join(installed, path), 'utf8')),
    );
    expect([files.length > 50, importing]).toEqual([true, []]);
  });

  test('has no other entries', async () => {
    const code = `
      for (const path of ['dist/index.js', 'dist/knn/knn.js', 'src/index.ts', 'cli']) {
        await import(\`knn-anomaly/\${path}\`).catch((error) => console.log(error.code));
      }`;
    expect(await node('entries.mjs', code)).toEqual(ok('ERR_PACKAGE_PATH_NOT_EXPORTED\n'.repeat(4)));
  });

  test('loads nothing but itself through its main entry', async () => {
    // Whatever a module of the package imports that is not a file of the package stops the import.
    const hooks = `
      export async function resolve(specifier, context, next) {
        const inside = context.parentURL?.includes('/node_modules/knn-anomaly/');
        if (inside && !specifier.startsWith('.')) throw new Error('outside: ' + specifier);
        return next(specifier, context);
      }`;
    writeFileSync(join(project, 'hooks.mjs'), hooks);
    writeFileSync(
      join(project, 'register.mjs'),
      "import { register } from 'node:module';\nregister('./hooks.mjs', import.meta.url);\n",
    );
    const load = (entry: string) =>
      node('load.mjs', `await import('${entry}').then(({ euclidean }) => console.log(euclidean?.name));`, [
        '--import',
        './register.mjs',
      ]);
    expect((await load('knn-anomaly')).stdout).toBe('euclidean\n');
    expect((await load('knn-anomaly/evaluate')).stdout).toBe('undefined\n');
    expect((await load('knn-anomaly/metrics')).stderr).toMatch(/outside: ml-(matrix|distance)/);
  });

  test('is understood by TypeScript, as ES module, as CommonJS and for bundlers', async () => {
    const use = `
      const scores: number[] = new KNN(2, 1).score([1, 2, null, 10]);
      const typed: Float64Array = new KNN(2, 1, { metric: manhattan }).score(new Float32Array(5));
      const options: KNNOptions = { metric: mahalanobis({ covariance: 'pinv' }), normalize: 'none' };
      const places: Anomaly[] = topAnomalies(new KNN(2, 1, options).score(typed), 1);
      const later: Promise<number[]> = new KNN(2, 1).scoreAsync([1, null], { threads: 2, signal: undefined });
      const truth: readonly LabeledRange[] = [{ begin: 2, end: 2 }];
      const quality: number = rocAuc(scores, truth) + nabScore([{ scores: typed, labels: truth }]).score;
      // @ts-expect-error: no such option
      new KNN(2, 1, { metrics: manhattan });
      export const result: number = scores.length + places.length + Number(later) + quality;`;
    const types = 'type Anomaly, KNN, type KNNOptions, topAnomalies';
    const esm = `
      import { ${types} } from 'knn-anomaly';
      import { mahalanobis, manhattan } from 'knn-anomaly/metrics';
      import { type LabeledRange, nabScore, rocAuc } from 'knn-anomaly/evaluate';
      ${use}`;
    const consumer = join(project, 'consumer');
    mkdirSync(consumer);
    writeFileSync(join(consumer, 'esm.mts'), esm);
    writeFileSync(join(consumer, 'cjs.cts'), esm);
    writeFileSync(join(consumer, 'bundled.ts'), esm);
    const compilerOptions = { strict: true, skipLibCheck: false, noEmit: true, target: 'es2022', types: [] };
    const settings = {
      nodenext: { compilerOptions: { ...compilerOptions, module: 'nodenext' }, files: ['esm.mts', 'cjs.cts'] },
      bundler: {
        compilerOptions: { ...compilerOptions, module: 'esnext', moduleResolution: 'bundler' },
        files: ['bundled.ts'],
      },
      // Neither a browser's types nor Node's.
      bare: { compilerOptions: { ...compilerOptions, module: 'nodenext', lib: ['es2022'] }, files: ['esm.mts'] },
    };
    for (const [name, config] of Object.entries(settings)) {
      writeFileSync(join(consumer, `${name}.json`), JSON.stringify(config));
      expect(await tool('typescript/bin/tsc', ['-p', `${name}.json`], consumer)).toEqual(ok(''));
    }
  });

  test('brings the program knn-anomaly', async () => {
    const program = join(project, 'node_modules/.bin/knn-anomaly');
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(await run(program, ['--version'], project)).toEqual(ok(`${version}\n`));
    const law = LAW.slice(1, -2).replaceAll(',', '\n');
    expect(await run(program, ['score', '-w', '2', '-k', '1'], project, '1\n2\n10\n2\n1\n')).toEqual(ok(`${law}\n`));
    expect(readdirSync(join(project, 'node_modules/.bin'))).toContain('knn-anomaly');
  });
});
