/**
 * Records this machine's metrics, one row a second, with labeled faults: the series behind the examples.
 *
 *   node --import tsx examples/record.ts --minutes 60 --out examples/data --seed 1
 *
 * Three kinds of child processes, all of them roles of this same file, make the machine worth recording:
 *
 *   service   an HTTP server: every request hashes a buffer, appends to a log and returns some KB
 *   client    sends it requests along a repeating "day" of 150 s; a cron job compacts the log every 300 s
 *   faults    on a seeded irregular plan: cpu-hog, memory-leak, disk-burst, stalled-service
 *
 * A row stamped t holds what happened in the second that ENDS at t. Linux only: everything is read from /proc.
 */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { Agent, createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createGzip, gzipSync } from 'node:zlib';

const HELP = `Usage: node --import tsx examples/record.ts [options]

  --minutes <m>       length of the recording (default 60; a short one holds fewer faults)
  --out <folder>      where server-metrics.csv and faults.csv go (default examples/data)
  --seed <s>          seed of the fault plan and of the client (default 1)
  --core <c>          pin everything to this core and record its utilization only (default: the whole machine)
  --interface <name>  count this network interface only, repeatable (default: all)
  --gzip              write server-metrics.csv.gz instead
  --force             overwrite existing output
  --help              this text

Temporary files go to a new folder under TMPDIR; for disk-burst to be seen it must be on a disk.
`;

const MB = 1e6;
const DAY = 150; // seconds in the client's cycle
const CRON_PERIOD = 300;
const CRON_OFFSET = 60;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Seconds since the epoch on a clock that never steps. */
const now = (): number => (performance.timeOrigin + performance.now()) / 1000;

/** Seeded uniform numbers in [0, 1): mulberry32 (Tommy Ettinger). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

// ---- The children. Each gets a list of strings and ends by itself, or with its parent.

const roles: Record<string, (...args: string[]) => Promise<void> | void> = {
  async service(log) {
    const payload = randomBytes(6 * MB);
    const server = createServer((request, response) => {
      const digest = createHash('sha256').update(payload).digest('hex');
      const line = `${new Date().toISOString()} ${request.url} ${digest} ${randomBytes(3000).toString('base64')}\n`;
      fs.appendFile(log!, line, () => response.end(payload.subarray(0, 12_000)));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    process.send!((server.address() as AddressInfo).port);
  },

  async client(port, seed) {
    const random = generator(Number(seed));
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    let pending = 0;
    for (let next = now(), begin = next; ; ) {
      // A day with a steep morning and a long evening, 15 to 75 requests a second.
      const phase = (2 * Math.PI * (next - begin)) / DAY;
      const rate = 45 - 25 * Math.cos(phase) - 7 * Math.sin(2 * phase);
      next = Math.max(next + (0.5 + random()) / rate, now() - 0.1);
      await sleep(Math.max(0, 1000 * (next - now())));
      if (pending >= 16) continue; // the service is stalled: drop the request, as a balancer would
      pending++;
      const path = `/item/${Math.floor(random() * 1000)}`;
      const request = get({ port, agent, host: '127.0.0.1', path, timeout: 2000 });
      request.on('response', (response) => response.resume()).on('timeout', () => request.destroy());
      request.on('error', () => {}).on('close', () => pending--);
    }
  },

  async cron(log) {
    fs.renameSync(log!, log + '.1');
    await pipeline(fs.createReadStream(log + '.1'), createGzip({ level: 9 }), fs.createWriteStream(log + '.1.gz'));
    fs.rmSync(log + '.1');
  },

  async 'cpu-hog'(seconds) {
    // In slices, so that the loss of the parent is noticed.
    for (const end = now() + Number(seconds); now() < end; await setImmediate())
      for (const slice = now() + 0.05; now() < slice; );
  },

  async 'memory-leak'(seconds, mbPerSecond) {
    const leak: Buffer[] = [];
    for (const end = now() + Number(seconds); now() < end; await sleep(100))
      leak.push(Buffer.alloc((Number(mbPerSecond) * MB) / 10, 1)); // filled, so the pages are really taken
  },

  async 'disk-burst'(seconds, mbPerSecond, file) {
    const chunk = randomBytes(8 * MB);
    const fd = fs.openSync(file!, 'w');
    const begin = now();
    for (let i = 0; now() < begin + Number(seconds); i++) {
      fs.writeSync(fd, chunk, 0, chunk.length, (i % 64) * chunk.length);
      fs.fsyncSync(fd);
      const due = begin + ((i + 1) * chunk.length) / (Number(mbPerSecond) * MB);
      await sleep(Math.max(0, 1000 * (due - now())));
    }
    fs.closeSync(fd);
    fs.rmSync(file!);
  },

  async 'stalled-service'(seconds, _mbPerSecond, _file, service) {
    process.on('exit', () => process.kill(Number(service), 'SIGCONT')); // also when the recorder was lost
    process.kill(Number(service), 'SIGSTOP');
    await sleep(1000 * Number(seconds));
  },
};

async function play(role: string, args: string[]): Promise<never> {
  // Ctrl-C reaches the whole group; the recorder decides who ends when. Without a recorder nobody stays.
  for (const signal of SIGNALS) process.on(signal, () => {});
  process.on('disconnect', () => process.exit());
  await roles[role]!(...args);
  if (role === 'service') await new Promise(() => {});
  process.exit();
}

// ---- The plan of faults.

interface Fault {
  kind: string;
  /** The column where it should be seen. */
  metric: string;
  /** Begins right after this sample. */
  at: number;
  seconds: number;
  mbPerSecond: number;
  note: string;
}

/** [kind, metric, seconds from, to, MB/s from, to] */
const KINDS = [
  ['cpu-hog', 'cpu_percent', 20, 30, 0, 0],
  ['memory-leak', 'memory_mb', 50, 58, 42, 52],
  ['disk-burst', 'disk_write_mb', 12, 20, 80, 150],
  ['stalled-service', 'network_mb', 20, 30, 0, 0],
] as const;

/**
 * Three rounds an hour, each with every kind in random order. The first 8 minutes of an hour stay clean and faults are
 * at least 90 s apart (short recordings: the same shares of their length); what time is left is dealt out at random.
 */
function planFaults(numSeconds: number, random: () => number): Fault[] {
  const between = (from: number, to: number) => from + Math.round(random() * (to - from));
  const quiet = Math.round(Math.min(480, numSeconds * (8 / 60)));
  const gap = Math.ceil(Math.min(90, numSeconds / 40));
  const faults: Fault[] = [];
  for (let round = Math.max(1, Math.round(numSeconds / 1200)); round > 0; round--) {
    const order = KINDS.map((kind) => [random(), kind] as const).sort((a, b) => a[0] - b[0]);
    for (const [, [kind, metric, from, to, slow, fast]] of order) {
      const seconds = between(from, to);
      const mbPerSecond = between(slow, fast);
      const note = `${seconds} s` + (mbPerSecond > 0 ? ` at ${mbPerSecond} MB/s` : '');
      faults.push({ kind, metric, at: 0, seconds, mbPerSecond, note });
    }
  }
  // Three seconds more than planned for each: a child needs a moment to start and to end.
  const length = () => faults.reduce((sum, fault) => sum + fault.seconds + 3 + gap, quiet);
  while (length() > numSeconds) faults.pop();
  const slack = numSeconds - length();
  const cuts = faults.map(() => Math.floor(random() * slack)).sort((a, b) => a - b);
  let used = quiet;
  faults.forEach((fault, i) => {
    fault.at = used + cuts[i]!;
    used += fault.seconds + 3 + gap;
  });
  return faults;
}

// ---- Reading /proc.

const readLines = (file: string): string[] => fs.readFileSync(file, 'utf8').trim().split('\n');
const isDisk = (name: string): boolean => fs.existsSync(`/sys/block/${name}/device`); // no partition, loop, zram, dm

/** Bytes received and sent by every network interface since boot. */
function readLinks(): Map<string, number> {
  const lines = readLines('/proc/net/dev').slice(2);
  const cells = lines.map((line) => line.trim().split(/[:\s]+/)); // name, 8 columns in, 8 columns out
  return new Map(cells.map((row) => [row[0]!, Number(row[1]) + Number(row[9])]));
}

type Counters = Record<'time' | 'cpuBusy' | 'cpuTotal' | 'memory' | 'written' | 'network' | 'switches', number>;

function readCounters(core: number | undefined, interfaces: string[] | undefined): Counters {
  const stat = readLines('/proc/stat').map((line) => line.split(/\s+/));
  const cpu = stat.find((row) => row[0] === `cpu${core ?? ''}`)!.map(Number);
  // user nice system idle iowait irq softirq steal (guest time is already part of user)
  const cpuTotal = cpu.slice(1, 9).reduce((a, b) => a + b, 0);
  const switches = Number(stat.find((row) => row[0] === 'ctxt')![1]);

  const meminfo = new Map(
    readLines('/proc/meminfo').map((line) => [line.split(':')[0], Number(line.match(/\d+/)![0])]),
  );
  const memory = (meminfo.get('MemTotal')! - meminfo.get('MemAvailable')!) * 1024;

  const disks = readLines('/proc/diskstats').map((line) => line.trim().split(/\s+/));
  const written = disks.reduce((sum, row) => (isDisk(row[2]!) ? sum + 512 * Number(row[9]) : sum), 0);

  const links = readLinks();
  const network = (interfaces ?? [...links.keys()]).reduce((sum, name) => sum + links.get(name)!, 0);

  return { time: now(), cpuBusy: cpuTotal - cpu[4]! - cpu[5]! - cpu[8]!, cpuTotal, memory, written, network, switches };
}

/**
 * The cells of one row: rates over the time that really passed between two readings. Where that is not about a second
 * (a tick came late, and the next one is catching up) the cells stay empty: missing, not invented.
 */
function cells(a: Counters, b: Counters): string {
  const seconds = b.time - a.time;
  if (Math.abs(seconds - 1) > 0.5) return ',,,,';
  return [
    ((100 * (b.cpuBusy - a.cpuBusy)) / (b.cpuTotal - a.cpuTotal)).toFixed(1),
    (b.memory / MB).toFixed(1),
    ((b.written - a.written) / MB / seconds).toFixed(3),
    ((b.network - a.network) / MB / seconds).toFixed(3),
    ((b.switches - a.switches) / seconds).toFixed(0),
  ].join();
}

// ---- The recorder.

type Start = (role: string, ...args: (string | number)[]) => ChildProcess;

/** A temporary folder and children, neither of which outlives this process. */
function openStage(stop: AbortController): { folder: string; start: Start; close: () => void } {
  const folder = fs.mkdtempSync(join(tmpdir(), 'record-'));
  const children = new Set<ChildProcess>();
  const start: Start = (role, ...args) => {
    const child = fork(fileURLToPath(import.meta.url), ['--role', role, ...args.map(String)]);
    children.add(child);
    return child.on('exit', (code) => {
      children.delete(child);
      if (stop.signal.aborted || code === 0) return;
      process.exitCode = 1;
      stop.abort(`${role} ended unexpectedly with code ${code}`);
    });
  };
  const close = () => {
    for (const child of children) child.kill('SIGKILL'); // ends a stopped process too
    fs.rmSync(folder, { recursive: true, force: true });
  };
  process.on('exit', close); // also after an uncaught exception
  return { folder, start, close };
}

interface Options {
  numSeconds: number;
  seed: number;
  core: number | undefined;
  interfaces: string[] | undefined;
}

/** Records until the time is up or `stop` is aborted; the two files as lists of lines. */
async function record(options: Options, stop: AbortController): Promise<{ metrics: string[]; faults: string[] }> {
  const { numSeconds, seed, core, interfaces } = options;
  const { folder, start, close } = openStage(stop);
  const log = join(folder, 'service.log');
  const service = start('service', log);
  const [port] = await once(service, 'message', { signal: stop.signal });
  start('client', port, seed);
  await sleep(5000, undefined, { signal: stop.signal }); // past the cost of starting up

  const plan = planFaults(numSeconds, generator(seed));
  const origin = Math.ceil(now());
  const stamp = (i: number) => new Date(1000 * (origin + i)).toISOString().replace('.000', '');
  const rows: string[] = [];
  const labels: { fault: Fault; begin: number; end: number }[] = []; // sample numbers, both inclusive
  let last: Counters | undefined;
  for (let i = 0; i <= numSeconds; i++) {
    await sleep(Math.max(0, 1000 * (origin + i - now())), undefined, { signal: stop.signal }).catch(() => {});
    if (stop.signal.aborted) break;
    const counters = readCounters(core, interfaces);
    if (last) rows.push(`${stamp(i)},${cells(last, counters)}`); // tick 0 only opens the first second
    last = counters;
    if (i % CRON_PERIOD === CRON_OFFSET) start('cron', log);
    const fault = plan.find(({ at }) => at === i);
    if (!fault) continue;
    const label = { fault, begin: i + 1, end: Infinity };
    labels.push(label);
    console.error(`${stamp(i)} ${fault.kind} ${fault.note}`);
    start(fault.kind, fault.seconds, fault.mbPerSecond, join(folder, 'burst'), service.pid!).on('exit', () => {
      label.end = Math.ceil(now() - origin);
    });
  }
  if (stop.signal.aborted) console.error(`stopped after ${rows.length} rows: ${stop.signal.reason}`);
  stop.abort(); // from here on children may end as they like
  close();

  const touched = labels.filter(({ begin }) => begin <= rows.length);
  const faultRow = ({ fault, begin, end }: (typeof labels)[number]) =>
    [stamp(begin), stamp(Math.min(end, rows.length)), fault.kind, fault.metric, fault.note].join();
  return {
    metrics: ['time,cpu_percent,memory_mb,disk_write_mb,network_mb,context_switches', ...rows],
    faults: ['begin,end,fault,metric,note', ...touched.map(faultRow)],
  };
}

function fail(message: string): never {
  console.error(`record: ${message}`);
  process.exit(2);
}

/** Pins this process, all its threads and so every child to one core. */
function pin(core: number): void {
  try {
    execFileSync('taskset', ['-acp', String(core), String(process.pid)], { stdio: 'pipe' });
  } catch (error) {
    fail(`--core ${core} needs a working taskset (util-linux) and that core: ${(error as Error).message.trim()}`);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '60' },
      out: { type: 'string', default: 'examples/data' },
      seed: { type: 'string', default: '1' },
      core: { type: 'string' },
      interface: { type: 'string', multiple: true },
      gzip: { type: 'boolean', default: false },
      force: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  if (process.platform !== 'linux') fail(`reads /proc and runs on Linux only, this is ${process.platform}`);
  const numSeconds = Math.round(60 * Number(values.minutes));
  if (!(numSeconds > 0)) fail(`--minutes must be positive, got ${values.minutes}`);
  const seed = Number(values.seed);
  if (!Number.isInteger(seed)) fail(`--seed must be an integer, got ${values.seed}`);
  const interfaces = values.interface;
  for (const name of interfaces ?? []) if (!readLinks().has(name)) fail(`--interface ${name} is not in /proc/net/dev`);
  const core = values.core === undefined ? undefined : Number(values.core);
  if (core !== undefined) pin(core);

  const metricsFile = join(values.out, values.gzip ? 'server-metrics.csv.gz' : 'server-metrics.csv');
  const faultsFile = join(values.out, 'faults.csv');
  for (const file of [metricsFile, faultsFile])
    if (fs.existsSync(file) && !values.force) fail(`${file} exists, give --force to overwrite it`);
  fs.mkdirSync(values.out, { recursive: true });

  const stop = new AbortController();
  for (const signal of SIGNALS) process.on(signal, () => stop.abort(signal));
  const result = await record({ numSeconds, seed, core, interfaces }, stop);
  const metrics = result.metrics.join('\n') + '\n';
  fs.writeFileSync(metricsFile, values.gzip ? gzipSync(metrics, { level: 9 }) : metrics);
  fs.writeFileSync(faultsFile, result.faults.join('\n') + '\n');
  console.error(`wrote ${metricsFile} and ${faultsFile}`);
  process.exit();
}

if (process.argv[2] === '--role') await play(process.argv[3]!, process.argv.slice(4));
else await main().catch((error: Error) => fail(error.message));
