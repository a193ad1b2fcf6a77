// What the command line knows of a kind of streaming detector.
import type { StreamingDetector } from '../../core/streaming-detector.ts';
import type { View } from '../alarms/view.ts';
import type { Command, OptionGroup } from '../command.ts';
import type { ParsedOptions } from '../options/parse.ts';
import type { Settings } from '../options/settings.ts';
import type { OptionName } from '../options/table.ts';
import type { Warmup } from './live-detectors.ts';
import type { AnswerOptions } from './options.ts';

/** A kind of streaming detector. */
export interface DetectorKind<D extends StreamingDetector = StreamingDetector> {
  /**
   * A detector from the texts of its arguments, in the order of {@link settings}; '' for one that is not given. Throws
   * what the library throws.
   */
  make(...args: string[]): D;
  load(bytes: Uint8Array, settings?: Partial<Settings<OptionName>>): D;
  /** Loads what making or loading a detector with these settings needs, and throws for settings that are wrong. */
  prepare?(settings: Partial<Settings<OptionName>>): Promise<void>;
  /** Throws for options that exclude each other, which the settings do not tell. */
  check?(given: ParsedOptions): void;
  /** The options that are its arguments. A state keeps them in this order. */
  readonly settings: readonly OptionName[];
  /** Those of them that came in a later version: their defaults are '', and a state has them only where they were given. */
  readonly laterSettings?: readonly OptionName[];
  /** The parts of the help text of the command with the detector's name. */
  readonly command?: Pick<Command, 'about' | 'examples'> & { readonly groups: readonly OptionGroup[] };
  /** What is shown of it. */
  view?(given: ParsedOptions, answer: AnswerOptions, settings: Settings<OptionName>): View<D>;
  /** The values that it passes over at the start, if a user must know of it. */
  readonly warmup?: Warmup<OptionName, D>;
  /** How `plot --detector` takes it. */
  readonly plot?: {
    /** What a figure calls it. */
    readonly title: string;
    /** The arguments, for messages. */
    readonly usage: string;
    readonly defaults: readonly string[];
    /** The argument that is the discount: 1/discount scores at the start are not shown. */
    readonly discount: number;
  };
}
