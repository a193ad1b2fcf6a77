// What is wrong with a file, and the options that the message names as remedies, to be tried by a press.
import { make } from './elements.ts';

/** Options that messages name with a value. A capital letter, as in `--step S`, stands for a value that they do not know. */
const REMEDY = /--(?:step|duplicates|na|decimal|delimiter|skip-lines|input|encoding) (?:"[^"]+"|(?![A-Z]\b)[^\s;)]+)/g;

/** The options that a message names, each once. */
export function remediesOf(message: string): string[] {
  return [...new Set((message.match(REMEDY) ?? []).map((option) => option.replace(/(?<=[^\s,]),$/, '')))];
}

/** Shows a message; `undefined` hides what was shown. @param retry called with the option that the user has pressed */
export function showProblem(element: HTMLElement, message: string | undefined, retry: (option: string) => void): void {
  element.hidden = message === undefined;
  const buttons = remediesOf(message ?? '').map((option) => {
    const button = make('button', { type: 'button' }, `Read with ${option}`);
    button.addEventListener('click', () => retry(option));
    return button;
  });
  const text = make('span', {}, message ?? '');
  element.replaceChildren(text, ...(buttons.length === 0 ? [] : [make('span', { className: 'row' }, ...buttons)]));
}
