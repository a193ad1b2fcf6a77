// What two workers and Redis take for 100 000 series: CPU seconds per tick, and whether the scores are those of one process.
//
//   npx tsx test/slow/cluster-figures.ts [--series 100000] [--shards 64] [--ticks 40] [--warm 512] [--detector fleet] [--states FOLDER]
//
// The series begin with `warm` values each, so that their histories are full. FOLDER keeps these states for the next run: making
// them takes longer than all the rest. Needs `npm run build` and redis-server.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createClient } from 'redis';
import { Monitors, shardOf } from '../../src/calibrate.ts';
import { Fleet } from '../../src/index.ts';
import { fleetMaker, monitorsMaker } from '../../src/redis/worker/detectors.ts';
import { encodeSnapshot } from '../../src/redis/worker/snapshot.ts';
import { append, redisLog, resumeFrom } from '../../src/redis.ts';
import { idsOf, STEP, valuesAt } from '../redis/chaos-series.mjs';
import { RedisServer } from '../redis/server.ts';

const TEXT = { type: 'string' } as const;
const { values: given } = parseArgs({
  options: { series: TEXT, shards: TEXT, ticks: TEXT, warm: TEXT, detector: TEXT, states: TEXT },
});
const [series, shards] = [Number(given.series ?? 100_000), Number(given.shards ?? 64)];
const [ticks, warm] = [Number(given.ticks ?? 40), Number(given.warm ?? 512)];
const isFleet = (given.detector ?? 'fleet') === 'fleet';
const folder = given.states ?? mkdtempSync(join(tmpdir(), 'knn-anomaly-states-'));
mkdirSync(folder, { recursive: true });

const FLEET = { windowSize: 5, k: 5, history: 512 };
const maker = isFleet ? fleetMaker(FLEET) : monitorsMaker({}, {}, true);
const args = isFleet ? ['--detector', 'knn', '--history', '512'] : ['--detector', 'monitor'];

const ids = idsOf(series);
const members = Array.from({ length: shards }, (): number[] => []);
for (const [s, id] of ids.entries()) members[shardOf(id, shards)]!.push(s);

/** Seconds of CPU that a process has used: of this one, or of another one. */
function cpuOf(pid: number): number {
  const stat = execFileSync('cat', [`/proc/${pid}/stat`], { encoding: 'utf8' });
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const pathOf = (shard: number): string => join(folder, `${isFleet ? 'fleet' : 'monitors'}-${series}-${warm}-${shard}`);

function warmUp(): void {
  const made = members.map(() => (isFleet ? new Fleet(FLEET) : new Monitors()));
  const names = members.map((own) => own.map((s) => ids[s]!));
  for (let t = -warm; t < 0; t++) {
    const all = valuesAt(series, t);
    for (const [shard, own] of members.entries()) {
      const numbers = own.map((s) => all[s]!);
      const time = t * STEP;
      const detectors = made[shard]!;
      if (detectors instanceof Fleet) detectors.tick(time, names[shard]!, numbers);
      else detectors.tick(new Date(time), names[shard]!, numbers);
    }
  }
  for (const [shard, detectors] of made.entries()) {
    writeFileSync(pathOf(shard), Buffer.concat([...detectors.save()]));
  }
}

async function oneProcess(): Promise<string> {
  const loaded = await Promise.all(members.map((_, shard) => maker.load(readFileSync(pathOf(shard)))));
  const names = members.map((own) => own.map((s) => ids[s]!));
  const answers = members.map((): Buffer[] => []);
  const begun = process.cpuUsage().user;
  for (let t = 1; t <= ticks; t++) {
    const all = valuesAt(series, t);
    for (const [shard, own] of members.entries()) {
      const { scores } = loaded[shard]!.tick(
        t * STEP,
        names[shard]!,
        Float64Array.from(own, (s) => all[s]!),
      );
      answers[shard]!.push(Buffer.from(scores!));
    }
  }
  const seconds = (process.cpuUsage().user - begun) / 1e6 / ticks;
  process.stdout.write(`one process: ${seconds.toFixed(3)} CPU-s per tick\n`);
  const hash = createHash('sha256');
  for (const bytes of answers.flat()) hash.update(bytes);
  return hash.digest('hex');
}

async function hashOfScores(url: string): Promise<{ hash: string; entries: number; memory: string }> {
  const client = createClient({ RESP: 2, socket: { path: url.slice(7), tls: false } });
  await client.connect();
  const hash = createHash('sha256');
  let entries = 0;
  for (let shard = 0; shard < shards; shard++) {
    const reply = await client.sendCommand(['XRANGE', `knn:out:${shard}`, '-', '+'], { typeMapping: { 36: Buffer } });
    for (const [, fields] of reply as unknown as [Buffer, Buffer[]][]) {
      hash.update(fields[fields.findIndex((field) => String(field) === 'scores') + 1]!);
      entries++;
    }
  }
  const memory = /used_memory_human:(\S+)/.exec(await client.info('memory'))![1]!;
  client.destroy();
  return { hash: hash.digest('hex'), entries, memory };
}

if (!existsSync(pathOf(shards - 1))) warmUp();
const expected = await oneProcess();

const server = new RedisServer();
await server.start();
let log = redisLog(server.url);
const agreement = { shards, settings: maker.settings, upgradeFrom: undefined };
for (let shard = 0; shard < shards; shard++) {
  await log.keepSnapshot(shard, { position: 0, bytes: encodeSnapshot(shard, readFileSync(pathOf(shard)), agreement) });
}
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const workers: ChildProcess[] = [0, 1].map(() =>
  spawn(process.execPath, [main, 'worker', '--redis', server.url, '--shards', String(shards), ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  }),
);

/** Sends a tick, and waits until all shards have answered it. Where Redis is away, begins again from what all shards have. */
async function answered(t: number): Promise<void> {
  for (let sent = t - 1; ; ) {
    try {
      while (sent < t) await append(log, shards, ++sent * STEP, ids, valuesAt(series, sent));
      const tops = await Promise.all(members.map((_, shard) => log.top('out', shard)));
      if (Math.min(...tops) >= t * STEP) return;
    } catch (error) {
      process.stdout.write(`tick ${t}: ${(error as Error).message}; again\n`);
      await log.close();
      log = redisLog(server.url);
      sent = await resumeFrom(log, shards).then(
        (position) => position / STEP,
        () => t - 1,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** CPU seconds so far: of the workers, of Redis, of this process. */
const cpu = (): number[] => [
  workers.reduce((sum, { pid }) => sum + cpuOf(pid!), 0),
  server.cpu / 1000,
  process.cpuUsage().user / 1e6,
];

let begun = cpu();
let from = 0;
for (let t = 1; t <= ticks; t++) {
  await answered(t);
  // The first ticks load the shards, divide them and begin their snapshots.
  if (t === Math.ceil(ticks / 4)) [begun, from] = [cpu(), t];
}
const used = cpu().map((seconds, p) => (seconds - begun[p]!) / (ticks - from));
const found = await hashOfScores(server.url);
const [ofWorkers, ofRedis, ofProducer] = used.map((seconds) => seconds.toFixed(3));
process.stdout.write(
  `per tick: workers ${ofWorkers}, Redis ${ofRedis}, producer ${ofProducer} CPU-s; workers and Redis ${(used[0]! + used[1]!).toFixed(3)}\n`,
);
const memory = workers.map(({ pid }) => /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]!);
process.stdout.write(
  `Redis ${found.memory}, workers ${memory.map((kb) => `${Math.round(Number(kb) / 1024)} MB`).join(' and ')}\n`,
);
const isEqual = found.hash === expected && found.entries === shards * ticks;
process.stdout.write(
  `${found.entries} answers, SHA-256 ${found.hash.slice(0, 16)} ${isEqual ? 'equal' : 'DIFFERENT'}\n`,
);
for (const child of workers) child.kill('SIGKILL');
await log.close();
await server.remove();
process.exitCode = isEqual ? 0 : 1;
