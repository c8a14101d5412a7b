import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError, must } from '../../src/core/errors.ts';
import { sha256 } from '../../src/core/hash.ts';
import { type EventLog, type NewEvent, WrongVersionError } from '../../store/event-log.ts';
import { event } from './scratch.ts';

/** What every EventLog promises; `open` makes an empty one. */
export function eventLogContract(name: string, open: () => EventLog): void {
  describe(name, () => {
    test('numbers events by run and by stream', () => {
      const log = open();
      const stored = log.append([event('b', 0), event('a', 0), event('b', 1)]);
      expect(stored.map(({ seq, stream, version }) => [seq, stream, version])).toEqual([
        [1, 'b', 0],
        [2, 'a', 0],
        [3, 'b', 1],
      ]);
      expect(log.count()).toBe(3);
      expect([log.version('a'), log.version('b'), log.version('c')]).toEqual([1, 2, 0]);
    });

    test('reads back what append returned, by stream, by seq and in order', () => {
      const log = open();
      const stored = log.append([event('b', 0, { x: [1, 'ä', null] }), event('a', 0), event('b', 1)]);
      expect([...log.events()]).toEqual(stored);
      expect(log.read('b')).toEqual([stored[0], stored[2]]);
      expect(log.read('nobody')).toEqual([]);
      expect(log.eventAt(2)).toEqual(stored[1]);
      expect([log.eventAt(0), log.eventAt(4)]).toEqual([undefined, undefined]);
    });

    test('reads a stream forwards, however long it is', () => {
      const log = open();
      const long = Array.from({ length: 200 }, (_, index) => event('b', index));
      const stored = log.append([event('a', 0), ...long]).slice(1);
      expect([...log.forwards('b')]).toEqual(stored);
      expect([...log.forwards('a')]).toEqual(log.read('a'));
      expect([...log.forwards('nobody')]).toEqual([]);
      const slow = log.forwards('b');
      expect(slow.next().value).toEqual(stored[0]);
    });

    test('reads a stream backwards from its end, or from before a version, however long it is', () => {
      const log = open();
      const long = Array.from({ length: 200 }, (_, index) => event('b', index));
      const stored = log.append([event('a', 0), ...long]).slice(1);
      expect([...log.backwards('b')]).toEqual(stored.toReversed());
      expect([...log.backwards('b', 3)].map(({ version }) => version)).toEqual([2, 1, 0]);
      expect([...log.backwards('nobody')]).toEqual([]);
      // What is appended after the first was read does not come up.
      const slow = log.backwards('b');
      expect(slow.next().value).toEqual(stored.at(-1));
      log.append([event('b', 200)]);
      expect([...slow]).toHaveLength(199);
    });

    test('returns data as a replay will see it: sorted keys, no undefined, no minus zero', () => {
      const data = { z: -0, a: 1 };
      const [stored] = open().append([event('s', 0, data)]);
      expect(JSON.stringify(stored?.data)).toBe('{"a":1,"z":0}');
      expect(Object.is(stored?.data.z, 0)).toBe(true);
    });

    test('a prefix takes the stream itself and what is below it, not its neighbours', () => {
      const log = open();
      const names = ['step/1', 'step/10', 'step/1/task/0', 'step/1-x', 'step/1.5', 'step/2', 'step/1/ü'];
      log.append(names.map((stream) => event(stream, 0)));
      expect(log.streams('step/1')).toEqual(['step/1', 'step/1/task/0', 'step/1/ü']);
      expect(log.readPrefix('step/1').map((e) => e.stream)).toEqual(['step/1', 'step/1/task/0', 'step/1/ü']);
      expect(log.streams()).toEqual([...names].sort());
      expect(log.readPrefix('').length).toBe(names.length);
    });

    test('ranges of seq leave out the first bound and take the last', () => {
      const log = open();
      log.append(Array.from({ length: 1201 }, (_, index) => event('s/t', index)));
      const seqs = (events: Iterable<{ seq: number }>) => [...events].map(({ seq }) => seq);
      expect(seqs(log.events({ after: 2, upTo: 5 }))).toEqual([3, 4, 5]);
      expect(seqs(log.readPrefix('s', { after: 1199 }))).toEqual([1200, 1201]);
      expect(seqs(log.readPrefix('', { upTo: 2 }))).toEqual([1, 2]);
      expect(seqs(log.events()).length).toBe(1201);
      expect(seqs(log.events({ after: 9999 }))).toEqual([]);
    });

    test('events may be appended while others are being read', () => {
      const log = open();
      log.append([event('s', 0), event('s', 1)]);
      let version = 2;
      for (const { seq } of log.events({ upTo: 2 })) if (seq < 3) log.append([event('s', version++)]);
      expect(log.count()).toBe(4);
    });

    test('a wrong version writes nothing, of events or blobs', () => {
      const log = open();
      log.append([event('a', 0)]);
      const before = log.eventHash();
      const attempt = () =>
        log.append([event('b', 0), event('a', 0)], {
          put: [{ name: 'w', kind: 'k', bytes: Buffer.from('x') }],
        });
      expect(attempt).toThrow(WrongVersionError);
      expect(attempt).toThrow(expect.objectContaining({ stream: 'a', expected: 0, current: 1 }));
      expect([log.count(), log.streams(), log.blobs(), log.eventHash()]).toEqual([1, ['a'], [], before]);
      log.append([event('a', 1), event('b', 0)]);
      expect(log.count()).toBe(3);
    });

    test.each(['', '/a', 'a/', 'a//b', 'a\nb', '\ud800'])('refuses the stream name %j', (stream) => {
      expect(() => open().append([event(stream, 0)])).toThrow(InvariantError);
    });

    test('refuses what JSON cannot hold', () => {
      const log = open();
      expect(() => log.append([event('a', 0), event('a', 1, { x: Number.NaN })])).toThrow(TypeError);
      expect(log.count()).toBe(0);
    });

    test('an empty append is fine', () => {
      expect(open().append([])).toEqual([]);
    });

    test('forgetting a stream changes nothing for readers or writers', () => {
      const log = open();
      log.append([event('s/1', 0), event('s/1/a', 0), event('s/2', 0)]);
      const hash = log.eventHash();
      log.forget('s/1');
      expect([log.version('s/1'), log.version('s/1/a'), log.eventHash()]).toEqual([1, 1, hash]);
      log.append([event('s/1', 1)]);
      expect(log.read('s/1').length).toBe(2);
    });

    test('keeps named blobs, replaces and drops them', () => {
      const log = open();
      const bytes = Buffer.from('weights');
      log.append([event('s', 0)], { put: [{ name: 'policy/1', kind: 'weights', bytes }] });
      expect(log.blobs()).toEqual([{ name: 'policy/1', kind: 'weights', hash: sha256(bytes), size: 7 }]);
      expect(Buffer.from(log.blob('policy/1') ?? []).toString()).toBe('weights');
      log.append([], { put: [{ name: 'policy/1', kind: 'weights', bytes: Buffer.from('new') }] });
      expect(Buffer.from(log.blob('policy/1') ?? []).toString()).toBe('new');
      log.append([], { drop: ['policy/1', 'never-there'] });
      expect([log.blob('policy/1'), log.blobs()]).toEqual([undefined, []]);
    });

    test('law: the order of appends across streams does not change eventHash', () => {
      const story = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'a/b', 'c'), fc.jsonValue()), {
        maxLength: 12,
      });
      const interleaved = story.chain((events) =>
        fc.tuple(fc.constant(events), fc.array(fc.nat(3), { minLength: 48, maxLength: 48 })),
      );
      fc.assert(
        fc.property(interleaved, ([events, choices]) => {
          const one = open();
          one.append(numbered(events));
          const other = open();
          for (const single of numbered(shuffleAcrossStreams(events, choices))) other.append([single]);
          expect(other.eventHash()).toBe(one.eventHash());
        }),
        { numRuns: 25 },
      );
    });

    test('law: the order of events within a stream does change eventHash, as does any datum, type or name', () => {
      const hash = (...events: NewEvent[]) => {
        const log = open();
        log.append(events);
        return log.eventHash();
      };
      const base = hash(event('a', 0, { x: 1 }), event('a', 1, { x: 2 }));
      const others = [
        hash(event('a', 0, { x: 2 }), event('a', 1, { x: 1 })),
        hash(event('a', 0, { x: 1 }), event('a', 1, { x: 3 })),
        hash(event('b', 0, { x: 1 }), event('b', 1, { x: 2 })),
        hash(event('a', 0, { x: 1 })),
        hash(event('a', 0, { x: 1 }), { ...event('a', 1, { x: 2 }), type: 'other' }),
      ];
      expect(new Set([base, ...others]).size).toBe(6);
    });
  });
}

type Story = readonly (readonly [stream: string, value: unknown])[];

function numbered(story: Story): NewEvent[] {
  const versions = new Map<string, number>();
  return story.map(([stream, value]) => {
    const version = versions.get(stream) ?? 0;
    versions.set(stream, version + 1);
    return event(stream, version, { value: JSON.stringify(value) });
  });
}

/** The same story with another interleaving: each choice takes the next event of one of the streams. */
function shuffleAcrossStreams(story: Story, choices: readonly number[]): Story {
  const left = [...story];
  return story.map((_, index) => {
    const streams = [...new Set(left.map(([stream]) => stream))];
    const stream = streams[(choices[index] ?? 0) % streams.length];
    const next = left.findIndex(([name]) => name === stream);
    return must(left.splice(next, 1)[0], 'a next event');
  });
}
