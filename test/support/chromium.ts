// Drives Chromium through its pipe, without a library: pages, scripts in them, the mouse, keys, pictures.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly sessionId?: string;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** A running browser. */
export class Chromium {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #waiting: Map<number, { resolve(result: Record<string, unknown>): void; reject(error: Error): void }>;
  readonly #listeners: Set<(message: Message) => void>;
  #id: number;
  #rest: string;

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    this.#waiting = new Map();
    this.#listeners = new Set();
    this.#id = 0;
    this.#rest = '';
    const output = child.stdio[4] as Readable;
    output.setEncoding('utf8');
    output.on('data', (text: string) => this.#take(text));
  }

  static start(program: string, options: readonly string[] = []): Chromium {
    const folder = mkdtempSync(join(tmpdir(), 'knn-anomaly-chromium-'));
    const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--remote-debugging-pipe'];
    const args = [...flags, `--user-data-dir=${folder}`, '--disable-background-networking', ...options, 'about:blank'];
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    return new Chromium(child, folder);
  }

  /** A new page of a size, or of a phone's. */
  async page(width = 1300, height = 900, settings: { dark?: boolean; locale?: string } = {}): Promise<Page> {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page(this, sessionId as string);
    await page.send('Page.enable');
    await page.send('Runtime.enable');
    await page.send('Network.enable');
    await page.send('Log.enable');
    await page.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
    const scheme = { name: 'prefers-color-scheme', value: settings.dark === true ? 'dark' : 'light' };
    await page.send('Emulation.setEmulatedMedia', { features: [scheme] });
    if (settings.locale !== undefined) await page.send('Emulation.setLocaleOverride', { locale: settings.locale });
    return page;
  }

  send(method: string, params: object = {}, sessionId?: string): Promise<Record<string, unknown>> {
    const id = ++this.#id;
    (this.#child.stdio[3] as Writable).write(
      `${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`,
    );
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  listen(listener: (message: Message) => void): void {
    this.#listeners.add(listener);
  }

  async close(): Promise<void> {
    // Asked to, it ends its other processes, which would still write to the folder.
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    const late = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    this.send('Browser.close').catch(() => {});
    await ended;
    clearTimeout(late);
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  #take(text: string): void {
    const messages = (this.#rest + text).split('\0');
    this.#rest = messages.pop()!;
    for (const one of messages) {
      const message = JSON.parse(one) as Message;
      if (message.id === undefined) {
        for (const listener of this.#listeners) listener(message);
        continue;
      }
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.error !== undefined) waiting?.reject(new Error(message.error.message));
      else waiting?.resolve(message.result ?? {});
    }
  }
}

/** A page of a browser. */
export class Page {
  readonly #browser: Chromium;
  readonly #session: string;
  /** Addresses that the page has asked for. */
  readonly requests: string[];
  /** What it complained about: errors on its console, exceptions, and what its security policy refused. */
  readonly errors: string[];

  constructor(browser: Chromium, session: string) {
    this.#browser = browser;
    this.#session = session;
    this.requests = [];
    this.errors = [];
    browser.listen(({ sessionId, method, params }) => {
      if (sessionId !== session) return;
      if (method === 'Network.requestWillBeSent') this.requests.push((params!.request as { url: string }).url);
      if (method === 'Runtime.exceptionThrown') this.errors.push(JSON.stringify(params!.exceptionDetails));
      if (method === 'Runtime.consoleAPICalled' && params!.type === 'error')
        this.errors.push(JSON.stringify(params!.args));
      if (method === 'Log.entryAdded') this.errors.push(JSON.stringify(params!.entry));
    });
  }

  async send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    return await this.#browser.send(method, params, this.#session);
  }

  async goto(url: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => {
      this.#browser.listen(({ sessionId, method }) => {
        if (sessionId === this.#session && method === 'Page.loadEventFired') resolve();
      });
    });
    await this.send('Page.navigate', { url });
    await loaded;
  }

  /** The value of an expression in the page; a promise is waited for. */
  async evaluate<T>(expression: string): Promise<T> {
    const options = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = (await this.send('Runtime.evaluate', options)) as {
      result: { value: T };
      exceptionDetails?: { text: string; exception?: { description?: string } };
    };
    if (exceptionDetails !== undefined) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result.value;
  }

  /** Waits until an expression is true. */
  async until(expression: string, seconds = 60): Promise<void> {
    const end = Date.now() + 1000 * seconds;
    while (!(await this.evaluate<boolean>(`Boolean(${expression})`))) {
      if (Date.now() > end) throw new Error(`not within ${seconds} s: ${expression}; ${this.errors.join(' ')}`);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  /** The text of an element. */
  async text(selector: string): Promise<string> {
    return await this.evaluate(`document.querySelector(${JSON.stringify(selector)}).textContent`);
  }

  /** Moves the mouse over the page, or presses it; `more` are further properties of the event, such as deltaY. */
  async mouse(
    type: 'Pressed' | 'Released' | 'Moved' | 'Wheel',
    x: number,
    y: number,
    more: object = {},
  ): Promise<void> {
    const button = type === 'Pressed' || type === 'Released' ? { button: 'left', clickCount: 1 } : {};
    await this.send('Input.dispatchMouseEvent', { type: `mouse${type}`, x, y, ...button, ...more });
  }

  /** Drags from one place to another in steps. */
  async drag(
    from: readonly [number, number],
    to: readonly [number, number],
    steps = 8,
    more: object = {},
  ): Promise<void> {
    await this.mouse('Pressed', ...from, more);
    for (let step = 1; step <= steps; step++) {
      const at = (c: 0 | 1): number => from[c] + ((to[c] - from[c]) * step) / steps;
      await this.mouse('Moved', at(0), at(1), { buttons: 1, button: 'left', ...more });
    }
    await this.mouse('Released', ...to, more);
  }

  async click(selector: string): Promise<void> {
    await this.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);
  }

  /** A press of a key. @param number its virtual key code, without which controls do not answer to it */
  async key(key: string, code = key, number = 0): Promise<void> {
    const text = key === 'Enter' ? '\r' : key.length === 1 ? key : undefined;
    const event = { key, code, windowsVirtualKeyCode: number };
    await this.send('Input.dispatchKeyEvent', { type: 'keyDown', ...event, ...(text !== undefined && { text }) });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
  }

  /** Gives files to an input of a page. */
  async files(selector: string, paths: readonly string[]): Promise<void> {
    const { root } = (await this.send('DOM.getDocument')) as { root: { nodeId: number } };
    const { nodeId } = await this.send('DOM.querySelector', { nodeId: root.nodeId, selector });
    await this.send('DOM.setFileInputFiles', { nodeId, files: paths });
  }

  /** A press of the mouse on an element, where it is in sight. */
  async press(selector: string, nth = 0): Promise<void> {
    const [x, y] = await this.evaluate<[number, number]>(`(() => {
      const element = document.querySelectorAll(${JSON.stringify(selector)})[${nth}];
      element.scrollIntoView({ block: 'nearest' });
      const { left, top, width, height } = element.getBoundingClientRect();
      return [left + width / 2, top + height / 2];
    })()`);
    await this.mouse('Moved', x, y);
    await this.mouse('Pressed', x, y);
    await this.mouse('Released', x, y);
  }

  /** A picture of what is in sight as PNG. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.send('Page.captureScreenshot', { format: 'png' });
    return Buffer.from(data as string, 'base64');
  }
}
