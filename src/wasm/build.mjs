// Compiles the AssemblyScript kernels into the kernel.generated.ts of their engines. `npm run build:wasm`; a test compares.
// The bytes are written in hexadecimal, where repeated bytes stay repeated text: they take 22 % less of a compressed bundle
// than in base64. The fields and constants that a kernel shares with its loader are generated from fields.ts in the engine's
// folder.
import { readFileSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';
import * as denseFields from '../search/dense/fields.ts';
import * as diagonalFields from '../search/diagonal/fields.ts';
import * as kdtreeFields from '../search/kdtree/fields.ts';
import * as topFields from '../search/top/kernel/fields.ts';
import * as streamFields from '../stream/history/fields.ts';
import { classText, constantsText, globalsText, indicesText } from './generate-fields.mjs';

// A new memory holds zeros, so a module need not hold those of its buffers.
const FLAGS = [
  '-O3',
  '--converge',
  '--noAssert',
  '--runtime',
  'stub',
  '--importMemory',
  '--zeroFilledMemory',
  '--enable',
  'simd',
];

/** A memory that threads share has a limit, which its import must name: 4 GB. See load.ts. */
const SHARED = ['--maximumMemory', '65536'];

/**
 * The kernels: the folder of the engine below src, flags of its own, and the exports of its fields.ts by the shape that they
 * take in AssemblyScript. `constants` becomes assembly/constants.generated.ts, every list of `globals` or `classes`
 * assembly/NAME-fields.generated.ts, and all `globals` together fields.generated.ts, for the loader. The source is
 * assembly/KERNEL.ts.
 */
export const KERNELS = {
  dense: {
    folder: 'search/dense',
    flags: [],
    constants: denseFields.CONSTANTS,
    globals: { dense: denseFields.DENSE_FIELDS },
  },
  diagonal: {
    folder: 'search/diagonal',
    flags: [...SHARED, '--enable', 'threads'],
    constants: diagonalFields.CONSTANTS,
    globals: { diagonal: diagonalFields.DIAGONAL_FIELDS },
  },
  kdtree: {
    folder: 'search/kdtree',
    flags: SHARED,
    constants: kdtreeFields.CONSTANTS,
    globals: {
      build: kdtreeFields.BUILD_FIELDS,
      search: kdtreeFields.SEARCH_FIELDS,
      scratch: kdtreeFields.SCRATCH_FIELDS,
    },
  },
  top: {
    folder: 'search/top/kernel',
    flags: SHARED,
    constants: topFields.CONSTANTS,
    globals: { top: topFields.TOP_FIELDS },
  },
  stream: {
    folder: 'stream/history',
    flags: [],
    constants: streamFields.CONSTANTS,
    classes: { stream: streamFields.STREAM_FIELDS, block: streamFields.BLOCK_FIELDS },
  },
};

/** The generated AssemblyScript of a kernel: its text by name of the file in assembly/. */
export function generatedSources(name) {
  const { constants, globals = {}, classes = {} } = KERNELS[name];
  const texts = constants ? { 'constants.generated.ts': constantsText(constants) } : {};
  for (const [list, fields] of Object.entries(globals))
    texts[`${list}-fields.generated.ts`] = globalsText(list, fields);
  for (const [list, fields] of Object.entries(classes)) texts[`${list}-fields.generated.ts`] = classText(list, fields);
  return texts;
}

/** The generated TypeScript of a kernel's loader, by the file's path from assembly/. */
export function loaderSources(name) {
  const { globals } = KERNELS[name];
  return globals ? { '../fields.generated.ts': indicesText(globals) } : {};
}

/** The folder of a kernel's sources. */
export function sourcesOf(name) {
  return new URL(`../${KERNELS[name].folder}/assembly/`, import.meta.url);
}

/** A kernel, compiled from its source, in hexadecimal. What is generated is taken from the lists, not from the files. */
export async function compile(name) {
  const generated = generatedSources(name);
  const sources = sourcesOf(name);
  let binary;
  const { error, stderr } = await asc.main(
    [`${name}.ts`, ...FLAGS, ...KERNELS[name].flags, '--outFile', `${name}.wasm`],
    {
      readFile: (file) => {
        try {
          return generated[file] ?? readFileSync(new URL(file, sources), 'utf8');
        } catch {
          return null;
        }
      },
      writeFile: (_file, contents) => {
        binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${name}: ${stderr}`);
  return Buffer.from(binary).toString('hex');
}

/** The generated file of a kernel. */
export function generatedFile(name) {
  return new URL(`../${KERNELS[name].folder}/kernel.generated.ts`, import.meta.url);
}

/** Its text. */
export function moduleText(name, hex) {
  const constant = `${name.toUpperCase().replaceAll('-', '_')}_WASM`;
  const lines = hex.match(/.{1,100}/g).map((line) => `  '${line}'`);
  return `// Generated from assembly/${name}.ts by \`npm run build:wasm\`: do not edit.\n\n/** The module, in hexadecimal. */\nexport const ${constant}: string =\n${lines.join(' +\n')};\n`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  for (const name of Object.keys(KERNELS)) {
    for (const [file, text] of Object.entries({ ...generatedSources(name), ...loaderSources(name) }))
      writeFileSync(new URL(file, sourcesOf(name)), text);
    const hex = await compile(name);
    writeFileSync(generatedFile(name), moduleText(name, hex));
    console.log(`${name}: ${hex.length / 2} bytes`);
  }
}
