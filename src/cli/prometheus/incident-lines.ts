// Incidents as JSON lines on standard output, written one after the other.
import type { IncidentReport } from '../../prometheus.ts';
import { jsonNumber } from '../output/formats.ts';
import { openOutput } from '../output/output.ts';

/** An incident as a line. Times are in seconds since 1970. `event` is left out where incidents are listed as a whole. */
export function incidentLine(report: IncidentReport, hasEvent: boolean): string {
  const { event, time, query, labels, begin, peak, end = null, alarms, direction = null, text } = report;
  const { value, surprise, expected } = report;
  const numbers = Object.entries({ value, surprise, expected }).map(([name, x]) => [name, jsonNumber(x)]);
  return `${JSON.stringify({
    ...(hasEvent && { event, time }),
    ...{ query, labels, begin, peak, end },
    ...Object.fromEntries(numbers),
    ...{ direction, alarms, text },
  })}\n`;
}

/** Standard output for lines that come now and then. */
export class IncidentLines {
  #last: Promise<void>;
  readonly #onError: (error: unknown) => void;

  /** @param onError is told when nothing can be written any more, as when the reader has gone */
  constructor(onError: (error: unknown) => void) {
    this.#last = Promise.resolve();
    this.#onError = onError;
  }

  write(line: string): void {
    this.#last = this.#last
      .then(async () => {
        const output = await openOutput(undefined, false);
        await output.write([line]);
      })
      .catch(this.#onError);
  }

  /** Waits for everything to be written. */
  async end(): Promise<void> {
    await this.#last;
  }
}
