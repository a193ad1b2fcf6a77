// What a cluster takes: node sizing.mjs live SERIES SECONDS knn|monitor, or node sizing.mjs blocks POINTS BLOCKS
const [what, ...given] = process.argv.slice(2);
// Per value in µs of CPU: in a worker, in Redis. Per series in kB: in a worker's memory, in a snapshot. See README.md.
const COSTS = {
  knn: { worker: 3.3, redis: 1.4, memory: 8, saved: 4.2 },
  monitor: { worker: 10.5, redis: 1.4, memory: 30, saved: 12.4 },
};
const [n, second, kind] = [Number(given[0]), Number(given[1]), COSTS[given[2]]];
const round = (x) => Number(x.toPrecision(2));
const live = () => ({
  'cores of workers, at a third of their time': round((3 * n * kind.worker) / 1e6 / second),
  'share of the one thread of Redis': round((n * kind.redis) / 1e6 / second),
  'GB of workers': round((n * kind.memory) / 1e6),
  'GB of snapshots': round((n * kind.saved) / 1e6),
  'GB of 100 ticks and their scores in Redis': round((100 * n * 52) / 1e9),
});
const blocks = () => ({
  'core hours, windows of 9 values and more': round((1.9 * n * n * 0.145e-9) / 3600),
  'minutes of a block': round((1.9 * n * n * 0.145e-9) / 60 / second),
  'GB of a block': round((8 * n + (300 * n) / second + 0.3e9) / 1e9),
});
console.log(JSON.stringify(what === 'live' ? live() : blocks(), null, 2));
