import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isUnder } from '../../store/chain.ts';
import { StreamMap } from '../../store/stream-map.ts';

const part = fc.constantFrom('a', 'b', 'ab');
const name = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));

test('is a map by stream in which forgetting a prefix takes away what is under it, and nothing else', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(name, fc.nat())),
      fc.array(fc.oneof(name, fc.constant('')), { minLength: 1, maxLength: 3 }),
      (streams, prefixes) => {
        const map = new StreamMap<number>();
        const plain = new Map<string, number>();
        for (const [stream, value] of streams) {
          map.set(stream, value);
          plain.set(stream, value);
        }
        for (const prefix of prefixes) {
          map.forget(prefix);
          for (const stream of plain.keys()) if (isUnder(prefix, stream)) plain.delete(stream);
          for (const [stream] of streams) expect(map.get(stream)).toBe(plain.get(stream));
        }
      },
    ),
  );
});
