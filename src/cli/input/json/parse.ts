// JSON as programs write it.

/**
 * JSON.parse, but NaN, Infinity and −Infinity, which Python and others write although JSON has none of them, are null: missing.
 *
 * @throws SyntaxError for all else that is no JSON
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // A string is left as it is.
    const finite = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (token) =>
      token.startsWith('"') ? token : 'null',
    );
    if (finite === text) throw error;
    return JSON.parse(finite) as unknown;
  }
}
