// Faults of every kind while workers score, and whether the scores are still those of one process, each of them once. A run
// starts a Redis server, a producer and workers as processes of the built package, does what its scenario says, and reads the scores.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createClient } from 'redis';
import { Monitors, type MonitorsOptions, shardOf } from '../../src/calibrate.ts';
import { Fleet } from '../../src/index.ts';
import { idsOf, STEP, valuesAt } from './chaos-series.mjs';
import { RedisServer } from './server.ts';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const MAIN = path('../../dist/cli/main.js');

/** How large a run is. */
export interface ChaosSize {
  readonly series: number;
  readonly shards: number;
  readonly ticks: number;
  /** Ticks between two snapshots of a shard. */
  readonly every: number;
  /** Milliseconds of the leases. */
  readonly lease: number;
  /** Ticks that the producer is ahead of the slowest shard. */
  readonly ahead: number;
}

export const SCENARIOS = ['none', 'kill', 'stop', 'redis', 'cut', 'producer', 'no leases', 'all'] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** What scores. */
export type Detector = 'fleet' | 'monitors';

const FLEET = { windowSize: 5, k: 5, history: 100 };
const FLEET_ARGS = ['--detector', 'knn', '--window', '5', '--neighbors', '5', '--history', '100'];
const MONITORS: MonitorsOptions = { warmup: 20, step: 1 };
const MONITORS_ARGS = ['--detector', 'monitor', '--warmup', '20', '--step', '1'];

/** What came out of a run, or of one process. */
export interface Outcome {
  /** SHA-256 of all scores, shard after shard. */
  readonly hash: string;
  readonly scores: number;
  /** Ticks of shards that are missing, or not in their place. */
  readonly wrong: number;
}

/** The outcome of one process without Redis. */
export function oneProcess({ series, shards, ticks }: ChaosSize, detector: Detector): Outcome {
  const all = createHash('sha256');
  const ids = idsOf(series);
  let scores = 0;
  for (let shard = 0; shard < shards; shard++) {
    const own = ids.flatMap((id, s) => (shardOf(id, shards) === shard ? [s] : []));
    const names = own.map((s) => ids[s]!);
    const [fleet, monitors] = [new Fleet(FLEET), new Monitors(MONITORS)];
    for (let t = 1; t <= ticks; t++) {
      const values = valuesAt(series, t);
      const given = own.map((s) => values[s]!);
      const time = t * STEP;
      const answer =
        detector === 'fleet' ? fleet.tick(time, names, given) : monitors.tick(new Date(time), names, given).surprises;
      all.update(new Uint8Array(answer.buffer));
      scores += answer.length;
    }
  }
  return { hash: all.digest('hex'), scores, wrong: 0 };
}

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The processes of a run. */
class Run {
  readonly server: RedisServer;
  readonly #size: ChaosSize;
  readonly #detector: Detector;
  readonly #hasLeases: boolean;
  readonly #workers: ChildProcess[];
  #producer: ChildProcess | undefined;
  /** What the workers said on standard error. */
  said: string;

  constructor(size: ChaosSize, detector: Detector, hasLeases: boolean) {
    this.server = new RedisServer();
    this.#size = size;
    this.#detector = detector;
    this.#hasLeases = hasLeases;
    this.#workers = [];
    this.#producer = undefined;
    this.said = '';
  }

  startWorker(w: number): void {
    const { shards, every, lease } = this.#size;
    const numbers = ['--shards', String(shards), '--every', String(every), '--lease', String(lease / 1000)];
    const detector = this.#detector === 'fleet' ? FLEET_ARGS : MONITORS_ARGS;
    const args = this.#hasLeases
      ? [MAIN, 'worker', '--redis', this.server.url, ...numbers, ...detector]
      : [path('no-leases.mjs'), this.server.url, String(shards), String(every), this.#detector];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.said += text));
    this.#workers[w] = child;
  }

  signal(w: number, signal: NodeJS.Signals): void {
    this.#workers[w]!.kill(signal);
  }

  /** @param w a worker that is killed and started again */
  restart(w: number): void {
    this.signal(w, 'SIGKILL');
    this.startWorker(w);
  }

  startProducer(): void {
    const { series, shards, ticks, ahead } = this.#size;
    const args = [path('producer.mjs'), this.server.url, ...[series, shards, ticks, ahead].map(String)];
    this.#producer = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  restartProducer(): void {
    this.#producer!.kill('SIGKILL');
    this.startProducer();
  }

  /** Waits until every tick is answered; false after `limit` milliseconds. */
  async isDone(limit: number): Promise<boolean> {
    const child = this.#producer!;
    if (child.exitCode !== null) return child.exitCode === 0;
    const ended = new Promise<boolean>((resolve) => child.once('exit', (code) => resolve(code === 0)));
    return await Promise.race([ended, sleep(limit).then(() => false)]);
  }

  get isOver(): boolean {
    return this.#producer?.exitCode !== null;
  }

  async end(): Promise<void> {
    for (const child of [...this.#workers, this.#producer]) child?.kill('SIGKILL');
    await this.server.remove();
  }

  async outcome(): Promise<Outcome> {
    const { shards, ticks } = this.#size;
    const client = createClient({ RESP: 2, socket: { path: this.server.url.slice(7), tls: false } });
    await client.connect();
    const all = createHash('sha256');
    let [scores, wrong] = [0, 0];
    for (let shard = 0; shard < shards; shard++) {
      const key = `knn:out:${shard}`;
      const reply = await client.sendCommand(['XRANGE', key, '-', '+'], { typeMapping: { 36: Buffer } });
      const entries = reply as unknown as [Buffer, Buffer[]][];
      wrong += Math.abs(entries.length - ticks);
      for (const [e, [id, fields]] of entries.entries()) {
        if (String(id) !== `${(e + 1) * STEP}-0`) wrong++;
        const bytes = fields[fields.findIndex((field, p) => p % 2 === 0 && String(field) === 'scores') + 1]!;
        all.update(bytes);
        scores += bytes.length / 8;
      }
    }
    client.destroy();
    return { hash: all.digest('hex'), scores, wrong };
  }
}

/** What is done to the processes, step by step, until all ticks are answered. */
const FAULTS: Record<Scenario, (run: Run, lease: number) => Promise<void>> = {
  none: async () => {},
  'no leases': async (run) => {
    await sleep(500);
    run.restart(0);
    await sleep(700);
  },
  kill: async (run) => {
    run.restart(0);
    await sleep(900);
    run.restart(1);
    await sleep(700);
  },
  stop: async (run, lease) => {
    for (const w of [0, 1]) {
      run.signal(w, 'SIGSTOP');
      await sleep(2 * lease);
      run.signal(w, 'SIGCONT');
      await sleep(300);
    }
  },
  redis: async (run) => {
    await run.server.kill();
    await sleep(200);
    await run.server.start();
    await sleep(1200);
  },
  cut: async (run) => {
    await run.server.kill();
    run.server.cut(50_000);
    await run.server.start();
    await sleep(1500);
  },
  producer: async (run) => {
    run.restartProducer();
    await sleep(600);
  },
  all: async (run, lease) => {
    run.signal(0, 'SIGKILL');
    run.restartProducer();
    await run.server.kill();
    run.server.cut(20_000);
    await run.server.start();
    run.startWorker(0);
    await sleep(900);
    run.signal(1, 'SIGSTOP');
    await sleep(1.5 * lease);
    run.signal(1, 'SIGCONT');
    await sleep(500);
  },
};

/**
 * Runs a scenario. `rounds` is how often its faults were done before all ticks were answered.
 *
 * @param rounds the most times that they are done
 */
export async function chaos(
  scenario: Scenario,
  size: ChaosSize,
  detector: Detector,
  rounds: number,
): Promise<Outcome & { readonly rounds: number; readonly seconds: number; readonly said: string }> {
  const begun = performance.now();
  const run = new Run(size, detector, scenario !== 'no leases');
  try {
    await run.server.start();
    for (const w of [0, 1]) run.startWorker(w);
    run.startProducer();
    // The faults begin when there is something to lose.
    const client = createClient({ socket: { path: run.server.url.slice(7), tls: false } });
    await client.connect();
    while ((await client.xLen('knn:out:0')) < size.ticks / 10) await sleep(20);
    client.destroy();
    let done = 0;
    while (done < rounds && !run.isOver) {
      await FAULTS[scenario](run, size.lease);
      done++;
    }
    if (!(await run.isDone(120_000))) throw new Error(`${scenario}: not all ticks are answered\n${run.said}`);
    const outcome = await run.outcome();
    return { ...outcome, rounds: done, seconds: (performance.now() - begun) / 1000, said: run.said };
  } finally {
    await run.end();
  }
}
