// The module of a worker: does what its thread is asked, one message at a time. It has no exports; importing it in a
// worker is all there is to it.
import { type Request, Task } from './job.ts';
import type { Answer } from './worker-pool.ts';

/** The worker's own end of the line, in browsers and in Node. */
interface Port {
  onmessage: ((event: { data: Request }) => void) | null;
  postMessage(answer: Answer, transfer?: ArrayBufferLike[]): void;
}

const isWeb = typeof postMessage === 'function';
const port = (isWeb ? globalThis : process.getBuiltinModule('node:worker_threads').parentPort) as unknown as Port;

let task: Task | undefined;

/** The reply, and the arrays of it that the worker gives away. */
function answer(request: Exclude<Request, { rest: true }>): { reply?: unknown; given?: readonly ArrayBufferView[] } {
  if ('job' in request) task = new Task(request.job);
  else if ('draft' in request) return { reply: task!.draft(request.draft) };
  else if ('share' in request) task!.share(request.share, request.thread);
  else if ('build' in request) task!.build(...request.build);
  else if ('engine' in request) return { reply: task!.prepare(request.engine) };
  else {
    const reply = 'parts' in request ? task!.run(...request.parts) : task!.rows(...request.rows);
    return { reply, given: Object.values(reply).filter(ArrayBuffer.isView) };
  }
  return {};
}

port.onmessage = ({ data }) => {
  if ('rest' in data) {
    task = undefined;
    return;
  }
  try {
    const { reply, given = [] } = answer(data);
    port.postMessage(
      { reply },
      given.map(({ buffer }) => buffer),
    );
  } catch (error) {
    port.postMessage({ error });
  }
};
port.postMessage({ reply: 'loaded' });
