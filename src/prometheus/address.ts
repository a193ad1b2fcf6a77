// The addresses of servers: what may be given, and what is made of it.
import { describe } from '../core/checks.ts';

/** Where calls go. */
export interface Address {
  /** Ends with `/api/v1/`. */
  readonly url: string;
  /** For messages: without a password. */
  readonly shown: string;
  /** The authorization that was part of the address. */
  readonly headers: Readonly<Record<string, string>>;
}

/** @throws TypeError for anything but texts, RangeError for a text that is no address of HTTP */
export function addressesOf(url: unknown): Address[] {
  const urls: unknown[] = Array.isArray(url) ? url : [url];
  if (urls.length === 0) throw new RangeError('url must name a server, got an empty array');
  return urls.map(addressOf);
}

function addressOf(given: unknown): Address {
  const expectation = "url must be an address such as 'http://prometheus:9090'";
  if (typeof given !== 'string') throw new TypeError(`${expectation}, got ${describe(given)}`);
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    // A password in it is not shown.
    throw new RangeError(`${expectation}, got ${describe(given.replace(/\/\/.*@/, '//'))}`);
  }
  if (url.search !== '' || url.hash !== '') {
    throw new RangeError(`${expectation}, without ? and #, got ${describe(`${url.origin}${url.pathname}…`)}`);
  }
  const headers = takeSecret(url);
  // The address of the interface itself, or of a page of the server, is often what is at hand.
  url.pathname = url.pathname.replace(/\/(api\/v1|graph|query)?\/*$/, '');
  const shown = url.href.replace(/\/$/, '');
  return { url: `${shown}/api/v1/`, shown, headers };
}

/** Takes user and password out of an address, which `fetch` refuses. Returns the header that stands for them. */
export function takeSecret(url: URL): Readonly<Record<string, string>> {
  const { username, password } = url;
  if (username === '' && password === '') return {};
  url.username = '';
  url.password = '';
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(pair)))}` };
}
