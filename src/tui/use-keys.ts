import { type Key, useInput } from 'ink';

/**
 * Hears keys. A key that is held down can arrive several times at once while a frame is drawn; the handler
 * hears each of them, where Ink would hand over one text such as `jjj`.
 */
export function useKeys(handler: (input: string, key: Key) => void): void {
  useInput((input, key) => {
    const held = input.length > 1 && [...input].every((each) => each === input[0]);
    if (!held) return handler(input, key);
    for (const each of input) handler(each, each === '\r' ? { ...key, return: true } : key);
  });
}
