// What does it cost to import the built package, and to run `npm start`? Fresh processes, alternating with an empty module.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { median, medianInterval, runPinned, save, settings, time } from './harness.ts';
import { scratch } from './series.ts';

const options = settings({ rounds: '30' });
const rounds = Number(options.rounds);
const root = join(import.meta.dirname, '..');

/** Wall seconds of a command from start to exit. */
function wall(command: string[]): number {
  const start = performance.now();
  const { status, stderr } = runPinned(command);
  if (status !== 0) throw new Error(`${command.join(' ')} failed: ${stderr}`);
  return (performance.now() - start) / 1e3;
}

/** A module that imports one of the package's built files, or nothing. */
function module(name: string, file?: string): string {
  const path = join(scratch, `${name}.mjs`);
  writeFileSync(path, file === undefined ? '' : `import ${JSON.stringify(pathToFileURL(join(root, file)).href)};\n`);
  return path;
}

const empty = module('empty');
const rows: object[] = [];
for (const file of ['dist/index.js', 'dist/metrics.js'].filter((name) => existsSync(join(root, name)))) {
  const loaded = module('loaded', file);
  const pairs = Array.from({ length: rounds + 1 }, () => [
    wall([process.execPath, empty]),
    wall([process.execPath, loaded]),
  ]).slice(1); // the first pair warms the file cache
  const [added, low, high] = medianInterval(pairs.map(([without, withIt]) => withIt! - without!));
  rows.push({ what: `import ${file}`, median: added, interval: [low, high], empty: median(pairs.map((p) => p[0]!)) });
  console.log(`import ${file}: ${time(Math.max(added, 0))} more than an empty module`);
}
const { scripts = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
if (scripts.start) {
  const times = Array.from({ length: 5 }, () => wall(['npm', 'start', '--silent', '--prefix', root]));
  const [middle, low, high] = medianInterval(times);
  rows.push({ what: 'npm start', median: middle, interval: [low, high] });
  console.log(`npm start: ${time(middle)}`);
}
save('start-up', options.out, { versions: { node: process.versions.node }, rounds }, rows);
