// Makes a server of HTTP listen, with a line for what may be in the way.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CliError, codeOf } from './errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program serves there',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'permission denied',
  ENOTFOUND: 'there is no such host',
};

/**
 * Listens until the server is closed. Returns the address, with its port where that was 0.
 *
 * @param option the option that said where, with its value, for messages
 * @throws CliError where that is not possible
 */
export async function listen(
  server: Server,
  { host, port }: { host: string; port: number },
  option: string,
): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new CliError(`${option}: ${REASONS[codeOf(error) ?? ''] ?? error.message}`)),
    );
    server.listen(port, host, resolve);
  });
  return server.address() as AddressInfo;
}
