/** Waits for all of them to end, even when one fails, so that nothing runs on unseen; then for the first failure. */
export async function allOf<const T extends readonly Promise<unknown>[]>(
  works: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(works);
  return Promise.all(works);
}
