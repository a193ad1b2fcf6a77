// What the readers of the command line take from Node, in a browser. Imported before they are.
import { Buffer } from 'buffer';

/** What the readers have said on standard error since it was last asked for. */
const said: string[] = [];

/** What was said since the last call, without the program's name. */
export function takeNotices(): string[] {
  return said.splice(0).map((text) => text.trim().replace(/^knn-anomaly: /, ''));
}

const shims = {
  Buffer,
  process: {
    stderr: { isTTY: false, write: (text: string) => void said.push(text) },
    stdout: { isTTY: false },
    env: {},
  },
};
Object.assign(globalThis, shims);
