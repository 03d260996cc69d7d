import { type AddedFiles, Problem } from 'sessiond';
import { expect, test } from 'vitest';
import { isOpen, namedBy, Uploads } from './uploads.ts';

type Answer = { resolve: (files: AddedFiles) => void; reject: (problem: unknown) => void };

/** Uploads whose requests this test answers. */
function scripted() {
  const asked: Answer[] = [];
  const add = () => new Promise<AddedFiles>((resolve, reject) => asked.push({ resolve, reject }));
  return { asked, uploads: new Uploads({ files: { add } } as never, 's') };
}

const file = (name: string) => new File(['text'], name);
const added = (name: string, file_id: string, replaced?: string): AddedFiles =>
  ({ files: [{ name, file: { file_id, name }, replaced }] }) as never;
const settled = () => new Promise((resolve) => setTimeout(resolve));
const states = (uploads: Uploads) => uploads.get().map(({ name, state }) => `${name} ${state.is}`);

test('two files are sent at a time, and a file that is refused does not stop the next', async () => {
  const { asked, uploads } = scripted();
  uploads.add([file('a'), file('b'), file('c')]);
  expect(asked).toHaveLength(2);
  asked[0]?.reject(new Problem({ code: 'file_unreadable', status: 422, detail: 'it has no text' }));
  asked[1]?.resolve(added('b', 'file_b'));
  await settled();
  expect(states(uploads)).toEqual(['a refused', 'b ready', 'c uploading']);
  expect(uploads.get().some(isOpen)).toBe(true);
  asked[2]?.resolve(added('c', 'file_c'));
  await settled();
  expect(states(uploads)).toEqual(['a refused', 'b ready', 'c ready']);
});

test('a message takes what is ready, and one that is not accepted puts it back', async () => {
  const { asked, uploads } = scripted();
  uploads.add([file('a'), file('b')]);
  asked[0]?.resolve(added('a', 'file_a'));
  await settled();
  const taken = uploads.take();
  expect(namedBy(taken)).toEqual(['file_a']);
  expect(states(uploads)).toEqual(['b uploading']);
  uploads.putBack(taken);
  expect(states(uploads)).toEqual(['a ready', 'b uploading']);
});

test('a file that was removed or replaced is named by no message', async () => {
  const { asked, uploads } = scripted();
  uploads.add([file('a'), file('b')]);
  asked[0]?.resolve(added('a', 'file_a'));
  asked[1]?.resolve(added('b', 'file_b'));
  await settled();
  uploads.add([file('a')]);
  asked[2]?.resolve(added('a', 'file_a2', 'file_a'));
  await settled();
  uploads.forget(['file_b']);
  expect(namedBy(uploads.take())).toEqual(['file_a2']);
});
