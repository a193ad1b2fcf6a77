// Opens an address in the browser of the user, where there is one.
import { spawn } from 'node:child_process';

/** Opens an address. Where that is not possible nothing happens: the address was printed. */
export function openBrowser(address: string): void {
  const [program, ...args] = programFor(process.platform, address);
  const child = spawn(program!, args, { detached: true, stdio: 'ignore' });
  child.on('error', () => {});
  child.unref();
}

function programFor(platform: NodeJS.Platform, address: string): string[] {
  if (platform === 'darwin') return ['open', address];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', address];
  return ['xdg-open', address];
}
