// The module of a worker: does what its thread is asked, one message at a time. It has no exports: importing it in a
// worker starts it.
import { joinTop, type TopWorker } from '../search/top/engine.ts';
import { type Answer, type Request, Task } from './task.ts';

/** The worker's own end of the channel, in browsers and in Node. */
interface Port {
  onmessage: ((event: { data: Request }) => void) | null;
  postMessage(answer: Answer, transfer?: ArrayBufferLike[]): void;
}

const isWeb = typeof postMessage === 'function';
const port = (isWeb ? globalThis : process.getBuiltinModule('node:worker_threads').parentPort) as unknown as Port;

let task: Task | undefined;
let top: TopWorker | undefined;

/** The reply, and its arrays that are transferred instead of copied. */
function answer(request: Exclude<Request, { forget: true }>): {
  reply?: unknown;
  transferred?: readonly ArrayBufferView[];
} {
  if ('job' in request) task = new Task(request.job);
  else if ('plan' in request) return { reply: task!.plan(request.plan) };
  else if ('attach' in request) task!.attach(request.attach, request.thread);
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
}

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
