import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { preTokens } from '../../src/policies/bpe.ts';
import { SEGMENT_KINDS } from '../../src/policies/prompt.ts';
import { readPrompt, renderCompletion, renderPrompt } from '../../src/policies/template.ts';
import { Tokenizer } from '../../src/policies/tokenizer.ts';
import { CORPUS, tokenizer } from './small-policy.ts';

const specials = new Set(tokenizer.specials.map((_, id) => id));
/** Text with pieces that look like special tokens, numbers and known words. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        ...tokenizer.specials,
        '<',
        '>',
        ' the',
        '007',
        ' 1234',
        '\n\n',
        '<|',
        '\u0000',
        '\ud800',
      ),
    ),
  )
  .map((parts) => parts.join(''));
const asciiText = fc
  .array(
    fc.oneof(fc.string({ unit: 'grapheme-ascii' }), fc.constantFrom('\n', ...CORPUS, ...tokenizer.specials)),
  )
  .map((parts) => parts.join(''));

describe('tokenizer', () => {
  it('gives printable ASCII and line breaks back unchanged', () => {
    fc.assert(
      fc.property(asciiText, (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
    );
  });

  it('never encodes text to a special token, but for the unknown one', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const found = tokenizer.encode(text).filter((id) => specials.has(id) && id !== tokenizer.unknown);
        expect(found).toEqual([]);
      }),
    );
  });

  it('encodes every character outside its alphabet as one unknown', () => {
    expect(tokenizer.encode('é日😀\t')).toEqual(Array(4).fill(tokenizer.unknown));
    expect(tokenizer.decode(tokenizer.encode('aéb'))).toBe('a<unk>b');
  });

  it('splits digits in pairs from the left, each pair one token', () => {
    const pieces = (text: string) => tokenizer.encode(text).map((id) => tokenizer.tokens[id]);
    expect(pieces('1234567')).toEqual(['12', '34', '56', '7']);
    expect(pieces('x10=05')).toEqual(['x', '10', '=', '05']);
    for (let value = 0; value < 100; value++) {
      expect(tokenizer.encode(String(value).padStart(2, '0'))).toHaveLength(1);
    }
  });

  it('cuts every text into words without losing a character', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(preTokens(text).join('')).toBe(text);
      }),
    );
  });

  it('encodes a text as its words one by one, whatever was encoded before', () => {
    const fresh = Tokenizer.fromJSON(tokenizer.toJSON());
    fc.assert(
      fc.property(asciiText, (text) => {
        const ids = tokenizer.encode(text);
        expect(preTokens(text).flatMap((word) => tokenizer.encode(word))).toEqual(ids);
        expect(fresh.encode(text)).toEqual(ids);
      }),
    );
  });

  it('learns words of its corpus, and nothing that depends on the order of texts', () => {
    expect(tokenizer.encode(' agent').length).toBeLessThan(6);
    expect(Tokenizer.train(CORPUS, 260).toJSON()).toEqual(tokenizer.toJSON());
    expect(Tokenizer.train([...CORPUS].reverse(), 260).hash).toBe(tokenizer.hash);
    expect(tokenizer.size).toBeLessThanOrEqual(260);
  });

  it('learns nothing from other alphabets or control characters', () => {
    const strange = Array(9).fill('日本日本\t\u0000\u0000\té=>é=>é');
    expect(Tokenizer.train([...CORPUS, ...strange], 260).hash).toBe(tokenizer.hash);
  });

  it('reads what it wrote and refuses anything else', () => {
    const copy = Tokenizer.fromJSON(JSON.parse(JSON.stringify(tokenizer)));
    expect(copy.hash).toBe(tokenizer.hash);
    expect(copy.tokens).toEqual(tokenizer.tokens);
    expect(() => Tokenizer.fromJSON({ version: 1, merges: [['a']] })).toThrow();
    expect(() => Tokenizer.fromJSON({ version: 2, merges: [] })).toThrow();
  });

  it('encodes a word of half a million letters', () => {
    expect(tokenizer.decode(tokenizer.encode('z'.repeat(500_000)))).toHaveLength(500_000);
  });
});

describe('template', () => {
  it('puts a special token before each segment and the start mark last', () => {
    const prompt = SEGMENT_KINDS.map((kind) => ({ kind, text: '' }));
    const ids = renderPrompt(prompt, tokenizer);
    expect(tokenizer.decode(ids)).toBe(`${SEGMENT_KINDS.map((kind) => `<${kind}>`).join('')}<say>`);
    expect(new Set(ids).size).toBe(SEGMENT_KINDS.length + 1);
  });

  it('lets no text of a segment pass itself off as another segment', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const ids = renderPrompt([{ kind: 'task', text }], tokenizer).filter(
          (id) => id !== tokenizer.unknown,
        );
        expect(ids.filter((id) => specials.has(id))).toEqual([tokenizer.segment('task'), tokenizer.say]);
      }),
    );
  });

  it('reads a prompt back from its tokens, whatever its texts look like', () => {
    const prompts = fc.array(fc.record({ kind: fc.constantFrom(...SEGMENT_KINDS), text: asciiText }));
    fc.assert(
      fc.property(prompts, (prompt) => {
        const ids = renderPrompt(prompt, tokenizer);
        expect(readPrompt(ids, tokenizer)).toEqual(prompt);
      }),
    );
    expect(readPrompt(renderPrompt([{ kind: 'task', text: 'π = 3' }], tokenizer), tokenizer)).toEqual([
      { kind: 'task', text: '<unk> = 3' },
    ]);
    expect(readPrompt([], tokenizer)).toEqual([]);
    expect(readPrompt(tokenizer.encode('no segment'), tokenizer)).toEqual([]);
  });

  it('opens a tool call with its special token and ends every completion', () => {
    const call = renderCompletion('<call>37*84', tokenizer);
    expect(call.map((id) => tokenizer.tokens[id])).toEqual(['<call>', '37', '*', '84', '<end>']);
    expect(tokenizer.decode(call)).toBe('<call>37*84');
    const plain = renderCompletion('x <call>', tokenizer);
    expect(plain.filter((id) => specials.has(id))).toEqual([tokenizer.end]);
  });
});
