// Draws the designs of docs/designs.md: `npm run docs`. A section with a script and a picture gets the picture
// of the script's statechart.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InvariantError } from '../src/core/errors.ts';
import { defaultLibrary } from '../src/designs/library.ts';
import { readJavaScript } from '../src/designs/script.ts';
import { SPEC_VERSION } from '../src/designs/spec.ts';
import { QuickJsSandbox } from '../src/tasks/quickjs-sandbox.ts';
import { subjectOfSpec } from './graph/load.ts';
import { svg } from './graph/svg.ts';

const PAGE = new URL('../docs/designs.md', import.meta.url);
const SECTION = /```js\n((?:(?!```)[\s\S])*?)```\n\n!\[[^\]]*\]\((designs\/[\w-]+\.svg)\)/g;

export interface DesignPicture {
  /** Name of the picture's file, from the page's folder. */
  readonly file: string;
  readonly script: string;
  readonly image: string;
}

/** Every picture of the page, drawn anew. */
export async function designPictures(): Promise<DesignPicture[]> {
  const sandbox = new QuickJsSandbox();
  const library = defaultLibrary();
  try {
    const sections = [...readFileSync(PAGE, 'utf8').matchAll(SECTION)];
    return await Promise.all(
      sections.map(async ([, script = '', file = '']) => {
        const reading = await readJavaScript(script, library, sandbox);
        if (!reading.ok) throw new InvariantError(`the script of ${file} is no design: ${reading.message}`);
        const { chart } = subjectOfSpec({ mas: SPEC_VERSION, root: reading.root }, library);
        return { file, script, image: await svg(chart) };
      }),
    );
  } finally {
    await sandbox.close();
  }
}

/** Where a picture lies. */
export function pictureFile({ file }: DesignPicture): string {
  return fileURLToPath(new URL(file, PAGE));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const picture of await designPictures()) {
    mkdirSync(dirname(pictureFile(picture)), { recursive: true });
    writeFileSync(pictureFile(picture), picture.image);
    process.stdout.write(`${picture.file}\n`);
  }
}
