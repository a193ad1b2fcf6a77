// Workers over Redis: the scores of one process, whoever scores them; what does not fit together is refused.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Monitors, shardOf } from '../../src/calibrate.ts';
import { Fleet } from '../../src/index.ts';
import {
  append,
  redisLog,
  resumeFrom,
  type TickLog,
  type WorkerEvent,
  type WorkerOptions,
  worker,
} from '../../src/redis.ts';
import { mulberry32 } from '../support/series.ts';
import { noRedis, RedisServer } from './server.ts';

const SHARDS = 4;
const FLEET = { windowSize: 3, k: 2, history: 50 };
const IDS = Array.from({ length: 30 }, (_, s) => `host-${s} cpu`);

/** The values of a tick: a function of the series and the time alone. */
const valuesAt = (t: number): number[] => IDS.map((_, s) => Math.round(100 * mulberry32(1000 * t + s)()));

describe.skipIf(noRedis)('worker', () => {
  const server = new RedisServer();
  beforeAll(async () => await server.start());
  afterAll(async () => await server.remove());

  let numLogs = 0;
  const newLog = (): { log: ReturnType<typeof redisLog>; prefix: string } => {
    const prefix = `test-${numLogs++}:`;
    return { log: redisLog(server.url, { prefix }), prefix };
  };

  /** Runs a worker until all shards have answered the tick at `last`. */
  async function runUntil(
    log: TickLog,
    last: number,
    options: Partial<WorkerOptions> = {},
  ): Promise<{ stats: Awaited<ReturnType<typeof worker>>; events: WorkerEvent[] }> {
    const end = new AbortController();
    const events: WorkerEvent[] = [];
    const onEvent = (event: WorkerEvent): void => void events.push(event);
    const { fleet = FLEET, monitors, shards = SHARDS } = options;
    const detectors = monitors === undefined ? { fleet } : { monitors };
    const { fleet: _, monitors: __, ...rest } = options;
    const running = worker({ log, shards, lease: 600, signal: end.signal, onEvent, ...detectors, ...rest });
    let isOver = false;
    running.then(
      () => (isOver = true),
      () => (isOver = true),
    );
    while (!isOver) {
      const tops = await Promise.all(Array.from({ length: shards }, (_, s) => log.top('out', s)));
      if (Math.min(...tops) >= last) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    end.abort();
    return { stats: await running, events };
  }

  /** All answers of a shard by time: read as any other program would. */
  async function answersOf(prefix: string, shard: number): Promise<Map<number, Map<string, Buffer>>> {
    const { createClient } = await import('redis');
    const client = createClient({ RESP: 2, socket: { path: server.url.slice(7), tls: false } });
    await client.connect();
    const reply = await client.sendCommand(['XRANGE', `${prefix}out:${shard}`, '-', '+'], {
      typeMapping: { 36: Buffer },
    });
    client.destroy();
    return new Map(
      (reply as unknown as [Buffer, Buffer[]][]).map(([id, parts]) => {
        const pairs = parts.flatMap((part, p) => (p % 2 === 0 ? [[String(part), parts[p + 1]!] as const] : []));
        return [Number.parseInt(String(id), 10), new Map(pairs)];
      }),
    );
  }

  const floats = (bytes: Buffer): number[] =>
    Array.from({ length: bytes.length / 8 }, (_, p) => bytes.readDoubleLE(8 * p));

  test('answers every tick with the scores of Fleet.tick, over restarts and with several workers', async () => {
    const { log, prefix } = newLog();
    const TIMES = Array.from({ length: 40 }, (_, t) => 60_000 * (t + 1));
    for (const time of TIMES.slice(0, 20)) {
      expect(await append(log, SHARDS, time, IDS, valuesAt(time))).toEqual({ appended: SHARDS, repeated: 0 });
    }
    const first = await runUntil(log, TIMES[19]!, { every: 7 });
    expect(first.stats).toMatchObject({
      ticks: 20 * SHARDS,
      values: 20 * IDS.length,
      replayed: 0,
      refused: 0,
      failures: 0,
    });
    expect(first.stats.snapshots).toBeGreaterThanOrEqual(2 * SHARDS);
    // Sent again from before: shards refuse what they have.
    expect(await resumeFrom(log, SHARDS)).toBe(TIMES[19]);
    for (const time of TIMES.slice(15)) await append(log, SHARDS, time, IDS, valuesAt(time));
    const others = await Promise.all([runUntil(log, TIMES[39]!), runUntil(log, TIMES[39]!, { every: 3 })]);
    expect(others.map(({ stats }) => stats.failures)).toEqual([0, 0]);

    for (let shard = 0; shard < SHARDS; shard++) {
      const ids = IDS.filter((id) => shardOf(id, SHARDS) === shard);
      const fleet = new Fleet(FLEET);
      const answers = await answersOf(prefix, shard);
      expect([...answers.keys()]).toEqual(TIMES);
      for (const time of TIMES) {
        const values = ids.map((id) => valuesAt(time)[IDS.indexOf(id)]!);
        expect(floats(answers.get(time)!.get('scores')!)).toEqual(Array.from(fleet.tick(time, ids, values)));
        expect(String(answers.get(time)!.get('ids'))).toBe(ids.join('\n'));
      }
    }
    await log.close();
  });

  test('answers with the surprises and the alarms of Monitors.tick', async () => {
    const { log, prefix } = newLog();
    const options = { warmup: 30, step: 60 };
    const TIMES = Array.from({ length: 200 }, (_, t) => 60_000 * (t + 1));
    const spike = (time: number): number[] => valuesAt(time).map((x, s) => (time === TIMES[199] && s < 3 ? 5000 : x));
    for (const time of TIMES) await append(log, SHARDS, new Date(time), IDS, spike(time));
    await runUntil(log, TIMES[150]!, { monitors: options, every: 20 });
    await runUntil(log, TIMES[199]!, { monitors: options, every: 20 });
    let numAlarms = 0;
    for (let shard = 0; shard < SHARDS; shard++) {
      const ids = IDS.filter((id) => shardOf(id, SHARDS) === shard);
      const monitors = new Monitors(options);
      const answers = await answersOf(prefix, shard);
      for (const time of TIMES) {
        const values = ids.map((id) => spike(time)[IDS.indexOf(id)]!);
        const { surprises, alarms } = monitors.tick(new Date(time), ids, values);
        const answer = answers.get(time)!;
        expect(floats(answer.get('scores')!)).toEqual(Array.from(surprises));
        const told = answer.has('alarms') ? JSON.parse(String(answer.get('alarms'))) : [];
        expect(told.map(({ id, text }: { id: string; text: string }) => [id, text])).toEqual(
          alarms.map(({ id, text }) => [id, text]),
        );
        numAlarms += alarms.length;
      }
    }
    expect(numAlarms).toBeGreaterThanOrEqual(3);
    await log.close();
  });

  test('commands that wait for seconds to be written are not given up', async () => {
    const own = new RedisServer();
    await own.start();
    const log = redisLog(own.url);
    expect(await log.top('in', 0)).toBe(0);
    // More than a socket takes at once, so that what follows waits behind it.
    const snapshots = [0, 1, 2].map((shard) => log.keepSnapshot(shard, { position: 1, bytes: new Uint8Array(4e6) }));
    const top = log.top('out', 0);
    await own.pause(6000);
    await Promise.all(snapshots);
    expect(await top).toBe(0);
    await log.close();
    await own.remove();
  });
});
