// Errors of the command line: each is one clear line and an exit status.
import { codeOf } from '../files/error-code.ts';

export { codeOf };

/** A problem with the input or the output: one line for stderr; exit status 1. */
export class CliError extends Error {
  readonly status: number;

  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

/** A line of the input that cannot be read: `--bad-lines` says what is done about it. */
export class LineError extends CliError {}

/** A problem with how the program was called: exit status 2. */
export class UsageError extends CliError {
  constructor(message: string) {
    super(message, 2);
  }
}

/** A problem with a file. The message names the file already. */
export class FileError extends CliError {}

/** Throws a {@link CliError}. */
export function fail(message: string): never {
  throw new CliError(message);
}

/** Throws a {@link LineError}. */
export function failLine(message: string): never {
  throw new LineError(message);
}

/** A piece of input for a message: quoted, escaped, shortened. */
export function show(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

const FILE_PROBLEMS: Record<string, string> = {
  ENOENT: 'no such file',
  EISDIR: 'is a directory, not a file',
  ENOTDIR: 'a part of the path is not a directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ENOSPC: 'no space left on the device',
  EROFS: 'the file system is read-only',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'too many symbolic links',
  EIO: 'input/output error',
};

/** A file system error as a {@link FileError} whose message begins with `name`; `EPIPE` and other errors stay as they are. */
export function fileError(error: unknown, name: string): unknown {
  const code = codeOf(error);
  if (error instanceof CliError || code === undefined || code === 'EPIPE') return error;
  return new FileError(`${name}: ${FILE_PROBLEMS[code] ?? (error as Error).message}`);
}

/**
 * What an error says. One of an address with several numbers says nothing itself, but its parts do; one without words is told by its
 * code or its name.
 */
export function reasonOf(error: unknown): string {
  const { message, errors, code, name } = Object(error) as Partial<AggregateError & { code: string }>;
  if (message) return message;
  if (errors !== undefined && errors.length > 0) return [...new Set(errors.map(reasonOf))].join('; ');
  return code ?? name ?? String(error);
}

/** Message and exit status of a thrown value; `undefined` for a closed pipe, which ends the program quietly. */
export function explainError(error: unknown): { message: string; status: number } | undefined {
  if (codeOf(error) === 'EPIPE') return undefined;
  const status = error instanceof CliError ? error.status : 1;
  const text = error instanceof Error ? reasonOf(error) : String(error);
  const isMemory =
    error instanceof RangeError && /allocation failed|invalid (typed )?array (buffer )?length/i.test(text);
  const message = isMemory ? 'not enough memory for this input' : text;
  return { message: message.replaceAll(/\s*\n\s*/g, ' ').trim() || 'unknown error', status };
}
