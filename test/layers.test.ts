// Who may import whom: kernels know nothing, search knows vectors, jobs (searches as threads do them) know search,
// detectors know jobs, metrics of detection know nothing but scores and labels, the command line knows all.
// Type imports count, too: a layer that needs the types of a higher one is in the wrong place.
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

/** Files by path below src, with what they import: paths below src, or package names. */
type Imports = ReadonlyMap<string, readonly string[]>;

type Layer =
  | 'kernels'
  | 'checks'
  | 'vectors'
  | 'search'
  | 'jobs'
  | 'detectors'
  | 'evaluate'
  | 'plot'
  | 'entries'
  | 'cli';

/** The layer of a file of src that is in no folder. */
const LAYER: Record<string, Layer> = {
  'detector.ts': 'checks',
  'steps.ts': 'checks',
  'state.ts': 'checks',
  'embed.ts': 'vectors',
  'metric.ts': 'vectors',
  'mahalanobis.ts': 'vectors',
  'aggregate.ts': 'jobs',
  'job.ts': 'jobs',
  'threads.ts': 'jobs',
  'parallel.ts': 'jobs',
  'explain.ts': 'detectors',
  'scorer.ts': 'detectors',
  'knn.ts': 'detectors',
  'streaming-knn.ts': 'detectors',
  'top-anomalies.ts': 'detectors',
  'sdar.ts': 'detectors',
  'changefinder.ts': 'detectors',
  'refractory.ts': 'detectors',
  'spot.ts': 'detectors',
  'explain-alarm.ts': 'detectors',
  'locate.ts': 'detectors',
  'suggest-window.ts': 'detectors',
  'random.ts': 'checks',
  'reservoir.ts': 'detectors',
  'novelty.ts': 'detectors',
  'calibrator.ts': 'detectors',
  'calibrated.ts': 'detectors',
  'threshold.ts': 'detectors',
  'views.ts': 'detectors',
  'monitor.ts': 'detectors',
  'calibrate.ts': 'entries',
  'index.ts': 'entries',
  'evaluate.ts': 'entries',
  'metrics.ts': 'entries',
  'plot.ts': 'entries',
  'worker.ts': 'entries',
};

const MAY_IMPORT: Record<Layer, readonly Layer[]> = {
  kernels: ['kernels'],
  checks: ['checks'],
  vectors: ['vectors', 'checks', 'kernels'],
  search: ['search', 'vectors', 'kernels'],
  jobs: ['jobs', 'search', 'vectors', 'checks'],
  detectors: ['detectors', 'jobs', 'search', 'vectors', 'checks', 'kernels'],
  evaluate: ['evaluate', 'checks'],
  plot: ['plot', 'checks'],
  entries: ['evaluate', 'plot', 'detectors', 'jobs', 'search', 'vectors', 'checks'],
  cli: ['cli', 'entries', 'evaluate', 'detectors', 'search', 'vectors', 'checks'],
};

/** The packages, and who may import them: a file, or a folder with everything in it. */
const PACKAGES: Record<string, string> = {
  'ml-matrix': 'mahalanobis.ts',
  'ml-distance': 'metrics.ts',
  '@resvg/resvg-js': 'plot/png.ts',
  papaparse: 'cli/',
  'cli-progress': 'cli/',
  'node:': 'cli/',
};

function layerOf(file: string): Layer | undefined {
  const folder = file.slice(0, file.indexOf('/') + 1);
  return folder === ''
    ? LAYER[file]
    : ((['kernels/', 'search/', 'evaluate/', 'plot/', 'cli/'] as const)
        .find((f) => f === folder)
        ?.slice(0, -1) as Layer);
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
  const sources = files.filter((file) => file.endsWith('.ts')).sort();
  return new Map(sources.map((file) => [file, importsOf(file, readFileSync(new URL(file, root), 'utf8'))]));
}

/** Imports between files of src that point the wrong way, or to a file that does not exist. */
function wrongDirections(imports: Imports): string[] {
  return [...imports].flatMap(([file, targets]) =>
    targets
      .filter((target) => target.endsWith('.ts'))
      .filter((target) => {
        const [from, to] = [layerOf(file), layerOf(target)];
        return from === undefined || to === undefined || !imports.has(target) || !MAY_IMPORT[from].includes(to);
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
        const place = PACKAGES[target.startsWith('node:') ? 'node:' : target];
        return place === undefined || !(place.endsWith('/') ? file.startsWith(place) : file === place);
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
    expect([...imports.keys()].filter((file) => layerOf(file) === undefined)).toEqual([]);
    expect(Object.keys(LAYER).filter((file) => !imports.has(file))).toEqual([]);
  });

  test('imports point from the command line to detectors to search to vectors to kernels', () => {
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
    const kernel = 'kernels/top-k.ts';
    expect(wrongDirections(planted(kernel, "import { embed } from '../embed.ts';"))).toEqual([`${kernel} → embed.ts`]);
    expect(wrongDirections(planted(kernel, "import type { Join } from '../search/search.ts';"))).toHaveLength(1);
    expect(wrongDirections(planted('search/brute.ts', "export * from '../knn.ts';"))).toHaveLength(1);
    expect(wrongDirections(planted('embed.ts', "const { plan } = await import('./search/plan.ts');"))).toHaveLength(1);
    expect(wrongDirections(planted('knn.ts', "type Text = import('./cli/text.ts').Paint;"))).toHaveLength(1);
    expect(wrongDirections(planted('knn.ts', "import './gone.ts';"))).toHaveLength(1);
  });

  test('packages outside their place', () => {
    expect(wrongPackages(planted('knn.ts', "import { Matrix } from 'ml-matrix';"))).toEqual(['knn.ts → ml-matrix']);
    expect(wrongPackages(planted('metric.ts', "import { distance } from 'ml-distance';"))).toHaveLength(1);
    expect(wrongPackages(planted('embed.ts', "import { readFileSync } from 'node:fs';"))).toHaveLength(1);
    expect(wrongPackages(planted('cli/text.ts', "import chalk from 'chalk';"))).toHaveLength(1);
  });

  test('cycles', () => {
    expect(findCycle(planted('detector.ts', "import './knn.ts';"))).toContain('detector.ts');
  });
});
