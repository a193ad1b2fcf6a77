// How good the scores of a panel are, given the labels: of the whole series, or of the half that one does not tune on.
import type { LabelRange } from '../read/protocol.ts';

/** Which part of the series counts. */
export const PARTS = ['all', 'first', 'second'] as const;
export type Part = (typeof PARTS)[number];

export interface Merit {
  readonly prAuc: number;
  readonly vusPr: number;
  readonly nab: number;
  /** With a threshold. */
  readonly events:
    | {
        readonly precision: number;
        readonly recall: number;
        readonly f1: number;
        readonly found: number;
        readonly missed: number;
        readonly falseAlarms: number;
      }
    | undefined;
}

export interface MeritRequest {
  readonly job: number;
  readonly scores: Float64Array;
  readonly labels: readonly { readonly begin: number; readonly end: number }[];
  readonly threshold: number | undefined;
  /** The buffer of VUS around labels, in values. */
  readonly window: number;
}

/** Asks a worker; only the last question is answered. */
export class MeritClient {
  #worker: Worker | undefined;
  #job: number;
  readonly #answer: (merit: Merit | string) => void;

  constructor(answer: (merit: Merit | string) => void) {
    this.#job = 0;
    this.#answer = answer;
  }

  ask(request: Omit<MeritRequest, 'job'>): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage({ ...request, job: ++this.#job } satisfies MeritRequest);
  }

  #start(): Worker {
    const worker = new Worker(new URL('./merit.worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<{ job: number; merit?: Merit; failure?: string }>) => {
      if (data.job === this.#job) this.#answer(data.merit ?? data.failure ?? 'no answer');
    });
    return worker;
  }
}

/** The values of a part, and the labels that begin in it, counted from its first value. */
export function partOf(
  scores: Float64Array,
  labels: readonly LabelRange[],
  part: Part,
): { readonly scores: Float64Array; readonly labels: readonly LabelRange[] } {
  const half = scores.length >> 1;
  const [from, to] = part === 'all' ? [0, scores.length] : part === 'first' ? [0, half] : [half, scores.length];
  const within = joined(labels)
    .filter(({ begin, end }) => end >= from && begin < to)
    .map((label) => ({ ...label, begin: Math.max(0, label.begin - from), end: Math.min(to - 1, label.end) - from }));
  return { scores: scores.slice(from, to), labels: within };
}

/** Labels in order, those that overlap joined. */
function joined(labels: readonly LabelRange[]): LabelRange[] {
  const ranges: LabelRange[] = [];
  for (const label of [...labels].sort((a, b) => a.begin - b.begin)) {
    const before = ranges.at(-1);
    if (before === undefined || label.begin > before.end) ranges.push(label);
    else ranges[ranges.length - 1] = { ...before, end: Math.max(before.end, label.end) };
  }
  return ranges;
}
