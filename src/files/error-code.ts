// The codes of errors of the file system.

/** Such as `'ENOENT'`; `undefined` for an error of another kind. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
