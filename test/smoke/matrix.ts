// The packed package in every runtime that it is for: npm run smoke [-- node@22 bun]. Each runtime is installed from npm into a
// folder of its own, which is removed afterwards, and gets one line. Status 1 if one fails or cannot be installed; only a
// platform for which there is no build is skipped, and says so.
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { mulberry32, normal } from '../support/series.ts';

/** A package of npm that is a runtime. */
interface Runtime {
  readonly title: string;
  /** What the program is called in `node_modules/.bin`, and below `node_modules` on Windows. */
  readonly program: string;
  readonly exe: string;
  /** What stands before the file it is to run. */
  readonly args: readonly string[];
  /** Platform and architecture of its builds. */
  readonly builds: readonly string[];
}

const EVERYWHERE = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64'];
const node: Omit<Runtime, 'title'> = { program: 'node', exe: 'node/bin/node.exe', args: [], builds: EVERYWHERE };

const RUNTIMES: Record<string, Runtime> = {
  'node@22': { title: 'Node 22', ...node },
  'node@24': { title: 'Node 24', ...node },
  'node@26': { title: 'Node 26', ...node },
  'bun@1': { title: 'Bun', program: 'bun', exe: 'bun/bin/bun.exe', args: [], builds: EVERYWHERE },
  'deno@2': { title: 'Deno', program: 'deno', exe: 'deno/deno.exe', args: ['run', '-A'], builds: EVERYWHERE },
};

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'knn-anomaly-smoke-'));
const project = join(folder, 'project');

/** Runs a program; what it says if it fails is the error. */
function run(command: string, args: readonly string[], cwd: string, input = ''): string {
  const env = { ...process.env, NODE_OPTIONS: undefined, NO_COLOR: '1' };
  const ran: SpawnSyncReturns<string> = spawnSync(command, args, {
    cwd,
    env,
    input,
    encoding: 'utf8',
    timeout: 300_000,
  });
  if (ran.error) throw ran.error;
  if (ran.status !== 0) throw new Error(`status ${ran.status}${ran.signal ? `, ${ran.signal}` : ''}: ${ran.stderr}`);
  return ran.stdout;
}

/** npm itself: by `npm run`, the one that runs; else the one on the path. */
function npm(args: readonly string[], cwd: string): string {
  const path = process.env.npm_execpath;
  return path?.endsWith('.js') ? run(process.execPath, [path, ...args], cwd) : run('npm', args, cwd);
}

const QUIET = ['--no-audit', '--no-fund', '--loglevel=error'];

/** Packs the package and installs it into an empty project, with what this runtime answers beside it. */
async function makeProject(): Promise<void> {
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "name": "project", "private": true, "type": "module" }\n');
  const json = npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], ROOT);
  const [{ filename }] = JSON.parse(json) as [{ filename: string }];
  npm(['install', ...QUIET, '--ignore-scripts', '--prefer-offline', join(folder, filename)], project);
  writeFileSync(join(project, 'checks.mjs'), readFileSync(new URL('checks.mjs', import.meta.url)));
  writeFileSync(join(project, 'reference.json'), JSON.stringify(await answers()));
}

/** Three series with their scores, and a state with what it answers to more values. */
async function answers(): Promise<object[]> {
  const index = pathToFileURL(join(project, 'node_modules/knn-anomaly/dist/index.js'));
  const { KNN, StreamingKNN } = (await import(index.href)) as typeof import('../../src/index.ts');
  const random = mulberry32(1);
  let level = 0;
  const series: [string, number[], number, number][] = [
    ['noise', Array.from({ length: 1500 }, () => normal(random)), 5, 5],
    ['steps with gaps', Array.from({ length: 600 }, (_, i) => (i % 97 === 0 ? NaN : Math.floor(i / 50) % 4)), 3, 2],
    ['random walk', Array.from({ length: 3000 }, () => (level += normal(random))), 50, 3],
  ];
  return series.map(([name, values, windowSize, k]) => {
    const gaps = values.map((x) => (Number.isNaN(x) ? null : x)); // as JSON writes it
    const scores = new KNN(windowSize, k, { engine: 'brute' }).score(gaps);
    const stream = new StreamingKNN(windowSize, k, { history: 200 });
    stream.learn(gaps.slice(0, 400) as number[]);
    const state = Buffer.from(stream.save()).toString('base64');
    const next = gaps.slice(400, 500);
    return { name, series: gaps, windowSize, k, scores, state, next, streamed: stream.learn(next as number[]) };
  });
}

/** Installs a runtime; the path of its program. */
function install(spec: string, { program, exe }: Runtime): string {
  const prefix = join(folder, program);
  mkdirSync(prefix);
  writeFileSync(join(prefix, 'package.json'), '{ "private": true }\n');
  npm(['install', ...QUIET, '--ignore-scripts=false', spec], prefix);
  const path = join(prefix, 'node_modules', process.platform === 'win32' ? exe : `.bin/${program}`);
  if (!existsSync(path)) throw new Error(`npm install ${spec} made no ${path}`);
  return path;
}

/** What is said of a runtime that does all that it must. */
function check(spec: string, runtime: Runtime): string {
  const start = performance.now();
  const path = install(spec, runtime);
  const [version] = run(path, ['--version'], project).replace(/^\D*/, '').split(/\s/);
  const numChecks = run(path, [...runtime.args, 'checks.mjs', 'reference.json'], project).trim();
  const program = [...runtime.args, 'node_modules/knn-anomaly/dist/cli/main.js'];
  const printed = run(path, [...program, 'score', '-w', '2', '-k', '1'], project, '1\n2\n10\n2\n1\n');
  const law = '0\n1.4142135623730951\n8.06225774829855\n8.06225774829855\n1.4142135623730951\n';
  if (printed !== law) throw new Error(`the command line prints ${JSON.stringify(printed)}`);
  return `${version}: ${numChecks} checks and the command line passed, ${((performance.now() - start) / 1000).toFixed(0)} s`;
}

/** The builds are for the C library of most distributions. */
function platform(): string {
  const isMusl =
    process.platform === 'linux' &&
    !('glibcVersionRuntime' in (process.report.getReport() as { header: object }).header);
  return `${process.platform}-${process.arch}${isMusl ? '-musl' : ''}`;
}

const wanted = process.argv.slice(2);
for (const spec of wanted)
  if (!(spec in RUNTIMES)) throw new Error(`${spec} is none of ${Object.keys(RUNTIMES).join(', ')}`);
try {
  await makeProject();
  for (const [spec, runtime] of Object.entries(RUNTIMES)) {
    if (wanted.length > 0 && !wanted.includes(spec)) continue;
    if (!runtime.builds.includes(platform())) {
      console.log(`${runtime.title}: skipped, npm has no build of ${spec} for ${platform()}`);
      continue;
    }
    try {
      console.log(`${runtime.title}, ${check(spec, runtime)}`);
    } catch (error) {
      console.log(`${runtime.title}: FAILED: ${(error as Error).message.trim()}`);
      process.exitCode = 1;
    }
    rmSync(join(folder, runtime.program), { recursive: true, force: true, maxRetries: 9 });
  }
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 9 });
}
