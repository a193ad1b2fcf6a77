// Both sides of fields.ts. In AssemblyScript: the fields of a list as globals or as a class, and constants that both sides share.
// In TypeScript: where the loader writes the numbers.
import { layoutOf } from './fields.ts';

const HEADER = '// Generated from ../fields.ts by `npm run build:wasm`: do not edit.\n\n';

/** `rowPoints` as it is called among the globals of a kernel: `ROW_POINTS`. */
const upper = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

const capital = (name) => name[0].toUpperCase() + name.slice(1);

/** Constants that are integers, as `export const LEAF: i32 = 16;`. */
export function constantsText(constants) {
  const lines = Object.entries(constants).map(([name, value]) => {
    if (!Number.isInteger(value)) throw new Error(`${name} must be an integer, got ${value}`);
    return `export const ${name}: i32 = ${value};\n`;
  });
  return HEADER + lines.join('');
}

/**
 * The list `name` as globals, for a kernel that has one struct at a time: ROW_POINTS holds the number of `rowPoints`, or
 * where it begins if it is an array. `loadNAMEFields(at)` reads all of them from the struct at `at`.
 */
export function globalsText(name, list) {
  const { offsets } = layoutOf(list);
  const fields = Object.entries(list).map(([field, type]) => {
    const isArray = typeof type !== 'string';
    const global = upper(field);
    return {
      declaration: `export let ${global}: ${isArray ? 'usize' : type} = 0;\n`,
      assignment: `  ${global} = ${isArray ? `at + ${offsets[field]}` : `load<${type}>(at, ${offsets[field]})`};\n`,
    };
  });
  const loader = `export function load${capital(name)}Fields(at: usize): void {`;
  const declarations = fields.map(({ declaration }) => declaration).join('');
  return `${HEADER}${declarations}\n${loader}\n${fields.map(({ assignment }) => assignment).join('')}}\n`;
}

/**
 * The list `name` as a class that names the memory of one struct, for a kernel that serves many: `s.head` reads or writes
 * a number. Such a list has no arrays.
 */
export function classText(name, list) {
  const { offsets } = layoutOf(list);
  const fields = Object.entries(list).map(([field, type]) => {
    if (typeof type !== 'string') throw new Error(`${name}.${field} is an array: a class holds numbers only`);
    return `  ${field}: ${type}; // at ${offsets[field]}\n`;
  });
  return `${HEADER}@unmanaged\nexport class ${capital(name)} {\n${fields.join('')}}\n`;
}

/**
 * Where the loader writes the numbers of every list: constants, which bundlers inline, and the types of a whole struct. A flag is
 * written as 1 or 0, an array as its address.
 */
export function indicesText(lists) {
  const structs = Object.entries(lists).map(([list, fields]) => {
    const { offsets, bytes } = layoutOf(fields);
    const numbers = Object.entries(fields).filter(([, type]) => typeof type === 'string');
    const entries = numbers.map(([name, type]) => ({ name, isFloat: type === 'f64', offset: offsets[name] }));
    const indexOf = ({ isFloat, offset }) => offset / (isFloat ? 8 : 4);
    const typeOf = (isFloat) => {
      const indices = entries.filter((entry) => entry.isFloat === isFloat).map(indexOf);
      const name = `${capital(list)}${isFloat ? 'Float64' : 'Int32'}`;
      const value = isFloat ? 'number' : 'number | boolean | ArrayBufferView';
      return indices.length === 0 ? '' : `export type ${name} = Readonly<Record<${indices.join(' | ')}, ${value}>>;\n`;
    };
    return [
      `/** The bytes of the struct \`${list}\`; its int32 by their index among int32, its float64 among float64. */\n`,
      `export const ${list}Bytes = ${bytes};\n`,
      ...entries.map((entry) => `export const ${list}${capital(entry.name)} = ${indexOf(entry)};\n`),
      typeOf(false),
      typeOf(true),
    ].join('');
  });
  return `// Generated from fields.ts by \`npm run build:wasm\`: do not edit.\n\n${structs.join('\n')}`;
}
