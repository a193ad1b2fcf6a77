// Builds the page: one HTML file, with its program and styles inside, and the files of its workers.
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { paletteOf, variablesOf } from '../../src/plot/palette.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What the readers import from Node, in a browser; and what the page leaves out. */
const alias = [
  { find: /^.*\/source\.ts$/, replacement: here('read/source.ts') },
  { find: /^.*\/columnar\/(?:columnar|open)\.ts$/, replacement: here('read/columnar.ts') },
  { find: /^.*\/threads\/metrics\/route\.js$/, replacement: here('score/route.ts') },
  { find: 'node:path', replacement: here('read/path.ts') },
  { find: 'node:util', replacement: '@pkgjs/parseargs' },
  { find: /^knn-anomaly$/, replacement: here('../../dist/index.js') },
  { find: /^knn-anomaly\/(\w+)$/, replacement: here('../../dist/$1.js') },
];

/** The colors of the library's figures, before the page's own. */
function palette(): Plugin {
  const colors =
    `:root{${variablesOf(paletteOf('light'))}}` +
    `@media (prefers-color-scheme:dark){:root{${variablesOf(paletteOf('dark'))}}}`;
  return {
    name: 'palette',
    enforce: 'pre',
    // Only an import may stand before them.
    transform: (code, id) =>
      id.endsWith('/explorer/style.css') ? code.replace(/;\n/, (end) => `${end}${colors}\n`) : undefined,
  };
}

/** Puts program and styles into the page, and says what it may load: itself and its workers, nothing else. */
function onePage(): Plugin {
  return {
    name: 'one-page',
    enforce: 'post',
    generateBundle(_, bundle) {
      const page = bundle['index.html'];
      if (page?.type !== 'asset') return;
      let html = String(page.source);
      const hashes = { script: [] as string[], style: [] as string[] };
      const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
      html = html.replace(/\s*<script [^>]*src="\.\/([^"]+)"[^>]*><\/script>/g, (_, file: string) => {
        const chunk = bundle[file];
        if (chunk?.type !== 'chunk') throw new Error(`${file} is no program`);
        delete bundle[file];
        const code = chunk.code.replaceAll('</script', '<\\/script');
        hashes.script.push(hash(code));
        return `\n<script type="module">${code}</script>`;
      });
      html = html.replace(/\s*<link rel="stylesheet"[^>]*href="\.\/([^"]+)"[^>]*>/g, (_, file: string) => {
        const asset = bundle[file];
        if (asset?.type !== 'asset') throw new Error(`${file} is no style sheet`);
        delete bundle[file];
        const css = String(asset.source);
        hashes.style.push(hash(css));
        return `\n<style>${css}</style>`;
      });
      const policy = [
        "default-src 'none'",
        `script-src 'self' 'wasm-unsafe-eval' ${hashes.script.join(' ')}`,
        `style-src ${hashes.style.join(' ')}`,
        "worker-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data: blob:",
        "base-uri 'none'",
        "form-action 'none'",
      ].join('; ');
      page.source = html.replace('<head>', `<head>\n<meta http-equiv="Content-Security-Policy" content="${policy}">`);
    },
  };
}

export default defineConfig({
  root: here('.'),
  base: './',
  resolve: { alias },
  define: { global: 'globalThis' },
  // Here one file stands for two modules of the command line, one of which that loads when it needs it.
  worker: { format: 'es', rolldownOptions: { checks: { ineffectiveDynamicImport: false } } },
  plugins: [palette(), onePage()],
  build: {
    outDir: here('../../dist/explorer'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    chunkSizeWarningLimit: 1000,
    // Beside the page, in which it then stands: what it loads is named from there.
    rolldownOptions: { output: { entryFileNames: '[name].js' } },
  },
});
