// What workers and producers refuse: other versions, other settings, holes, ticks that cannot be scored; and what they survive.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mahalanobis } from '../../src/metrics.ts';
import {
  append,
  redisLog,
  resumeFrom,
  type TickLog,
  type WorkerEvent,
  type WorkerOptions,
  worker,
} from '../../src/redis.ts';
import { cli, folder, MAIN } from '../support/cli-run.ts';
import { noRedis, RedisServer } from './server.ts';

const FLEET = { windowSize: 2, k: 1, history: 20 };
const IDS = ['a', 'b', 'c', 'd', 'e'];
const VALUES = [1, 2, 3, 4, 5];

describe('worker and append name a wrong argument', () => {
  const log = redisLog('redis://127.0.0.1:1');
  const good = { log, shards: 2, fleet: FLEET };
  const calling =
    (options: object): (() => unknown) =>
    () =>
      worker(options as WorkerOptions);

  test('of the worker', () => {
    expect(calling({ ...good, fleet: undefined })).toThrow('either fleet or monitors, got neither');
    expect(calling({ ...good, monitors: {} })).toThrow('either fleet or monitors, got both');
    expect(calling({ ...good, log: {} })).toThrow(
      'log must be a TickLog, such as redisLog(url), got an object (Object)',
    );
    expect(calling({ ...good, shards: 0 })).toThrow('shards must be a positive integer, got 0');
    expect(calling({ ...good, lease: 5 })).toThrow('lease must be at least 100 milliseconds, got 5');
    expect(calling({ ...good, every: 1.5 })).toThrow('every must be a positive integer, got 1.5');
    expect(calling({ ...good, onEvent: 'log' })).toThrow('onEvent must be a function, got string "log"');
    expect(calling({ ...good, signal: {} })).toThrow('signal must be an AbortSignal');
    expect(calling({ ...good, name: 3 })).toThrow('name must be a string, got number 3');
    expect(calling({ ...good, shard: 2 })).toThrow('options.shard is unknown');
    expect(calling({ ...good, load: {} })).toThrow('load is for monitors');
    expect(calling({ ...good, fleet: { ...FLEET, k: 0 } })).toThrow('k must be a positive integer, got 0');
    expect(calling({ ...good, fleet: { ...FLEET, metric: mahalanobis() } })).toThrow('mahalanobis.fit');
    expect(calling({ log, shards: 2, monitors: { budget: { perDay: 3 } } })).toThrow(
      'monitors.budget is about all series',
    );
    expect(calling({ log, shards: 2, monitors: { incidents: {} } })).toThrow('monitors.incidents is about all series');
    expect(calling({ log, shards: 2, monitors: {}, dates: 1 })).toThrow('dates must be true or false');
  });

  test('of redisLog', () => {
    const making =
      (url: unknown, options?: object): (() => unknown) =>
      () =>
        redisLog(url as string, options);
    expect(making(7)).toThrow(new TypeError('url must be a string, got number 7'));
    expect(making('localhost:6379')).toThrow('url must be an address such as redis://127.0.0.1:6379');
    expect(making('http://user:secret@host')).toThrow(/got one that begins with http:$/);
    expect(making('redis://h', { prefix: 1 })).toThrow('prefix must be a string, got number 1');
    expect(making('redis://h', { snapshots: 1 })).toThrow('snapshots must be the path of a folder');
    expect(making('redis://h', { keepScores: 0 })).toThrow('keepScores must be a positive integer, got 0');
    expect(making('redis://h', { folder: 'x' })).toThrow('options.folder is unknown');
  });

  test('of append and resumeFrom, before anything is sent', async () => {
    const sending = (...args: unknown[]): Promise<unknown> =>
      append(...([log, 2, ...args] as unknown as Parameters<typeof append>));
    await expect(sending(0, IDS, VALUES)).rejects.toThrow('time must be a date or a positive integer');
    await expect(sending(1.5, IDS, VALUES)).rejects.toThrow(RangeError);
    await expect(sending('now', IDS, VALUES)).rejects.toThrow(TypeError);
    await expect(sending(new Date(NaN), IDS, VALUES)).rejects.toThrow('got NaN');
    await expect(sending(1, 'abcde', VALUES)).rejects.toThrow('ids must be an array of names, got string "abcde"');
    await expect(sending(1, IDS, [1])).rejects.toThrow('ids must be as many as values, got 5 and 1');
    await expect(sending(1, ['a', 'b', 'a'], [1, 2, 3])).rejects.toThrow('got string "a" again at 2');
    await expect(sending(1, ['a\nb'], [1])).rejects.toThrow('ids[0] must be a name without line feeds, got "a\\nb"');
    await expect(sending(1, [''], [1])).rejects.toThrow('ids[0] must be a name');
    await expect(sending(1, ['\ud800'], [1])).rejects.toThrow('half of a surrogate pair');
    await expect(sending(1, [3], [1])).rejects.toThrow('ids[0] must be a string, got number 3');
    await expect(sending(1, ['a'], ['x'])).rejects.toThrow('values[0] must be a number');
    await expect(resumeFrom(log, 0)).rejects.toThrow('shards must be a positive integer');
    await expect(sending(1, ['a'], [1])).rejects.toThrow('ECONNREFUSED');
  });
});

describe.skipIf(noRedis)('over Redis', () => {
  const server = new RedisServer();
  beforeAll(async () => await server.start());
  afterAll(async () => await server.remove());

  /** Sends a command of any kind. */
  async function redis(...args: (string | Buffer)[]): Promise<unknown> {
    const client = createClient({ RESP: 2, socket: { path: server.url.slice(7), tls: false } });
    await client.connect();
    try {
      return await client.sendCommand(args);
    } finally {
      client.destroy();
    }
  }

  let number = 0;
  const nextPrefix = (): string => `refused-${number++}:`;

  /** Runs a worker until all shards have answered `last`, or it ends by itself. */
  async function run(log: TickLog, last: number, options: Partial<WorkerOptions> = {}): Promise<WorkerEvent[]> {
    const end = new AbortController();
    const events: WorkerEvent[] = [];
    const given = { log, shards: 2, fleet: FLEET, lease: 300, signal: end.signal, ...options };
    const running = worker({ onEvent: (event) => void events.push(event), ...given });
    let isOver = false;
    running.catch(() => {}).then(() => (isOver = true));
    while (!isOver) {
      const tops = await Promise.all([0, 1].map((shard) => log.top('out', shard)));
      if (Math.min(...tops) >= last) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    end.abort();
    await running;
    return events;
  }

  async function send(log: TickLog, from: number, to: number): Promise<void> {
    for (let t = from; t <= to; t++)
      await append(
        log,
        2,
        t,
        IDS,
        VALUES.map((x) => (x * t) % 7),
      );
  }

  test('a worker with other settings, another number of shards, or another detector is refused', async () => {
    const log = redisLog(server.url, { prefix: nextPrefix() });
    await send(log, 1, 5);
    await run(log, 5);
    await send(log, 6, 7);
    await expect(run(log, 7, { fleet: { ...FLEET, k: 2 } })).rejects.toThrow('was made with other settings');
    await expect(run(log, 7, { shards: 3 })).rejects.toThrow('of 2, not of 3: the number of shards is for ever');
    const monitors = worker({ log, shards: 2, monitors: {} });
    await expect(monitors).rejects.toThrow('was made with other settings');
    await run(log, 7);
    await log.close();
  });

  test('a producer with another number of shards is noticed', async () => {
    const log = redisLog(server.url, { prefix: nextPrefix() });
    await append(log, 3, 1, IDS, VALUES);
    await expect(run(log, 1)).rejects.toThrow('cannot be scored: its producer has 3 shards, this worker 2');
    await log.close();
  });

  test('a worker of another version is refused, until it is told to take over', async () => {
    // The built package with another version, as a program of its own.
    const other = mkdtempSync(join(folder, 'other-'));
    const root = fileURLToPath(new URL('../..', import.meta.url));
    cpSync(join(root, 'dist'), join(other, 'dist'), { recursive: true });
    cpSync(join(root, 'package.json'), join(other, 'package.json'));
    symlinkSync(join(root, 'node_modules'), join(other, 'node_modules'));
    writeFileSync(join(other, 'dist/core/version.js'), "export const VERSION = '9.9.9';\n");
    const prefix = nextPrefix();
    const log = redisLog(server.url, { prefix });
    const common = ['worker', '--redis', server.url, '--prefix', prefix, '--shards', '2', '--lease', '0.3'];
    const args = [
      ...common,
      '--detector',
      'knn',
      '--window',
      '2',
      '--neighbors',
      '1',
      '--history',
      '20',
      '--every',
      '2',
    ];
    const start = (main: string, more: string[] = []): { child: ReturnType<typeof spawn>; said: () => string } => {
      const child = spawn(process.execPath, [main, ...args, ...more], { stdio: ['ignore', 'ignore', 'pipe'] });
      let text = '';
      child.stderr.on('data', (data) => (text += String(data)));
      return { child, said: () => text };
    };
    const ended = (child: ReturnType<typeof spawn>): Promise<number | null> =>
      new Promise((resolve) => child.on('close', resolve));
    const answered = async (t: number): Promise<void> => {
      while ((await log.top('out', 0)) < t || (await log.top('out', 1)) < t)
        await new Promise((r) => setTimeout(r, 20));
    };
    await send(log, 1, 6);
    const first = start(MAIN);
    await answered(6);
    // While the first one is alive the second one gets a shard from it, looks at its snapshot, and ends.
    const second = start(join(other, 'dist/cli/main.js'));
    expect(await ended(second.child)).toBe(1);
    expect(second.said()).toMatch(/^knn-anomaly: the snapshot of shard [01] is of version 0\.1\.0, this is 9\.9\.9: /);
    expect(second.said()).toContain("start this one with upgradeFrom '0.1.0'");
    await send(log, 7, 8);
    await answered(8);
    first.child.kill('SIGTERM');
    expect(await ended(first.child)).toBe(143);
    expect(first.said()).toContain('scored');
    const third = start(join(other, 'dist/cli/main.js'), ['--upgrade-from', '0.1.0']);
    await send(log, 9, 12);
    await answered(12);
    third.child.kill('SIGKILL');
    await ended(third.child);
    await log.close();
  });

  test('a log that has lost ticks is refused, and not answered with a gap', async () => {
    const prefix = nextPrefix();
    const log = redisLog(server.url, { prefix });
    await send(log, 1, 4);
    await run(log, 4, { every: 100 });
    await send(log, 5, 9);
    await redis('XDEL', `${prefix}in:0`, '6-0');
    await expect(run(log, 9)).rejects.toThrow(
      'shard 0: the tick at 7 follows one at 6, not the one at 5, and no later snapshot is there: the log has lost ticks',
    );
    expect(await log.top('out', 0)).toBe(5);
    await log.close();
  });

  test('what Redis evicts is noticed: a snapshot, or the scores', async () => {
    const prefix = nextPrefix();
    const log = redisLog(server.url, { prefix });
    await send(log, 1, 9);
    await run(log, 9, { every: 4 });
    await send(log, 10, 10);
    await redis('RENAME', `${prefix}out:1`, `${prefix}elsewhere`);
    await expect(run(log, 10)).rejects.toThrow(
      /shard 1: the scores end at 0, before the oldest snapshot, which is at \d/,
    );
    await redis('RENAME', `${prefix}elsewhere`, `${prefix}out:1`);
    await redis('DEL', `${prefix}snap:0`);
    await expect(run(log, 10)).rejects.toThrow(/shard 0: the scores end at \d+, but its snapshot is gone/);
    await log.close();
  });

  test('a tick that cannot be scored ends the worker and names the tick', async () => {
    const prefix = nextPrefix();
    const log = redisLog(server.url, { prefix });
    await redis('XADD', `${prefix}in:0`, '3-0', 'previous', '0-0', 'text', 'hello');
    await append(log, 2, 3, [], []);
    await expect(run(log, 3)).rejects.toThrow(
      'shard 0: the tick at 3 cannot be scored: it has not the fields shards, ids and values',
    );
    const damaged = redisLog(server.url, { prefix: nextPrefix() });
    await damaged.keepSnapshot(1, { position: 0, bytes: Uint8Array.of(1, 2, 3) });
    await expect(run(damaged, 1)).rejects.toThrow('the snapshot of shard 1 cannot be read');
    await log.close();
    await damaged.close();
  });

  test('what a listener throws ends the worker', async () => {
    const log = redisLog(server.url, { prefix: nextPrefix() });
    const onEvent = (): void => {
      throw new Error('no space in the log book');
    };
    await expect(run(log, 1, { onEvent })).rejects.toThrow('no space in the log book');
    await log.close();
  });

  test('a key of another kind, and a wrong password, are refused at once', async () => {
    const prefix = nextPrefix();
    const log = redisLog(server.url, { prefix });
    await redis('SET', `${prefix}out:0`, 'a text');
    await expect(worker({ log, shards: 1, fleet: FLEET })).rejects.toThrow('Redis refuses it: WRONGTYPE');
    await log.close();
    const locked = new RedisServer(['--requirepass', 'secret']);
    await locked.start().catch(() => {});
    const refused = await cli(['worker', '--redis', locked.url, '--shards', '2']);
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('Redis refuses it: NOAUTH')]);
    await locked.remove();
  });

  test('a full disk for snapshots stops no worker, and nothing is lost', async () => {
    const prefix = nextPrefix();
    const snapshots = join(folder, 'snapshots');
    const log = redisLog(server.url, { prefix, snapshots });
    const ids = Array.from({ length: 200 }, (_, s) => `series ${s}`);
    const values = (t: number): number[] => ids.map((_, s) => (s * t) % 11);
    const args = ['--redis', server.url, '--prefix', prefix, '--shards', '2', '--detector', 'knn', '--every', '5'];
    const program = [process.execPath, MAIN, 'worker', ...args, '--lease', '0.3', '--snapshots', snapshots];
    // No file may become larger than a block or two, as on a disk that is full: the snapshot that begins a shard fits, no other.
    const limited = spawn('sh', ['-c', 'ulimit -f 2; exec "$@"', 'sh', ...program], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    limited.stderr.on('data', (data) => (said += String(data)));
    for (let t = 1; t <= 12; t++) await append(log, 2, t, ids, values(t));
    while ((await log.top('out', 0)) < 12 || (await log.top('out', 1)) < 12)
      await new Promise((r) => setTimeout(r, 20));
    limited.kill('SIGKILL');
    await new Promise((resolve) => limited.on('close', resolve));
    expect(said).toMatch(/no snapshot of shard [01] could be written: EFBIG.*; its ticks stay in Redis, trying again/);
    const complete = readdirSync(snapshots).filter((name) => !name.endsWith('.tmp')); // it was killed while it wrote
    expect(complete.sort()).toEqual(['shard-0.0.knna', 'shard-1.0.knna']);
    // The disk has space again: the next worker begins from the first tick, and its snapshots are kept, two of a shard.
    const fleet = { windowSize: 5, k: 5, history: 10_000 };
    for (let t = 13; t <= 40; t++) await append(log, 2, t, ids, values(t));
    await run(log, 40, { fleet, every: 5 });
    const kept = readdirSync(snapshots).sort();
    expect(kept.filter((name) => /^shard-[01]\.[1-9]\d*\.knna$/.test(name))).toHaveLength(4);
    expect(kept).toHaveLength(4);
    // Ticks that the older of the two needs are still there.
    const oldest = Math.min(
      ...kept.filter((name) => name.startsWith('shard-0')).map((name) => Number(name.split('.')[1])),
    );
    const first = (await redis('XRANGE', `${prefix}in:0`, '-', '+', 'COUNT', '1')) as [string][];
    expect(first[0]![0]).toBe(`${oldest}-0`);
    await log.close();
  });

  test('snapshots in files that are ahead of the scores are passed over', async () => {
    const prefix = nextPrefix();
    const snapshots = join(folder, 'ahead');
    const log = redisLog(server.url, { prefix, snapshots });
    await send(log, 1, 30);
    await run(log, 30, { every: 10 });
    // Redis has lost its end, the files have not: the scores end before the latest snapshot.
    const names = readdirSync(snapshots).filter((name) => name.startsWith('shard-0'));
    const latest = Math.max(...names.map((name) => Number(name.split('.')[1])));
    const entries = (await redis('XRANGE', `${prefix}out:0`, '-', '+')) as [string, string[]][];
    const before = entries.filter(([id]) => Number.parseInt(id, 10) < latest).map(([id]) => id);
    await redis('DEL', `${prefix}out:0`);
    for (const id of before) await redis('XADD', `${prefix}out:0`, id, 'scores', '');
    await run(log, 30);
    const again = (await redis('XRANGE', `${prefix}out:0`, '-', '+')) as [string, string[]][];
    expect(again.map(([id]) => id)).toEqual(entries.map(([id]) => id));
    expect(again.slice(before.length)).toEqual(entries.slice(before.length));
    await log.close();
  });

  test('a series that a tick does not name gets a missing value, in whatever shard', async () => {
    const log = redisLog(server.url, { prefix: nextPrefix() });
    const scores = async (): Promise<number[]> => {
      const reply = await log.read(new Map([[0, 0]]), 10);
      return [...reply.values()].flat().map(({ position }) => position);
    };
    await append(log, 2, 1, ['only'], [1]);
    await append(log, 2, 2, [], []);
    expect(await scores()).toEqual([1, 2]);
    await run(log, 2);
    await log.close();
  });

  test('a missing package is one line that names the install', async () => {
    const bare = mkdtempSync(join(folder, 'bare-'));
    cpSync(fileURLToPath(new URL('../../dist', import.meta.url)), join(bare, 'dist'), { recursive: true });
    writeFileSync(join(bare, 'package.json'), '{"type":"module","version":"0.1.0"}');
    mkdirSync(join(bare, 'node_modules'));
    const child = spawn(
      process.execPath,
      [join(bare, 'dist/cli/main.js'), 'worker', '--redis', server.url, '--shards', '2'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let said = '';
    child.stderr.on('data', (data) => (said += String(data)));
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(1);
    expect(said).toBe('knn-anomaly: knn-anomaly/redis needs the package redis: npm install redis\n');
    rmSync(bare, { recursive: true });
  });
});
