// How a file comes into the page: chosen, dropped, or pasted.
import { byId } from '../view/elements.ts';

/** Listens for files. Texts that are pasted are called `pasted`. */
export function listenForFiles(take: (file: Blob, name: string) => void): void {
  const file = byId<HTMLInputElement>('file');
  byId('open').addEventListener('click', () => file.click());
  file.addEventListener('change', () => {
    const [first] = file.files ?? [];
    if (first !== undefined) take(first, first.name);
    file.value = '';
  });
  addEventListener('dragover', (event) => {
    event.preventDefault();
    document.body.classList.add('over');
  });
  addEventListener('dragleave', () => document.body.classList.remove('over'));
  addEventListener('drop', (event) => {
    event.preventDefault();
    document.body.classList.remove('over');
    const [first] = event.dataTransfer?.files ?? [];
    if (first !== undefined) take(first, first.name);
  });
  const dialog = byId<HTMLDialogElement>('paste-dialog');
  byId('paste').addEventListener('click', () => dialog.showModal());
  dialog.addEventListener('close', () => {
    const { value } = byId<HTMLTextAreaElement>('paste-text');
    if (dialog.returnValue === 'ok' && value.trim() !== '') take(new Blob([value]), 'pasted');
  });
  addEventListener('paste', (event) => {
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (text.trim() !== '') take(new Blob([text]), 'pasted');
  });
}
