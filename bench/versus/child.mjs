// A contender's side of the line protocol of harness.ts, for Node: load one series, then answer each line with a line
// of JSON. `run REPS` times only the computation in memory, `save FILE` writes the last scores, `end` tells the peak
// memory. child.py is the same in Python.

import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** Peak resident memory in bytes: of this program alone, where the kernel tells it (maxRSS counts the parent's fork). */
function peakMemory() {
  try {
    return 1024 * Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  } catch {
    return 1024 * process.resourceUsage().maxRSS;
  }
}

/** The version of a package of bench/versus/node_modules. */
export function versionOf(name) {
  return JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;
}

/** Serves `score(series, windowSize, k, ...extra arguments)`: one score per value of the series, or a promise of them. */
export function serve(versions, score) {
  const [file, windowSize, k, ...extra] = process.argv.slice(2);
  const bytes = readFileSync(file);
  const series = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const answer = (value, then) => process.stdout.write(`${JSON.stringify(value)}\n`, then);
  let scores = new Float64Array(0);

  createInterface({ input: process.stdin }).on('line', async (line) => {
    const argument = line.slice(line.indexOf(' ') + 1);
    if (line.startsWith('run ')) {
      const reps = Number(argument);
      const start = performance.now();
      for (let r = 0; r < reps; r++) {
        const result = score(series, Number(windowSize), Number(k), ...extra);
        scores = result instanceof Promise ? await result : result;
      }
      answer({ seconds: (performance.now() - start) / 1e3 / reps });
    } else if (line.startsWith('save ')) {
      writeFileSync(argument, scores);
      answer({ saved: scores.length });
    } else {
      answer({ rss: peakMemory() }, () => process.exit());
    }
  });
  answer({ versions: { node: process.versions.node, ...versions }, rss: peakMemory() });
}
