// Who may import whom, one row per folder of src. Type imports count, too: a folder that needs the types of a higher one
// is in the wrong place.
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

/** Files by path below src, with what they import: paths below src, or package names. */
type Imports = ReadonlyMap<string, readonly string[]>;

/** The folders of src, and which of them each may import from; files in src itself are the entries. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  core: ['core'],
  wasm: ['wasm', 'core'],
  search: ['search', 'core', 'wasm'],
  threads: ['threads', 'search', 'core', 'wasm'],
  knn: ['knn', 'threads', 'search', 'core', 'wasm'],
  stream: ['stream', 'search', 'core', 'wasm'],
  changefinder: ['changefinder', 'core'],
  calibrate: ['calibrate', 'stream', 'core'],
  blocks: ['blocks', 'knn', 'threads', 'search', 'core'],
  redis: ['redis', 'calibrate', 'stream', 'files', 'core'],
  evaluate: ['evaluate', 'core'],
  plot: ['plot', 'core'],
  time: ['time', 'core'],
  files: ['files'],
  prometheus: ['prometheus', 'calibrate', 'stream', 'core'],
  // biome-ignore format: a row per folder
  entries: ['core', 'search', 'threads', 'knn', 'stream', 'changefinder', 'calibrate', 'blocks', 'redis', 'evaluate', 'plot', 'time', 'prometheus'],
  // biome-ignore format: a row per folder
  cli: ['cli', 'entries', 'files', 'core', 'search', 'knn', 'stream', 'changefinder', 'calibrate', 'blocks', 'redis', 'evaluate', 'plot', 'time', 'prometheus'],
};

/** Folders with one door: files outside may import the named files only. */
const DOORS: Record<string, readonly string[]> = {
  'search/dense/': ['engine.ts', 'kernel.generated.ts'],
  'search/diagonal/': ['engine.ts', 'kernel.generated.ts'],
  'search/kdtree/': ['engine.ts', 'index.ts', 'kernel.generated.ts'],
  'search/top/': ['engine.ts', 'kernel/kernel.generated.ts'],
  'stream/history/': ['history.ts'],
};

/** The packages, and who may import them: a file, or a folder with everything in it. */
const PACKAGES: Record<string, string | readonly string[]> = {
  'ml-matrix': 'core/mahalanobis.ts',
  'ml-distance': ['metrics.ts', 'threads/metrics/worker.ts'],
  '@resvg/resvg-js': 'plot/png.ts',
  uplot: 'plot/html/',
  papaparse: 'cli/',
  hyparquet: 'cli/input/columnar/',
  '@uwdata/flechette': 'cli/input/columnar/',
  'cli-progress': 'cli/',
  yaml: 'cli/prometheus/',
  redis: 'redis/',
  'node:': ['cli/', 'blocks/', 'redis/', 'files/'],
};

function folderOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : 'entries';
}

/** Every import, export … from, import(…) and import type of a source text. */
function importsOf(file: string, text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => {
    return fileName.startsWith('.') ? posix.join(posix.dirname(file), fileName) : fileName;
  });
}

function readImports(): Imports {
  const root = new URL('../src/', import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll('\\', '/'));
  // AssemblyScript is a language of its own: its kernels import nothing but each other.
  const sources = files.filter((file) => file.endsWith('.ts') && !file.includes('/assembly/')).sort();
  return new Map(sources.map((file) => [file, importsOf(file, readFileSync(new URL(file, root), 'utf8'))]));
}

/** Imports between files of src that point the wrong way, or to a file that does not exist. */
function wrongDirections(imports: Imports): string[] {
  return [...imports].flatMap(([file, targets]) =>
    targets
      .filter((target) => target.endsWith('.ts'))
      .filter((target) => {
        if (!imports.has(target) || !MAY_IMPORT[folderOf(file)]?.includes(folderOf(target))) return true;
        const door = Object.keys(DOORS).find((folder) => target.startsWith(folder) && !file.startsWith(folder));
        return door !== undefined && !DOORS[door]!.includes(target.slice(door.length));
      })
      .map((target) => `${file} → ${target}`),
  );
}

/** Imports of packages by files that must not need them. */
function wrongPackages(imports: Imports): string[] {
  return [...imports].flatMap(([file, targets]) =>
    targets
      .filter((target) => !target.endsWith('.ts'))
      .filter((target) => {
        const places = [PACKAGES[target.startsWith('node:') ? 'node:' : target] ?? []].flat();
        return !places.some((place) => (place.endsWith('/') ? file.startsWith(place) : file === place));
      })
      .map((target) => `${file} → ${target}`),
  );
}

/** One cycle of imports as a list of files, or none. */
function findCycle(imports: Imports): string[] {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const target of imports.get(file) ?? []) {
      const cycle = visit(target, [...path, file]);
      if (cycle.length > 0) return cycle;
    }
    done.add(file);
    return [];
  };
  for (const file of imports.keys()) {
    const cycle = visit(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

describe('src', () => {
  const imports = readImports();

  test('has a layer for every file', () => {
    expect(imports.size).toBeGreaterThan(20);
    const folders = new Set([...imports.keys()].map(folderOf));
    expect([...folders].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
    expect(Object.keys(DOORS).filter((door) => ![...imports.keys()].some((file) => file.startsWith(door)))).toEqual([]);
  });

  test('imports point from the command line to detectors to search to core', () => {
    expect(wrongDirections(imports)).toEqual([]);
  });

  test('imports each package only where it is needed', () => {
    expect(wrongPackages(imports)).toEqual([]);
  });

  test('has no cycle of imports', () => {
    expect(findCycle(imports)).toEqual([]);
  });
});

describe('the checks of this file notice', () => {
  const planted = (file: string, text: string): Imports => new Map([...readImports(), [file, importsOf(file, text)]]);

  test('imports that point the wrong way, of every form', () => {
    const file = 'core/windows.ts';
    expect(wrongDirections(planted(file, "import { KNN } from '../knn/knn.ts';"))).toEqual([`${file} → knn/knn.ts`]);
    expect(wrongDirections(planted('wasm/load.ts', "import type { Join } from '../search/join.ts';"))).toHaveLength(1);
    expect(wrongDirections(planted('search/brute.ts', "export * from '../knn/knn.ts';"))).toHaveLength(1);
    expect(wrongDirections(planted(file, "const { plan } = await import('../search/plan.ts');"))).toHaveLength(1);
    expect(
      wrongDirections(planted('knn/explain.ts', "type Text = import('../cli/output/text.ts').Paint;")),
    ).toHaveLength(1);
    expect(wrongDirections(planted('knn/explain.ts', "import './gone.ts';"))).toHaveLength(1);
  });

  test('imports that enter an engine by another way than its door', () => {
    const inner = planted('search/brute.ts', "import { denseModule } from './dense/wasm.ts';");
    expect(wrongDirections(inner)).toEqual(['search/brute.ts → search/dense/wasm.ts']);
  });

  test('packages outside their place', () => {
    expect(wrongPackages(planted('knn/knn.ts', "import { Matrix } from 'ml-matrix';"))).toEqual([
      'knn/knn.ts → ml-matrix',
    ]);
    expect(wrongPackages(planted('core/metric.ts', "import { distance } from 'ml-distance';"))).toHaveLength(1);
    expect(wrongPackages(planted('core/windows.ts', "import { readFileSync } from 'node:fs';"))).toHaveLength(1);
    expect(wrongPackages(planted('cli/output/text.ts', "import chalk from 'chalk';"))).toHaveLength(1);
  });

  test('cycles', () => {
    expect(findCycle(planted('core/checks.ts', "import '../knn/knn.ts';"))).toContain('core/checks.ts');
  });
});
