import { relative } from 'node:path';

/** A path as a person in this directory would type it: relative, unless that climbs out of it. */
export function shownPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
}
