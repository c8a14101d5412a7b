/** Characters to insert, delete or replace to make one text of another (Levenshtein). */
export function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** The name that was probably meant by one that there is not: the nearest, if at most two characters are others; undefined if none is. */
export function probablyMeant(typed: string, names: readonly string[]): string | undefined {
  const near = names.filter((name) => edits(typed, name) <= Math.min(2, name.length - 1));
  return near.sort((a, b) => edits(typed, a) - edits(typed, b))[0];
}
