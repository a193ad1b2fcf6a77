// Calls of a server's HTTP interface: what is sent, what is tried again, and what an answer must be.
import { checkBoolean, checkInteger, checkNumber, checkOptions, describe, isPositive } from '../core/checks.ts';
import { addressesOf } from './address.ts';
import { AnswerReader, MOST_KEPT, type ReadAnswer, type Take } from './answer.ts';

/** Names and values of HTTP headers. */
export type Headers = Readonly<Record<string, string>>;

/** How a server is reached. */
export interface ServerOptions {
  /**
   * Where the server is, such as `'http://prometheus:9090'`, with the prefix of its paths if it has one. Of several, such as a
   * pair for high availability, one is asked until it fails, then the next one. `user:password@` is sent as basic authorization.
   */
  url: string | readonly string[];
  /** Headers of every call, such as `{ 'X-Scope-OrgID': 'a' }`; a function is asked before each call, for tokens that change. */
  headers?: Headers | (() => Headers | Promise<Headers>);
  /** Seconds that an answer may take, above 0; default 60. */
  timeout?: number;
  /** How often a call is repeated that found no answer, at least 0; default 4: waits of 0.25, 0.5, 1 and 2 s, less up to half. */
  retries?: number;
  /** Whether answers may be compressed: for a server that is far away. Costs both sides as much again; default false. */
  compress?: boolean;
  /** What calls; default: `fetch`. */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Ends waiting and calling. */
  signal?: AbortSignal;
  /** Is told what should be known and is no error, such as the server's remarks about a query. */
  onWarning?: (text: string) => void;
}

export const SERVER_OPTIONS: readonly (keyof ServerOptions)[] = [
  ...(['url', 'headers', 'timeout', 'retries', 'compress', 'fetch', 'signal', 'onWarning'] as const),
];

/** A query that failed. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  /** The HTTP status; `undefined` where there was no answer. */
  readonly status: number | undefined;
  /** Whether the same query may succeed later: the server was not reached, was busy, or gave a part of the answer only. */
  readonly isTemporary: boolean;

  constructor(message: string, isTemporary: boolean, status?: number, cause?: unknown) {
    super(message, { cause });
    this.isTemporary = isTemporary;
    this.status = status;
  }
}

/** Seconds of the first wait; each further one is twice as long, up to the longest. */
const FIRST_WAIT = 0.25;
const LONGEST_WAIT = 30;

/** Characters of an answer that a message shows: fewer than are kept, to know whether there are more. */
const MOST_SHOWN = MOST_KEPT - 1;

/** How the answer of a server begins that has found something; whether it ends well is another question. */
const SUCCESS = '{"status":"success"';

/** Warnings that begin so are remarks about the query; the answer is whole. Others say that a part is missing. */
const REMARK = /^PromQL (warning|info)/;

/** A server, or several that answer alike. */
export class Server {
  readonly #addresses: readonly { readonly url: string; readonly shown: string; readonly headers: Headers }[];
  readonly #headers: ServerOptions['headers'];
  readonly #timeout: number;
  readonly #retries: number;
  readonly #compress: boolean;
  readonly #fetch: NonNullable<ServerOptions['fetch']>;
  readonly #signal: AbortSignal | undefined;
  readonly #warn: (text: string) => void;
  readonly #reader: AnswerReader;
  /** Remarks that were told. */
  readonly #told: Set<string>;
  /** The address that answered last, and whether it takes POST. */
  #current: number;
  #posts: boolean;

  /** @throws TypeError for an option of the wrong kind, RangeError for a wrong value */
  constructor(options: ServerOptions) {
    const { url, headers, timeout = 60, retries = 4, compress = false, signal } = options;
    this.#addresses = addressesOf(url);
    if (headers !== undefined && typeof headers !== 'function') checkHeaders(headers);
    checkNumber(timeout, 'timeout', 'a number of seconds above 0', isPositive);
    checkInteger(retries, 'retries', 0);
    checkBoolean(compress, 'compress');
    this.#headers = headers;
    this.#timeout = timeout;
    this.#retries = retries;
    this.#compress = compress;
    this.#fetch = options.fetch ?? fetch;
    this.#signal = signal;
    this.#warn = options.onWarning ?? (() => {});
    this.#reader = new AnswerReader();
    this.#told = new Set();
    this.#current = 0;
    this.#posts = true;
  }

  /**
   * The data of an answer. What finds no answer, or is answered by 429 or 5xx, or with a part of the answer, is tried again,
   * first at the other addresses. 4xx is never tried again.
   *
   * @param newTake is asked by each attempt for what stands for a series of a matrix, made as soon as it is parsed
   * @throws QueryError with the server's message
   */
  async call(path: string, parameters: Readonly<Record<string, string>>, newTake?: () => Take): Promise<unknown> {
    const numAddresses = this.#addresses.length;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#attempt(path, parameters, newTake);
      } catch (error) {
        this.#signal?.throwIfAborted();
        if (!(error instanceof QueryError) || !error.isTemporary) throw error;
        this.#current = (this.#current + 1) % numAddresses;
        const round = Math.floor((attempt + 1) / numAddresses);
        if (round > this.#retries) throw error;
        if ((attempt + 1) % numAddresses === 0) await this.#wait(round - 1);
      }
    }
  }

  async #attempt(path: string, parameters: Readonly<Record<string, string>>, newTake?: () => Take): Promise<unknown> {
    const { url, shown, headers } = this.#addresses[this.#current]!;
    const asked = typeof this.#headers === 'function' ? await this.#headers() : this.#headers;
    if (asked !== undefined) checkHeaders(asked);
    const body = new URLSearchParams(parameters);
    // An answer that is compressed costs Prometheus and Node two to four times the time of one that is not.
    const plain: Headers = this.#compress ? {} : { 'accept-encoding': 'identity' };
    const init: RequestInit = {
      headers: { ...plain, ...headers, ...asked },
      redirect: 'manual',
      ...(this.#posts && { method: 'POST', body }),
    };
    const { response, read } = await this.#send(
      `${url}${path}${this.#posts ? '' : `?${body}`}`,
      init,
      shown,
      newTake?.(),
    );
    if (response.status === 405 && this.#posts) {
      this.#posts = false; // some proxies let GET pass only
      return await this.#attempt(path, parameters, newTake);
    }
    return this.#dataOf(response, read, shown);
  }

  /** Reads an answer to its end. @throws QueryError when none comes, or none in time; whatever `take` throws */
  async #send(
    url: string,
    init: RequestInit,
    shown: string,
    take?: Take,
  ): Promise<{ response: Response; read: ReadAnswer }> {
    const controller = new AbortController();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      controller.abort();
    }, this.#timeout * 1000);
    const stop = (): void => controller.abort();
    this.#signal?.addEventListener('abort', stop, { once: true });
    const reached: Reached = async (call) => {
      try {
        return await call();
      } catch (error) {
        const reason = isLate ? `no answer within ${this.#timeout} s` : reasonOf(error);
        throw new QueryError(`${shown}: ${reason}`, true, undefined, error);
      }
    };
    try {
      this.#signal?.throwIfAborted();
      const response = await reached(() => this.#fetch(url, { ...init, signal: controller.signal }));
      return { response, read: await this.#reader.read(piecesOf(response, reached), take) };
    } finally {
      clearTimeout(timer);
      this.#signal?.removeEventListener('abort', stop);
    }
  }

  #dataOf(response: Response, { answer, begin }: ReadAnswer, shown: string): unknown {
    const { status } = response;
    if (status >= 300 && status < 400) {
      const target = response.headers.get('location') ?? 'another address';
      throw new QueryError(`${shown}: answers with a redirect to ${target}: give that address`, false, status);
    }
    if (answer?.status !== 'success') {
      const isTemporary = status >= 500 || status === 429;
      if (typeof answer?.error === 'string') throw new QueryError(`${status}: ${answer.error}`, isTemporary, status);
      const isDamaged = answer === undefined && begin.startsWith(SUCCESS);
      throw new QueryError(`${shown}: ${withoutJson(response, begin)}`, isTemporary || isDamaged, status);
    }
    const warnings = [answer.warnings ?? []].flat();
    const partial = warnings.filter((warning) => !REMARK.test(warning));
    if (answer.isPartial === true) partial.push('isPartial is true');
    if (partial.length > 0) {
      throw new QueryError(`${shown}: a part of the answer is missing: ${partial.join('; ')}`, true, status);
    }
    for (const remark of warnings.filter((warning) => !this.#told.has(warning))) {
      this.#told.add(remark);
      this.#warn(remark);
    }
    return answer.data;
  }

  /** Waits before the next attempt: between half of FIRST_WAIT·2ⁿ and all of it, so that many do not return at once. */
  async #wait(n: number): Promise<void> {
    const seconds = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** n) * (0.5 + Math.random() / 2);
    await pause(seconds, this.#signal);
  }
}

/** Does what depends on the server. @throws QueryError with the reason when it fails */
type Reached = <T>(call: () => Promise<T>) => Promise<T>;

/** The bytes of an answer as they come. Who stops reading ends the transfer. */
async function* piecesOf(response: Response, reached: Reached): AsyncGenerator<Uint8Array, void, undefined> {
  const { body } = response;
  // Clients other than `fetch` may have streams of another kind, or none for an empty answer.
  if (typeof body?.getReader !== 'function') {
    yield new TextEncoder().encode(await reached(() => response.text()));
    return;
  }
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reached(() => reader.read());
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {}); // what failed cannot be ended
  }
}

/** Waits. @throws the reason of a signal that comes first */
export function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, seconds * 1000);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

/** What is said of an answer that is none of this interface. */
function withoutJson(response: Response, begin: string): string {
  const { status } = response;
  const start = begin.slice(0, MOST_SHOWN).replaceAll(/\s+/g, ' ').trim();
  const what = start === '' ? 'nothing' : `"${start}${begin.length > MOST_SHOWN ? '…' : ''}"`;
  if (begin.startsWith(SUCCESS)) return `answers ${status} with ${what}, which is damaged or cut short`;
  const hint = status === 401 || status === 403 ? 'are the headers right?' : 'is this the address of a Prometheus?';
  return `answers ${status} with ${what}, which is no answer of its interface: ${hint}`;
}

/** Why there was no answer. `fetch` hides the reason in the cause, and that of several addresses in a list. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { code?: string; message?: string } };
  return `not reached: ${cause?.code ?? cause?.message ?? message ?? String(error)}`;
}

function checkHeaders(headers: unknown): void {
  checkOptions(headers, Object.keys(Object(headers)));
  for (const [name, value] of Object.entries(headers as object)) {
    if (typeof value !== 'string') throw new TypeError(`headers.${name} must be a string, got ${describe(value)}`);
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) {
      throw new RangeError(`headers must have names without spaces and colons, got ${describe(name)}`);
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) {
      throw new RangeError(`headers.${name} must have no line breaks and control characters`);
    }
  }
}
