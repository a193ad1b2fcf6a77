// A snapshot as bytes: the state of a shard with what must be the same for all workers.
import { StateReader, StateWriter } from '../../core/state.ts';
import { VERSION } from '../../core/version.ts';
import { Refusal } from '../refusal.ts';

/** What all workers of a log agree on. */
export interface Agreement {
  /** The number of shards. */
  readonly shards: number;
  /** SHA-256 of the settings of the detectors. */
  readonly settings: Uint8Array;
  /** A version whose snapshots are taken over, beside this one's. */
  readonly upgradeFrom: string | undefined;
}

const KIND = 'Shard';
const FORMAT = 1;

export function encodeSnapshot(shard: number, state: Uint8Array, { shards, settings }: Agreement): Uint8Array {
  const writer = new StateWriter(KIND, FORMAT);
  writer.text(VERSION);
  writer.u32(shards);
  writer.u32(shard);
  writer.bytes(settings);
  writer.bytes(state);
  return writer.finish();
}

/** The state of a shard. @throws Refusal when it is damaged, or of workers that are not like this one */
export function decodeSnapshot(shard: number, bytes: Uint8Array, agreement: Agreement): Uint8Array {
  const refuse = (problem: string): never => {
    throw new Refusal(`the snapshot of shard ${shard} ${problem}`);
  };
  let reader: StateReader;
  try {
    reader = new StateReader(bytes, KIND, FORMAT);
  } catch (error) {
    return refuse(`cannot be read: ${(error as Error).message}`);
  }
  const version = reader.text();
  const [shards, number] = [reader.u32(), reader.u32()];
  const settings = reader.bytes();
  const state = reader.bytes();
  reader.end();
  if (version !== VERSION && version !== agreement.upgradeFrom) {
    refuse(
      `is of version ${version}, this is ${VERSION}: workers of one log must have one version; to go on from it, stop them all and start this one with upgradeFrom '${version}'`,
    );
  }
  if (shards !== agreement.shards || number !== shard) {
    refuse(`is shard ${number} of ${shards}, not of ${agreement.shards}: the number of shards is for ever`);
  }
  if (Buffer.compare(settings, agreement.settings) !== 0) {
    refuse('was made with other settings: workers of one log must have the same; other ones need another prefix');
  }
  return state;
}
