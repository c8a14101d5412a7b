import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { defaultLibrary } from '../../src/designs/library.ts';
import { designPictures, pictureFile } from '../../tools/design-pictures.ts';

test('docs/designs.md draws every node kind as it is', async () => {
  const pictures = await designPictures();
  const stale = pictures.filter(
    (picture) =>
      !existsSync(pictureFile(picture)) || readFileSync(pictureFile(picture), 'utf8') !== picture.image,
  );
  // "npm run docs" draws them anew.
  expect(stale.map(({ file }) => file)).toEqual([]);
  const drawn = pictures.map(({ file }) => file.replace(/^designs\/|\.svg$/g, '')).sort();
  expect(drawn).toEqual(
    defaultLibrary()
      .kinds.map(({ kind }) => kind)
      .sort(),
  );
});
