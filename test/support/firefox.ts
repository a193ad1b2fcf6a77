// Drives Firefox by Marionette, its own protocol, without a library: enough for a smoke test.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A running browser with one page. */
export class Firefox {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #socket: Socket;
  readonly #waiting: Map<number, { resolve(result: unknown): void; reject(error: Error): void }>;
  #bytes: Buffer;
  #id: number;

  private constructor(child: ChildProcess, folder: string, socket: Socket) {
    this.#child = child;
    this.#folder = folder;
    this.#socket = socket;
    this.#waiting = new Map();
    this.#bytes = Buffer.alloc(0);
    this.#id = 0;
    socket.on('data', (chunk) => this.#take(chunk));
  }

  static async start(program: string): Promise<Firefox> {
    const folder = mkdtempSync(join(tmpdir(), 'knn-anomaly-firefox-'));
    const port = await freePort();
    writeFileSync(join(folder, 'user.js'), `user_pref("marionette.port", ${port});\n`);
    const args = ['--headless', '--no-remote', '--marionette', '--profile', folder];
    const child = spawn(program, args, { stdio: 'ignore', env: { ...process.env, HOME: folder } });
    const socket = await connected(port, 60);
    const firefox = new Firefox(child, folder, socket);
    await firefox.send('WebDriver:NewSession', {});
    return firefox;
  }

  async goto(url: string): Promise<void> {
    await this.send('WebDriver:Navigate', { url });
  }

  /** The value of an expression in the page. */
  async evaluate<T>(expression: string): Promise<T> {
    const result = await this.send('WebDriver:ExecuteScript', { script: `return ${expression};`, args: [] });
    return (result as { value: T }).value;
  }

  /** Waits until an expression is true. */
  async until(expression: string, seconds = 30): Promise<void> {
    const end = Date.now() + 1000 * seconds;
    while (!(await this.evaluate<boolean>(`Boolean(${expression})`))) {
      if (Date.now() > end) throw new Error(`not within ${seconds} s: ${expression}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  send(command: string, parameters: object): Promise<unknown> {
    const id = ++this.#id;
    const text = JSON.stringify([0, id, command, parameters]);
    this.#socket.write(`${Buffer.byteLength(text)}:${text}`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#socket.destroy();
    this.#child.kill('SIGKILL');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  /** Messages are `length:JSON`. */
  #take(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (;;) {
      const colon = this.#bytes.indexOf(58);
      if (colon < 0) return;
      const end = colon + 1 + Number(this.#bytes.toString('latin1', 0, colon));
      if (this.#bytes.length < end) return;
      const message = JSON.parse(this.#bytes.toString('utf8', colon + 1, end)) as unknown;
      this.#bytes = this.#bytes.subarray(end);
      if (!Array.isArray(message)) continue; // the greeting
      const [, id, error, result] = message as [number, number, { message: string } | null, unknown];
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === null) waiting?.resolve(result);
      else waiting?.reject(new Error(error.message));
    }
  }
}

async function freePort(): Promise<number> {
  return await new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Connects as soon as somebody listens. */
async function connected(port: number, seconds: number): Promise<Socket> {
  for (const end = Date.now() + 1000 * seconds; ; ) {
    try {
      return await new Promise<Socket>((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () => resolve(socket));
        socket.once('error', reject);
      });
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
