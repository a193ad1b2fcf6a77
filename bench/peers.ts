// The contenders beside us: what runs each, how far its answers may be from ours, what to install where it is missing.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import { type Contender, ours, processContender } from './harness.ts';
import { scratch } from './series.ts';

interface Peer {
  name: string;
  /** In versus/: a program, or C to compile. */
  script: string;
  args?: string[];
  /** Longest series it is asked for without `--all`. */
  longest: number;
  tolerance: Contender['tolerance'];
  /** The npm package or Python module it needs. */
  needs?: string;
  /** The only k it knows. */
  k?: number;
}

// Direct distances differ in the order of summation only. |a|² + |b|² − 2ab leaves the root of a rounding error where a
// distance is near 0, whatever its size: in float32 up to a hundredth of the largest score, for a random walk as for equal
// windows. A recurrence drifts.
const direct = { relative: 1e-12 };
const expanded = { relative: 1e-9, absolute: 1e-6 };
const expandedFloat32 = { relative: 0, absolute: 0.02 };
const drifting = { relative: 0, absolute: 1e-6 };

export const peers: Record<string, Peer> = {
  plain: {
    name: 'knn-anomaly, plain JavaScript',
    script: '../ours.mjs',
    args: ['plain'],
    longest: Infinity,
    tolerance: { relative: 0 },
  },
  limit: { name: 'C in 128-bit lanes, k = 1', script: 'limit.c', longest: 2e5, tolerance: drifting, k: 1 },
  ckdtree: { name: 'SciPy cKDTree', script: 'ckdtree.py', longest: Infinity, tolerance: direct, needs: 'scipy' },
  sklearn: {
    name: 'scikit-learn k-d tree',
    script: 'sklearn_knn.py',
    args: ['kd_tree'],
    longest: Infinity,
    tolerance: direct,
    needs: 'sklearn',
  },
  brute: {
    name: 'scikit-learn brute',
    script: 'sklearn_knn.py',
    args: ['brute'],
    longest: 2e4,
    tolerance: expanded,
    needs: 'sklearn',
  },
  faiss: {
    name: 'faiss flat (float32)',
    script: 'faiss_knn.py',
    longest: 2e4,
    tolerance: expandedFloat32,
    needs: 'faiss',
  },
  naive: { name: 'naive JS loops', script: 'naive.mjs', longest: 2e4, tolerance: direct },
  'static-kdtree': {
    name: 'npm static-kdtree',
    script: 'static-kdtree.mjs',
    longest: 1e5,
    tolerance: direct,
    needs: 'static-kdtree',
  },
  'ml-knn': { name: 'npm ml-knn', script: 'ml-knn.mjs', longest: 1e4, tolerance: direct, needs: 'ml-knn' },
};

/** The peer of this name and the command that runs it, or what to do to get it. */
export interface Located {
  peer: Peer;
  command: string[];
  missing?: string;
}

export function locate(id: string): Located {
  const peer = peers[id];
  if (peer === undefined) throw new RangeError(`--peers must be of ${Object.keys(peers).join(', ')}, got ${id}`);
  const path = join(import.meta.dirname, 'versus', peer.script);
  if (path.endsWith('.c')) return { peer, ...compiled(path) };
  if (path.endsWith('.py')) return { peer, ...withPython(path, peer.needs!) };
  const isThere = !peer.needs || existsSync(join(import.meta.dirname, 'versus/node_modules', peer.needs));
  return { peer, command: [process.execPath, path], ...(isThere ? {} : { missing: 'npm run bench:setup' }) };
}

/** Without AVX a compiler has 128-bit lanes; without contraction it has no fused multiply-add, on ARM neither. */
function compiled(path: string): Omit<Located, 'peer'> {
  const program = join(scratch, 'limit');
  const flags = ['-O3', '-ffp-contract=off', ...(arch() === 'x64' ? ['-mno-avx'] : [])];
  for (const compiler of ['gcc', 'cc', 'clang']) {
    const { status, stderr } = spawnSync(compiler, [...flags, path, '-o', program, '-lm'], { encoding: 'utf8' });
    if (status === 0) return { command: [program] };
    if (status !== null) throw new Error(`${compiler} does not compile ${path}: ${stderr}`);
  }
  return { command: [], missing: 'apt-get install gcc' };
}

let pythons: { command: string; modules: string[] }[] | undefined;

/** The Python that has most of the modules: one for all of them, if there is one. */
export function withPython(path: string, needed: string): Omit<Located, 'peer'> {
  const modules = ['scipy', 'sklearn', 'faiss'];
  const listing = `from importlib.util import find_spec\nprint(*filter(find_spec, ${JSON.stringify(modules)}))`;
  pythons ??= ['python3', '/usr/bin/python3']
    .map((command) => {
      const { stdout } = spawnSync(command, ['-c', listing], { encoding: 'utf8' });
      return { command, modules: (stdout ?? '').trim().split(' ') };
    })
    .sort((a, b) => b.modules.length - a.modules.length);
  const python = pythons.find(({ modules }) => modules.includes(needed));
  return python ? { command: [python.command, path] } : { command: [], missing: `apt-get install python3-${needed}` };
}

/** The peer as a contender. If it knows another k only, our own program at that k stands before it, and its answers are held to ours. */
export function contendersOf({ peer, command }: Located, file: string, w: number, k: number): Contender[] {
  const { name, args = [], tolerance, k: only = k } = peer;
  const run = (options: { question?: string }) =>
    processContender(name, [...command, file, String(w), String(only), ...args], { tolerance, ...options });
  if (only === k) return [run({})];
  const question = `k = ${only}`;
  return [{ ...ours(`knn-anomaly, ${question}`, file, w, only), question }, run({ question })];
}
