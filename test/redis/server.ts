// A Redis server of one test file: Debian's redis-server with an append-only file, on a socket in a folder of its own.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why the tests of Redis cannot run here; `undefined` if they can. With KNN_REQUIRE_ALL=1 they fail instead. */
export const noRedis: string | undefined = ((): string | undefined => {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    const reason = 'redis-server is not installed: its tests are skipped';
    if (process.env.KNN_REQUIRE_ALL === '1') throw new Error(reason);
    process.stderr.write(`${reason}\n`);
    return reason;
  }
})();

export class RedisServer {
  readonly folder: string;
  readonly url: string;
  readonly #options: readonly string[];
  #process: ChildProcess | undefined;

  constructor(options: readonly string[] = []) {
    this.folder = mkdtempSync(join(tmpdir(), 'knn-anomaly-redis-'));
    this.url = `unix://${this.#socket}`;
    this.#options = options;
    this.#process = undefined;
  }

  get #socket(): string {
    return join(this.folder, 'redis.sock');
  }

  async start(): Promise<void> {
    rmSync(this.#socket, { force: true });
    const files = ['--dir', this.folder, '--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec'];
    // A file whose end was cut is read up to there: that is the default.
    const args = ['--port', '0', '--unixsocket', this.#socket, ...files, '--loglevel', 'warning', ...this.#options];
    this.#process = spawn('redis-server', args, { stdio: 'ignore' });
    for (let attempt = 0; attempt < 500; attempt++) {
      if (await this.#answers()) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('redis-server does not answer');
  }

  /** Whether it is there and has loaded its file. */
  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.#socket, () => socket.write('PING\r\n'));
      socket.on('data', (data) => {
        socket.destroy();
        resolve(/^(\+PONG|-NOAUTH)/.test(String(data)));
      });
      socket.on('error', () => resolve(false));
      socket.on('close', () => resolve(false));
    });
  }

  /** SIGKILL: what was written to the file so far is there, as after a crash of the program. */
  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.#process?.once('close', resolve));
    this.#process?.kill('SIGKILL');
    await ended;
  }

  /** Cuts the end of the append-only file, as a power failure does; returns how many bytes. The server must be killed. */
  cut(bytes: number): number {
    const folder = join(this.folder, 'appendonlydir');
    const names = readdirSync(folder).filter((name) => name.endsWith('.incr.aof'));
    const path = join(folder, names.sort().at(-1)!);
    const { size } = statSync(path);
    truncateSync(path, Math.max(0, size - bytes));
    return Math.min(size, bytes);
  }

  /** Stands still for so many milliseconds. */
  async pause(duration: number): Promise<void> {
    this.#process!.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, duration));
    this.#process!.kill('SIGCONT');
  }

  /** Milliseconds of CPU that the server has used. */
  get cpu(): number {
    const stat = execFileSync('cat', [`/proc/${this.#process!.pid}/stat`], { encoding: 'utf8' });
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
