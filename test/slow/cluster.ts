// The faults of test/redis/chaos.test.ts on a larger scale and again and again, for as long as is wanted.
//
//   npx tsx test/slow/cluster.ts --seconds 3600 [--series 2000] [--shards 8] [--ticks 500] [--lease 3000] [--only kill] [--detector monitors]
//
// Prints a line per run, and stops with an error at the first score that is missing, there twice, or not that of one process. Needs
// `npm run build` and redis-server.
import { parseArgs } from 'node:util';
import { type ChaosSize, chaos, type Detector, oneProcess, SCENARIOS } from '../redis/chaos.ts';

const TEXT = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    seconds: TEXT,
    series: TEXT,
    shards: TEXT,
    ticks: TEXT,
    lease: TEXT,
    every: TEXT,
    only: TEXT,
    detector: TEXT,
  },
});
const size: ChaosSize = {
  series: Number(values.series ?? 2000),
  shards: Number(values.shards ?? 8),
  ticks: Number(values.ticks ?? 500),
  every: Number(values.every ?? 20),
  lease: Number(values.lease ?? 3000),
  ahead: 3,
};
const detector: Detector = values.detector === 'monitors' ? 'monitors' : 'fleet';
const scenarios = SCENARIOS.filter((name) => values.only === undefined || name === values.only);
if (scenarios.length === 0) throw new Error(`--only must be one of ${SCENARIOS.join(', ')}`);

const expected = oneProcess(size, detector);
process.stdout.write(`one process: ${expected.scores} scores, SHA-256 ${expected.hash.slice(0, 16)}\n`);
const end = performance.now() + 1000 * Number(values.seconds ?? 60);
do {
  for (const scenario of scenarios) {
    const { hash, scores, wrong, rounds, seconds, said } = await chaos(scenario, size, detector, 100);
    const isEqual = hash === expected.hash && scores === expected.scores && wrong === 0;
    process.stdout.write(
      `${scenario}: ${rounds} times, ${seconds.toFixed(1)} s, ${wrong} wrong, ${isEqual ? 'equal' : 'DIFFERENT'}\n`,
    );
    if (isEqual) continue;
    process.stdout.write(said);
    process.exit(1);
  }
} while (performance.now() < end);
