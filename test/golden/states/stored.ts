// Golden states as files: what `record.ts` writes and `golden-states.test.ts` reads. A state is NAME-N.bin, the saved bytes, and
// NAME-N.json beside it: what made them, the values that come next, and what was answered to them. NAME is that of a
// recipe; N counts its states, one per format that there was.
import { readdirSync, readFileSync } from 'node:fs';
import type { Step } from './recipe.ts';

const FOLDER = new URL('./', import.meta.url);

/** What JSON can hold. */
export type Json = number | string | boolean | null | Json[] | { [name: string]: Json };

/** What is known of a state, beside its bytes. */
export interface Continuation {
  /** The name of its recipe. */
  readonly recipe: string;
  /** How it was made, for the reader. */
  readonly made: string;
  /** The version of the package that saved it. */
  readonly version: string;
  /** What comes next, and what is answered to it: see `Subject.proceed`. */
  readonly next: readonly Step[];
  readonly expected: readonly Json[];
}

/** A golden state. */
export interface Stored extends Continuation {
  /** NAME-N. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Where a state is kept. */
export function fileOf(name: string, extension: 'bin' | 'json'): URL {
  return new URL(`${name}.${extension}`, FOLDER);
}

/** The names of all states that have such a file, sorted. */
export function namesOf(extension: 'bin' | 'json'): string[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(`.${extension}`));
  return files.map((file) => file.slice(0, -1 - extension.length)).sort();
}

/** All golden states. */
export function readStored(): Stored[] {
  return namesOf('json').map((name) => {
    const continuation = JSON.parse(readFileSync(fileOf(name, 'json'), 'utf8')) as Continuation;
    return { ...continuation, name, bytes: new Uint8Array(readFileSync(fileOf(name, 'bin'))) };
  });
}

/** The same as JSON, bit for bit: what JSON has no number for is a string. */
export function jsonOf(value: unknown): Json {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? value : nameOf(value);
  if (value === undefined) return 'undefined';
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== 'object' || value === null) return value as Json;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, jsonOf(field)]));
}

function nameOf(number: number): string {
  return Object.is(number, -0) ? '-0' : String(number);
}

/** A state, or one within it: its header, and the bytes that it takes. */
export interface Part {
  readonly kind: string;
  readonly format: number;
  readonly from: number;
  readonly to: number;
}

/** "KNNA" */
const MAGIC = [0x4b, 0x4e, 0x4e, 0x41];

/**
 * The states in these bytes, outer ones first. The header is "KNNA", format (u16), length of the kind (u16), kind; what is within
 * another state has its length (u32) before the header. Written here once more, so that a change of src is noticed.
 */
export function partsOf(bytes: Uint8Array): Part[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const parts: Part[] = [];
  for (let at = 0; at + 8 <= bytes.length; at++) {
    if (!MAGIC.every((byte, p) => bytes[at + p] === byte)) continue;
    const kind = String.fromCharCode(...bytes.subarray(at + 8, at + 8 + view.getUint16(at + 6, true)));
    if (!/^[\w -]+$/.test(kind)) continue;
    const length = at === 0 ? bytes.length : view.getUint32(at - 4, true);
    parts.push({ kind, format: view.getUint16(at + 4, true), from: Math.max(0, at - 4), to: at + length });
  }
  return parts;
}

/** Whether these states have the same formats: no kind that both hold has changed its format. */
export function haveSameFormats(one: Uint8Array, other: Uint8Array): boolean {
  const formats = new Map(partsOf(one).map(({ kind, format }) => [kind, format]));
  return partsOf(other).every(({ kind, format }) => (formats.get(kind) ?? format) === format);
}

/**
 * What is wrong with the bytes that are saved today for a recipe of which there are these golden states; '' if nothing is.
 * There must be one of the formats of today, and it must have the same bytes.
 */
export function complaintOf(recipe: string, saved: Uint8Array, stored: readonly Stored[]): string {
  const known = stored.filter((state) => state.recipe === recipe).find(({ bytes }) => haveSameFormats(bytes, saved));
  if (known === undefined) {
    const kinds = [...new Set(partsOf(saved).map(({ kind, format }) => `${kind} format ${format}`))].join(', ');
    return `no golden state of '${recipe}' has the formats that are saved now (${kinds}): add one with ${RECORD}`;
  }
  const { bytes } = known;
  let at = 0;
  while (at < bytes.length && bytes[at] === saved[at]) at++;
  if (at === bytes.length && at === saved.length) return '';
  const changed = partsOf(bytes).filter(({ from, to }) => from <= at && at < to);
  const { kind, format } = changed.at(-1) ?? partsOf(bytes)[0]!;
  const where = `${known.name}.bin differs from byte ${at} on, in ${changed.map((part) => part.kind).join(' > ')}`;
  return (
    `the saved bytes of ${kind} changed while its FORMAT stayed ${format}: raise FORMAT in its file, keep the reader of ` +
    `format ${format}, and add a golden state with ${RECORD} (${where})`
  );
}

const RECORD = '`npx tsx test/golden/states/record.ts`';
