// Posts incidents as alerts to Alertmanager (API v2), or to whatever takes the same.
//
// An alert is known by its labels and its beginning, so posting it again changes nothing. While an incident is under way it is
// posted every minute, as Alertmanager takes an alert for resolved that it has not heard of for five. Its end is posted once.

import { takeSecret } from '../../prometheus/address.ts';
import { exposedLabels } from '../../prometheus/labels.ts';
import type { IncidentReport } from '../../prometheus.ts';
import { shortNumber } from '../output/text.ts';

/** Alerts that wait, and those of one post. */
const MOST_WAITING = 10_000;
const MOST_POSTED = 100;

/** Milliseconds between two reports of the same incident, and of the first and the longest wait after a failure. */
const REPEAT = 60_000;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;

/** Milliseconds that others may join a post, and that an answer may take. */
const GATHER = 200;
const TIMEOUT = 10_000;

/** An alert of Alertmanager's API v2. */
interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt?: string;
  readonly generatorURL?: string;
}

export class Webhook {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #linkOf: (query: string) => string | undefined;
  readonly #warn: (text: string) => void;
  /** The latest state of each incident that was not posted yet, the oldest first. */
  readonly #waiting: Map<string, Alert>;
  #timer: NodeJS.Timeout | undefined;
  #isPosting: boolean;
  #numFailed: number;
  #numDropped: number;

  /**
   * @param url where to post
   * @param linkOf a page about a query
   * @param warn is told of failures, once until it works again
   */
  constructor(url: URL, linkOf: (query: string) => string | undefined, warn: (text: string) => void) {
    const plain = new URL(url);
    this.#headers = takeSecret(plain);
    this.#url = plain.href;
    this.#linkOf = linkOf;
    this.#warn = warn;
    this.#waiting = new Map();
    this.#isPosting = false;
    this.#numFailed = 0;
    this.#numDropped = 0;
  }

  /** Number of alerts that wait. */
  get numWaiting(): number {
    return this.#waiting.size;
  }

  /** Takes an incident. Returns at once. */
  post(report: IncidentReport): void {
    const id = `${report.query}\n${report.key}\n${report.begin}`;
    this.#waiting.delete(id); // the latest state counts, at the end of the queue
    this.#waiting.set(id, alertOf(report, this.#linkOf(report.query)));
    if (this.#waiting.size > MOST_WAITING) {
      this.#waiting.delete(this.#waiting.keys().next().value!);
      if (this.#numDropped++ === 0)
        this.#warn(`webhook: more than ${MOST_WAITING} alerts wait: the oldest are dropped`);
    }
    this.#schedule(GATHER);
  }

  /** Posts incidents under way again and again, from now on. */
  repeat(incidents: () => readonly IncidentReport[]): void {
    setInterval(() => {
      for (const report of incidents()) this.post(report);
    }, REPEAT).unref();
  }

  #schedule(milliseconds: number): void {
    if (this.#isPosting || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.#send(), milliseconds);
  }

  async #send(): Promise<void> {
    this.#timer = undefined;
    this.#isPosting = true;
    const batch = [...this.#waiting].slice(0, MOST_POSTED);
    const problem = await this.#attempt(batch.map(([, alert]) => alert));
    this.#isPosting = false;
    if (problem === undefined || problem.isFinal) {
      // What came meanwhile about the same incident stays.
      for (const [id, alert] of batch) if (this.#waiting.get(id) === alert) this.#waiting.delete(id);
    }
    if (problem === undefined) {
      if (this.#numFailed > 0) this.#warn('webhook: works again');
      this.#numFailed = 0;
    } else if (this.#numFailed++ === 0) this.#warn(`webhook: ${problem.message}`);
    const wait = problem === undefined ? GATHER : Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (this.#numFailed - 1));
    if (this.#waiting.size > 0) this.#schedule(wait * (problem === undefined ? 1 : 0.5 + Math.random() / 2));
  }

  /** What went wrong; final if posting the same again would not help. */
  async #attempt(alerts: readonly Alert[]): Promise<{ message: string; isFinal: boolean } | undefined> {
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...this.#headers },
        body: JSON.stringify(alerts),
        signal: AbortSignal.timeout(TIMEOUT),
      });
      const text = await response.text();
      if (response.ok) return undefined;
      const isFinal = response.status >= 400 && response.status < 500 && response.status !== 429;
      const message = `answers ${response.status}: ${text.slice(0, 200).replaceAll(/\s+/g, ' ').trim()}`;
      return { message: isFinal ? `${message}; these alerts are dropped` : message, isFinal };
    } catch (error) {
      const { message, cause } = error as Error & { cause?: { code?: string } };
      return { message: `not reached: ${cause?.code ?? message}`, isFinal: false };
    }
  }
}

function alertOf(report: IncidentReport, link: string | undefined): Alert {
  const { query, labels, begin, end, surprise, value, expected, alarms, text } = report;
  const where = Object.entries(labels).flatMap(([name, x]) => (name === '__name__' ? [] : [`${name}=${x}`]));
  const unlike = Number.isNaN(expected) ? '' : `, ${shortNumber(expected)} was expected`;
  return {
    labels: { ...Object.fromEntries(exposedLabels(query, labels)), alertname: 'Anomaly' },
    annotations: {
      summary: `${[query, ...where].join(' ')}: ${shortNumber(value)}${unlike}`,
      description: text,
      surprise: shortNumber(surprise),
      alarms: String(alarms),
    },
    startsAt: dateOf(begin),
    ...(end !== undefined && { endsAt: dateOf(Math.max(end, begin)) }),
    ...(link !== undefined && { generatorURL: link }),
  };
}

function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
