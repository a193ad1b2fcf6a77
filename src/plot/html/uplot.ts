// The text of uPlot, which a page brings with it. The only file that looks for the package, and when it is used.

const PACKAGE = 'uplot';

/** uPlot as a page needs it. */
export interface UPlotText {
  readonly script: string;
  readonly style: string;
  readonly license: string;
}

/** The package's files. Throws where the package or a file system is missing. */
export function readUPlot(): UPlotText {
  const builtin = globalThis.process?.getBuiltinModule;
  if (builtin === undefined) throw new Error('plotHTML needs Node 20.16 or later, or a program that has its modules');
  const { createRequire } = builtin('module');
  const { readFileSync } = builtin('fs');
  const { resolve } = createRequire(import.meta.url);
  const read = (path: string): string => {
    try {
      return readFileSync(resolve(`${PACKAGE}/${path}`), 'utf8');
    } catch (error) {
      const { code } = error as { code?: string };
      if (code !== 'MODULE_NOT_FOUND' && code !== 'ENOENT' && code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw error;
      throw new Error(`HTML needs the package ${PACKAGE}: npm install ${PACKAGE}@1`);
    }
  };
  return { script: read('dist/uPlot.iife.min.js'), style: read('dist/uPlot.min.css'), license: read('LICENSE') };
}
