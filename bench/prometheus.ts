// Loads the history of a real Prometheus into a follower, then takes single steps: CPU, memory, states, and how late /metrics is.
//
//   npx tsx bench/prometheus.ts URL QUERY STEP_SECONDS HISTORY_SECONDS END
//
// after a build. `END` is the last time of the history, in seconds since 1970: the follower's clock stands there.
import { performance } from 'node:perf_hooks';
import { follow, queryRange } from '../dist/prometheus.js';

const [url = 'http://127.0.0.1:9090', query = 'up', step = '60', history = '86400', end = ''] = process.argv.slice(2);
const last = Math.floor(Number(end || Date.now() / 1000) / Number(step)) * Number(step);
const STEPS = 5;

let now = last - STEPS * Number(step);
const files = new Map<string, number>();
const follower = follow({
  ...{ url, queries: { load: query }, step: Number(step), history: Number(history), delay: 0, now: () => now },
  store: {
    read: async () => undefined,
    write: async (name: string, bytes: Uint8Array) => void files.set(name, bytes.length),
  },
});

// Reading and parsing alone, to be subtracted.
const range = { url, query, step: Number(step), start: now - Number(history), end: now };
const before = process.cpuUsage();
let numRead = 0;
for await (const { series, count } of queryRange(range)) numRead += series.length * count;
const readMicroseconds = process.cpuUsage(before).user / numRead;

/** How late a timer of 10 ms is, at most: what a request of /metrics waits. */
let latest = 0;
let expected = performance.now() + 10;
const timer = setInterval(() => {
  latest = Math.max(latest, performance.now() - expected);
  expected = performance.now() + 10;
}, 10);

const cpu = process.cpuUsage();
const begin = performance.now();
await follower.catchUp();
clearInterval(timer);
const used = process.cpuUsage(cpu);
const values = Number(/updates_total\{[^}]*\} (\d+)/.exec(follower.metrics())![1]);
const steps: number[] = [];
for (let s = 0; s < STEPS; s++) {
  now += Number(step);
  const start = performance.now();
  await follower.catchUp();
  steps.push(performance.now() - start);
}
const rendering = performance.now();
const text = follower.metrics();
console.log({
  series: follower.numSeries.load,
  values,
  wallSeconds: round((performance.now() - begin) / 1000),
  cpuMicrosecondsPerValue: round(used.user / values),
  ofThemReading: round(readMicroseconds),
  latestMilliseconds: round(latest),
  stepMilliseconds: steps.map(round),
  metricsMilliseconds: round(performance.now() - rendering),
  metricsMegabytes: round(text.length / 1e6),
  stateMegabytes: round([...files.values()].reduce((sum, size) => sum + size, 0) / 1e6),
  largestMegabytes: round(process.resourceUsage().maxRSS / 1e3),
});

function round(x: number): number {
  return Number(x.toPrecision(3));
}
