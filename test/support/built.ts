// The package as it is built: what needs workers is tested there, for beside the sources there is no worker.js.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the build. */
export const DIST: URL = new URL('../../dist/', import.meta.url);

if (!existsSync(fileURLToPath(new URL('threads/worker.js', DIST)))) {
  throw new Error('dist is missing: run `npm run build` first');
}

/** The main entry. */
export const main: typeof import('../../src/index.ts') = await import(new URL('index.js', DIST).href);

/** The entry knn-anomaly/metrics. */
export const metrics: typeof import('../../src/metrics.ts') = await import(new URL('metrics.js', DIST).href);
