// The scores of two workers are those of one process, each of them once, whatever is killed, stopped or lost. The long version:
// npx tsx test/slow/cluster.ts
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type ChaosSize, chaos, oneProcess, type Scenario } from './chaos.ts';
import { noRedis } from './server.ts';

if (!existsSync(new URL('../../dist/redis.js', import.meta.url))) {
  throw new Error('dist/redis.js is missing: run `npm run build` first');
}

const SIZE: ChaosSize = { series: 400, shards: 8, ticks: 250, every: 10, lease: 500, ahead: 3 };
const SMALL: ChaosSize = { ...SIZE, series: 100, ticks: 200 };

describe.skipIf(noRedis)('two workers, a producer and Redis', () => {
  const expected = noRedis ? undefined : oneProcess(SIZE, 'fleet');
  const expectedMonitors = noRedis ? undefined : oneProcess(SMALL, 'monitors');

  const cases: [Scenario, number][] = [
    ['none', 0],
    ['kill', 2],
    ['stop', 1],
    ['redis', 2],
    ['cut', 2],
    ['producer', 3],
    ['no leases', 2],
    ['all', 2],
  ];
  test.each(cases)('with the fault "%s" the scores are those of one process', async (scenario, rounds) => {
    const outcome = await chaos(scenario, SIZE, 'fleet', rounds);
    expect(outcome.wrong).toBe(0);
    expect({ hash: outcome.hash, scores: outcome.scores, wrong: 0 }).toEqual(expected);
    if (rounds > 0) expect(outcome.rounds).toBeGreaterThan(0);
  });

  const faults = cases.filter(([scenario]) => scenario !== 'none');
  test.each(faults)('with monitors and the fault "%s" as well', async (scenario, rounds) => {
    const { hash, scores, wrong } = await chaos(scenario, SMALL, 'monitors', rounds);
    expect({ hash, scores, wrong }).toEqual(expectedMonitors);
  });
});
