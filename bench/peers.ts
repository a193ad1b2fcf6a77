// The contenders beside us: what runs each, how far its answers may be from ours, what to install where it is missing.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Contender, processContender } from './harness.ts';

interface Peer {
  name: string;
  /** In versus/. */
  script: string;
  args?: string[];
  /** Longest series it is asked for without `--all`. */
  longest: number;
  tolerance: Contender['tolerance'];
  /** The npm package or Python module it needs. */
  needs?: string;
}

// Direct distances differ in the order of summation only. |a|² + |b|² − 2ab leaves the root of a rounding error where a
// distance is near 0, whatever its size: in float32 up to a hundredth of the largest score, for a random walk as for equal
// windows.
const direct = { relative: 1e-12 };
const expanded = { relative: 1e-9, absolute: 1e-6 };
const expandedFloat32 = { relative: 0, absolute: 0.02 };

export const peers: Record<string, Peer> = {
  plain: {
    name: 'knn-anomaly, plain JavaScript',
    script: '../ours.mjs',
    args: ['plain'],
    longest: Infinity,
    tolerance: { relative: 0 },
  },
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
    name: 'faiss flat, float32',
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
  if (path.endsWith('.py')) return { peer, ...withPython(path, peer.needs!) };
  const isThere = !peer.needs || existsSync(join(import.meta.dirname, 'versus/node_modules', peer.needs));
  return { peer, command: [process.execPath, path], ...(isThere ? {} : { missing: 'npm run bench:setup' }) };
}

let pythons: { command: string; modules: string[] }[] | undefined;

/** The Python that has most of the modules: one for all of them, if there is one. */
function withPython(path: string, needed: string): Omit<Located, 'peer'> {
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

export function contenderOf({ peer, command }: Located, file: string, w: number, k: number): Contender {
  const { name, args = [], tolerance } = peer;
  return processContender(name, [...command, file, String(w), String(k), ...args], { tolerance });
}
