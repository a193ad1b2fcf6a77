// The programs of examples/cluster, run as they are: each puts the scores of one process together, BullMQ over two killed workers.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { noRedis, RedisServer } from '../redis/server.ts';
import { MAIN } from '../support/cli-run.ts';
import { fencedBlocks } from '../support/readme/blocks.ts';
import { whiteNoise } from '../support/series.ts';

vi.setConfig({ testTimeout: 180_000 });

const EXAMPLES = fileURLToPath(new URL('../../examples/cluster/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'knn-anomaly-cluster-'));
const bin = join(folder, 'bin');
mkdirSync(bin);
writeFileSync(join(bin, 'knn-anomaly'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`, { mode: 0o755 });
writeFileSync(join(folder, 'big.txt'), Array.from(whiteNoise(8000, 6), (x) => `${x}\n`).join(''));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const envOf = (more: Record<string, string> = {}): NodeJS.ProcessEnv => ({
  ...process.env,
  NODE_OPTIONS: undefined,
  PATH: bin + delimiter + process.env.PATH,
  ...more,
});

/** What a program prints. */
async function output(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { cwd: folder, env: envOf(env), maxBuffer: 1e8 });
  return stdout;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

const whole = output('knn-anomaly', ['score', 'big.txt', '-w', '20', '-k', '3']).then(hash);

describe('examples/cluster', () => {
  test('blocks-xargs.sh', async () => {
    const run = (): Promise<string> => output(join(EXAMPLES, 'blocks-xargs.sh'), ['big.txt', '20', '3', '4']);
    expect(hash(await run())).toBe(await whole);
    // A block that is lost is scored again, and no other.
    rmSync(join(folder, 'big.txt.2-4'));
    expect(hash(await run())).toBe(await whole);
  });

  test('blocks-slurm.sh, with the variables that Slurm sets', async () => {
    for (const task of ['0', '1', '2']) {
      const env = { SLURM_ARRAY_TASK_ID: task, SLURM_ARRAY_TASK_COUNT: '3' };
      await output(join(EXAMPLES, 'blocks-slurm.sh'), ['big.txt', '20', '3'], env);
    }
    // One of them by its number, as after a failure.
    rmSync(join(folder, 'big.txt.part.1'));
    const env = { SLURM_ARRAY_TASK_ID: '1', SLURM_ARRAY_TASK_COUNT: '1', SLURM_BLOCKS: '3' };
    await output(join(EXAMPLES, 'blocks-slurm.sh'), ['big.txt', '20', '3'], env);
    const parts = [0, 1, 2].map((i) => `big.txt.part.${i}`);
    expect(hash(await output('knn-anomaly', ['merge', ...parts]))).toBe(await whole);
  });

  test('blocks-kubernetes.yaml is a Job with an index, whose command scores a block', async () => {
    const [document, ...more] = parseAllDocuments(readFileSync(join(EXAMPLES, 'blocks-kubernetes.yaml'), 'utf8'));
    expect([document!.errors, more]).toEqual([[], []]);
    const { kind, apiVersion, spec } = document!.toJS();
    expect([kind, apiVersion, spec.completionMode]).toEqual(['Job', 'batch/v1', 'Indexed']);
    const [container] = spec.template.spec.containers;
    const script = (container.args[0] as string).replaceAll('/data/', '').replace('npx --yes ', '');
    expect(script).toContain(`/${spec.completions} `);
    const small = script.replaceAll(`/${spec.completions} `, '/2 ').replace('-w 100 -k 5', '-w 20 -k 3');
    for (const index of ['0', '1']) {
      await output(container.command[0], [container.command[1], small], { JOB_COMPLETION_INDEX: index });
    }
    expect(hash(await output('knn-anomaly', ['merge', 'part.0', 'part.1']))).toBe(await whole);
  });

  test.skipIf(noRedis)('blocks-bullmq.mjs, while two workers are killed', async () => {
    const port = await freePort();
    const server = new RedisServer(['--port', String(port), '--bind', '127.0.0.1', '--maxmemory-policy', 'noeviction']);
    await server.start();
    const env = { REDIS_URL: `redis://127.0.0.1:${port}` };
    const program = join(EXAMPLES, 'blocks-bullmq.mjs');
    const workers: ChildProcess[] = [];
    const startWorker = (): void => {
      workers.push(spawn(process.execPath, [program, 'worker'], { cwd: folder, env: envOf(env), stdio: 'ignore' }));
    };
    const numBlocks = (): number => readdirSync(folder).filter((name) => /^big\.txt\.\d+-8$/.test(name)).length;
    try {
      startWorker();
      startWorker();
      const running = output(process.execPath, [program, 'run', 'big.txt', '20', '3', '8'], env);
      for (const w of [0, 1]) {
        while (numBlocks() <= w) await new Promise((resolve) => setTimeout(resolve, 20));
        workers[w]!.kill('SIGKILL');
        startWorker();
      }
      await running;
      const parts = Array.from({ length: 8 }, (_, i) => `big.txt.${i}-8`);
      expect(hash(await output('knn-anomaly', ['merge', ...parts]))).toBe(await whole);
    } finally {
      for (const child of workers) child.kill('SIGKILL');
      await server.remove();
    }
  });

  test('README.md shows what sizing.mjs prints', async () => {
    const readme = readFileSync(join(EXAMPLES, 'README.md'), 'utf8');
    const shown = fencedBlocks('README.md', readme).filter(({ code }) => code.startsWith('$ node sizing.mjs'));
    expect(shown.length).toBeGreaterThanOrEqual(4);
    for (const { code } of shown) {
      const [command, ...lines] = code.split('\n');
      const args = command!.split(' ').slice(3);
      expect(await output(process.execPath, [join(EXAMPLES, 'sizing.mjs'), ...args])).toBe(`${lines.join('\n')}\n`);
    }
  });

  test('README.md links to what exists', () => {
    const readme = readFileSync(join(EXAMPLES, 'README.md'), 'utf8');
    const links = [...readme.matchAll(/\]\(([^)#\s]+)\)/g)].map(([, target]) => target!);
    const here = links.filter((link) => !link.includes('/'));
    expect(here.sort()).toEqual(
      readdirSync(EXAMPLES)
        .filter((name) => name !== 'README.md')
        .sort(),
    );
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
