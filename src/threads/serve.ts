// A worker's side of the channel: does what its thread is asked, one message at a time.
import type { DistanceFunction } from '../core/metric.ts';
import { joinTop, type TopWorker } from '../search/top/engine.ts';
import type { Job, NamedMetric, SentJob } from './job.ts';
import { type Answer, type Request, Task } from './task.ts';

/** The worker's own end of the channel, in browsers and in Node. */
interface Port {
  onmessage: ((event: { data: Request }) => void) | null;
  postMessage(answer: Answer, transfer?: ArrayBufferLike[]): void;
}

/** The function that a metric's name stands for; `undefined` for one that this worker does not know. */
type MetricOf = (metric: NamedMetric) => DistanceFunction | undefined;

/** Answers the messages to this worker from now on, the first of which says that its module is loaded. */
export function serve(metricOf: MetricOf): void {
  const isWeb = typeof postMessage === 'function';
  const port = (isWeb ? globalThis : process.getBuiltinModule('node:worker_threads').parentPort) as unknown as Port;
  let task: Task | undefined;
  let top: TopWorker | undefined;

  /** The reply, and its arrays that are transferred instead of copied. */
  const answer = (
    request: Exclude<Request, { forget: true }>,
  ): { reply?: unknown; transferred?: readonly ArrayBufferView[] } => {
    if ('job' in request) {
      const job = received(request.job, metricOf);
      task = job && new Task(job);
      return { reply: job !== undefined };
    }
    if ('plan' in request) return { reply: task!.plan(request.plan) };
    if ('attach' in request) task!.attach(request.attach, request.thread);
    else if ('build' in request) task!.build(...request.build);
    else if ('engine' in request) return { reply: task!.prepare(request.engine, request.sharing) };
    else if ('follow' in request) task!.follow(request.follow, request.sharing);
    else if ('top' in request) top = joinTop(request.top);
    else if ('topTask' in request) return { reply: top!.run(request.topTask) };
    else {
      const reply = 'parts' in request ? task!.run(...request.parts) : task!.rows(...request.rows);
      return { reply, transferred: Object.values(reply).filter(ArrayBuffer.isView) };
    }
    return {};
  };

  port.onmessage = ({ data }) => {
    if ('forget' in data) {
      task = undefined;
      top = undefined;
      return;
    }
    try {
      const { reply, transferred = [] } = answer(data);
      port.postMessage(
        { reply },
        transferred.map(({ buffer }) => buffer),
      );
    } catch (error) {
      port.postMessage({ error });
    }
  };
  port.postMessage({ reply: 'loaded' });
}

/** A job as it was before it was sent; `undefined` if its metric is not known here. */
function received(job: SentJob, metricOf: MetricOf): Job | undefined {
  const { metric } = job;
  if (metric?.kind !== 'named') return { ...job, metric };
  const found = metricOf(metric);
  return found && { ...job, metric: found };
}
