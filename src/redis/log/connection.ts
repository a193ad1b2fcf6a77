// One connection to Redis. It is opened when it is needed, and given up at the first problem: whoever asks again gets a new one.
// The only file that needs the package redis, which is loaded when it is used.
import { MissingPackage, Refusal } from '../refusal.ts';

type Client = ReturnType<typeof import('redis')['createClient']>;

/** A reply as it comes. */
export type Reply = string | Buffer | number | null | readonly Reply[];

const PACKAGE = 'redis';

/** The type of a reply that holds bytes; the package calls it RESP_TYPES.BLOB_STRING. */
const BYTES = 36;

/** Milliseconds for a connection to be made, and to say nothing. A worker asks more often than that. */
const CONNECT_TIMEOUT = 5000;
const SILENCE = 15_000;

/**
 * The package gives up a command, without a word, that could not be written for five seconds: behind snapshots, or where a machine
 * has too much to do. A worker would then forget all its shards and load them again. Silence is the only sign of a lost server.
 */
const NO_TIMEOUT = 0;

export class Connection {
  readonly #options: { readonly url: string } | { readonly path: string };
  #client: Promise<Client> | undefined;
  #isClosed: boolean;

  /** @throws RangeError for an address that is none */
  constructor(url: string) {
    this.#options = addressOf(url);
    this.#client = undefined;
    this.#isClosed = false;
  }

  /** Sends a command. A problem of the connection closes it; what the server refuses does not. */
  async send(args: readonly (string | Uint8Array)[]): Promise<Reply> {
    const client = await this.#open();
    // The package takes Buffers, which share the memory of the bytes.
    const words = args.map((arg) =>
      typeof arg === 'string' ? arg : Buffer.from(arg.buffer, arg.byteOffset, arg.byteLength),
    );
    try {
      return await client.sendCommand<Reply>(words, { typeMapping: { [BYTES]: Buffer }, timeout: NO_TIMEOUT });
    } catch (error) {
      throw explained(error);
    }
  }

  close(): void {
    this.#isClosed = true;
    const open = this.#client;
    this.#client = undefined;
    open?.then(destroy, () => {});
  }

  async #open(): Promise<Client> {
    if (this.#isClosed) throw new Error('the log is closed');
    this.#client ??= this.#connect();
    const opening = this.#client;
    try {
      const client = await opening;
      if (client.isReady) return client;
      destroy(client);
    } catch (error) {
      if (this.#client === opening) this.#client = undefined;
      throw error;
    }
    // The connection broke. It is not opened again for this command: whoever gave it may build on what was sent before.
    if (this.#client === opening) this.#client = undefined;
    throw new Error('the connection to Redis is lost');
  }

  async #connect(): Promise<Client> {
    const { createClient } = await load();
    const options = this.#options;
    const common = { connectTimeout: CONNECT_TIMEOUT, socketTimeout: SILENCE, reconnectStrategy: false } as const;
    const client = createClient({
      RESP: 2,
      disableOfflineQueue: true,
      ...('path' in options
        ? { socket: { ...common, path: options.path, tls: false } }
        : { url: options.url, socket: common }),
    }) as unknown as Client;
    client.on('error', () => {}); // the command that meets it is rejected
    try {
      await client.connect();
    } catch (error) {
      destroy(client);
      throw explained(error);
    }
    return client;
  }
}

/** What the server will refuse the next time, too: rights, a key of another kind, a command that it does not know. */
const FINAL = /\b(NOAUTH|WRONGPASS|NOPERM|WRONGTYPE|ERR unknown command|ERR DB index is out of range)\b/;

function explained(error: unknown): unknown {
  const { message } = error as Error;
  return FINAL.test(message) ? new Refusal(`Redis refuses it: ${message}`) : error;
}

function destroy(client: Client): void {
  try {
    client.destroy();
  } catch {
    // It is closed already.
  }
}

async function load(): Promise<typeof import('redis')> {
  try {
    return (await import(PACKAGE)) as typeof import('redis');
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new MissingPackage(`knn-anomaly/redis needs the package ${PACKAGE}: npm install ${PACKAGE}`);
  }
}

function addressOf(url: string): { readonly url: string } | { readonly path: string } {
  const path = /^unix:(?:\/\/)?(\/.*)$/.exec(url)?.[1];
  if (path !== undefined) return { path };
  if (/^rediss?:\/\/./.test(url) && URL.canParse(url)) return { url };
  // The address is not shown whole: it may have a password in it.
  const scheme = /^[\w+.-]*:/.exec(url)?.[0] ?? '';
  throw new RangeError(
    `url must be an address such as redis://127.0.0.1:6379, rediss://… or unix:///run/redis.sock, got ${scheme === '' ? `"${url.slice(0, 20)}"` : `one that begins with ${scheme}`}`,
  );
}
