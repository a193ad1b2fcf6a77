// Runs the built program as a user would, and makes the files it reads. Shared by the cli tests.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, vi } from 'vitest';

vi.setConfig({ testTimeout: 120_000 });

/** The program. */
export const MAIN: string = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

if (!existsSync(MAIN)) throw new Error('dist/cli/main.js is missing: run `npm run build` first');

/** How a run ended. */
export interface Run {
  status: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/** What a run is given beside its arguments. */
export interface RunOptions {
  input?: string | Uint8Array | Readable;
  /** Arguments of Node itself. */
  node?: string[];
  env?: Record<string, string>;
}

/** The environment without what would change colors. */
export function cleanEnv(env: Record<string, string> = {}): Record<string, string | undefined> {
  return { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, NODE_OPTIONS: undefined, ...env };
}

/** `knn-anomaly` with these arguments. */
export function cli(args: string[], { input = '', node = [], env = {} }: RunOptions = {}): Promise<Run> {
  const child = spawn(process.execPath, [...node, MAIN, ...args], { cwd: folder, env: cleanEnv(env) });
  const run: Run = { status: null, signal: null, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (run.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (run.stderr += text));
  child.stdin.on('error', () => {}); // the program may end before it has read everything
  if (typeof input === 'string' || input instanceof Uint8Array) child.stdin.end(input);
  else input.pipe(child.stdin);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ ...run, status, signal }));
  });
}

/** `knn-anomaly score` that must succeed: what it prints. */
export async function score(args: string[], options: RunOptions = {}): Promise<string> {
  const run = await cli(['score', ...args], options);
  if (run.status !== 0) throw new Error(`exit status ${run.status}: ${run.stderr}`);
  return run.stdout;
}

/** A folder for the files of one test file; the program runs in it. */
export const folder: string = mkdtempSync(join(tmpdir(), 'knn-anomaly-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a file into the folder; its path. */
export function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** The names of the files in the folder. */
export function files(): string[] {
  return readdirSync(folder).sort();
}

/** Numbers, one per line. */
export function lines(values: Iterable<number>): string {
  return Array.from(values, (x) => `${x}\n`).join('');
}
