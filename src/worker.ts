// The module of a worker: does what its thread is asked, one message at a time. It has no exports; importing it in a
// worker is all there is to it.
import { type Request, Task } from './job.ts';
import type { Answer } from './threads.ts';

/** The worker's own end of the line, in browsers and in Node. */
interface Port {
  onmessage: ((event: { data: Request }) => void) | null;
  postMessage(answer: Answer, transfer?: ArrayBufferLike[]): void;
}

const isWeb = typeof postMessage === 'function';
const port = (isWeb ? globalThis : process.getBuiltinModule('node:worker_threads').parentPort) as unknown as Port;

let task: Task;

function answer(request: Request): object {
  if ('job' in request) {
    task = new Task(request.job);
    return task.plan;
  }
  return 'parts' in request ? task.run(...request.parts) : task.rows(...request.rows);
}

port.onmessage = ({ data }) => {
  try {
    const reply = answer(data);
    const arrays = reply === task.plan ? [] : Object.values(reply).filter(ArrayBuffer.isView);
    port.postMessage(
      { reply },
      arrays.map(({ buffer }) => buffer),
    );
  } catch (error) {
    port.postMessage({ error });
  }
};
port.postMessage({ reply: 'loaded' });
