// A browser for tests: opens a page in it, and acts as a reader would. It speaks over a pipe, without packages.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** A page in a browser. */
export class Page {
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #waiting: Map<number, (answer: Answer) => void>;
  #session: string | undefined;
  #count: number;
  /** What the page complained about: errors, and what its security policy refused. */
  readonly complaints: string[];

  private constructor(browser: string, width: number, height: number) {
    this.#profile = mkdtempSync(join(tmpdir(), 'knn-anomaly-browser-'));
    this.#waiting = new Map();
    this.#count = 0;
    this.complaints = [];
    const args = [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--remote-debugging-pipe'],
      ...[`--user-data-dir=${this.#profile}`, `--window-size=${width},${height}`, 'about:blank'],
    ];
    this.#child = spawn(browser, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    let rest = '';
    (this.#child.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
      const messages = (rest + text).split('\0');
      rest = messages.pop()!;
      for (const message of messages) this.#take(JSON.parse(message) as Answer);
    });
  }

  /** Opens a page; `size` are CSS pixels. */
  static async open(browser: string, url: string, [width, height]: [number, number]): Promise<Page> {
    const page = new Page(browser, width, height);
    const { targetId } = await page.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await page.send('Target.attachToTarget', { targetId, flatten: true });
    page.#session = sessionId as string;
    for (const domain of ['Page', 'Runtime', 'Log']) await page.send(`${domain}.enable`);
    await page.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
    await page.send('Page.navigate', { url });
    return page;
  }

  async send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = ++this.#count;
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve);
      const session = this.#session === undefined ? {} : { sessionId: this.#session };
      (this.#child.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    });
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result!;
  }

  #take(answer: Answer): void {
    if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer);
    if (answer.method === 'Runtime.exceptionThrown' || answer.method === 'Log.entryAdded') {
      this.complaints.push(JSON.stringify(answer.params));
    }
  }

  /** The value of an expression in the page. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result } = await this.send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
    return (result as { value: T }).value;
  }

  /** Waits until an expression is true, for so many milliseconds. */
  async until(expression: string, patience = 60_000): Promise<void> {
    for (const begin = Date.now(); !(await this.evaluate<boolean>(`Boolean(${expression})`)); ) {
      if (Date.now() - begin > patience) throw new Error(`it never came: ${expression}; ${this.complaints.join(' ')}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** The text of an element. */
  async text(selector: string): Promise<string> {
    return await this.evaluate(`document.querySelector(${JSON.stringify(selector)}).textContent`);
  }

  /** Moves the mouse over the page; `more` are further properties of the event, such as deltaY. */
  async mouse(
    type: 'Moved' | 'Pressed' | 'Released' | 'Wheel',
    x: number,
    y: number,
    more: object = {},
  ): Promise<void> {
    const button = type === 'Pressed' || type === 'Released' ? { button: 'left', clickCount: 1 } : {};
    await this.send('Input.dispatchMouseEvent', { type: `mouse${type}`, x, y, ...button, ...more });
  }

  /** A picture of what is visible. */
  async picture(): Promise<Buffer> {
    const { data } = await this.send('Page.captureScreenshot', { format: 'png' });
    return Buffer.from(data as string, 'base64');
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill();
    await closed;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 9 });
  }
}
