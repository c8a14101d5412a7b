import { describe, expect, it } from 'vitest';
import { extractScript } from '../../../src/designs/python/extract.ts';

const PY = 'from workflow import Workflow\nworkflow = Workflow()\nprint(workflow.run("q"))';
const JS = 'run(agent("solve"))';

function scriptOf(raw: string): string | undefined {
  return extractScript(raw)?.script;
}

describe('finding the script in an answer', () => {
  it('takes the fence within the first <code> element', () => {
    expect(
      extractScript(`Text\n<code>\n\`\`\`python\n${PY}\n\`\`\`\n</code>\n\`\`\`python\nother()\n\`\`\``),
    ).toEqual({
      script: PY,
      dialect: 'python',
      line: 3,
    });
  });

  it('takes a generic fence within <code>, or all of it', () => {
    expect(extractScript(`<code>\n\`\`\`\n${PY}\n\`\`\`\n</code>`)).toMatchObject({
      script: PY,
      dialect: 'python',
    });
    expect(extractScript(`<code>\n\n${PY}\n</code>`)).toEqual({ script: PY, dialect: 'python', line: 2 });
    expect(extractScript(`<code>${JS}</code>`)).toEqual({ script: JS, dialect: 'javascript', line: 0 });
  });

  it('prefers the first python fence within <code>', () => {
    expect(
      scriptOf(`<code>\n\`\`\`\npip\n\`\`\`\n\`\`\`python\n${PY}\n\`\`\`\n\`\`\`python\nb\n\`\`\`\n</code>`),
    ).toBe(PY);
  });

  it('takes the last fence of a known language, then the last of any', () => {
    expect(scriptOf(`\`\`\`python\na\n\`\`\`\n\`\`\`python\nb\n\`\`\`\n\`\`\`\nc\n\`\`\``)).toBe('b');
    expect(extractScript(`\`\`\`\na\n\`\`\`\n\`\`\`text\nb\n\`\`\``)).toEqual({
      script: 'b',
      dialect: null,
      line: 4,
    });
    expect(extractScript(`\`\`\`js\n${JS}\n\`\`\``)).toEqual({ script: JS, dialect: 'javascript', line: 1 });
    expect(extractScript(`\`\`\`javascript\n${JS}\n\`\`\``)?.dialect).toBe('javascript');
  });

  it('is not misled by fences within a triple-quoted text', () => {
    const script = `prompt = """\n\`\`\`python\nprint(1)\n\`\`\`\n"""\n${PY}`;
    expect(scriptOf(`\`\`\`python\n${script}\n\`\`\`\nThat is all.`)).toBe(script);
  });

  it('does not look at thoughts, unless there is nothing else', () => {
    expect(scriptOf(`<think>\n\`\`\`python\ndraft\n\`\`\`\n</think>\n${JS}`)).toBe(JS);
    expect(extractScript(`<think>\n\`\`\`python\n${PY}\n\`\`\`\n</think>`)).toEqual({
      script: PY,
      dialect: 'python',
      line: 2,
    });
  });

  it('takes a text that is itself a script', () => {
    expect(extractScript(`${JS}\n`)).toEqual({ script: JS, dialect: 'javascript', line: 0 });
    const several = `// two\nconst a = agent("a");\n${JS}`;
    expect(extractScript(several)).toEqual({ script: several, dialect: 'javascript', line: 0 });
    expect(extractScript(`\n\n${PY}`)).toEqual({ script: PY, dialect: 'python', line: 2 });
    expect(extractScript(`# a comment\nimport os\n${PY}`)).toMatchObject({ line: 0, dialect: 'python' });
    expect(scriptOf('import os\nprint(os.getcwd())')).toBe('import os\nprint(os.getcwd())');
  });

  it('recovers a script between prose', () => {
    expect(extractScript(`I will build it.\n\n${PY}\nThis workflow runs once.\nWait, is it right?`)).toEqual({
      script: PY,
      dialect: 'python',
      line: 2,
    });
    expect(scriptOf(`${PY}\n\`\`\`\n</code>`)).toBe(PY);
    expect(scriptOf(`${PY}\n# Done\nBut now to something else.`)).toBe(`${PY}\n# Done`);
  });

  it('recovers JavaScript between prose', () => {
    const script = `const a = agent("a");\n${JS}`;
    expect(extractScript(`Let me design it.\n\n${script}\nThis workflow runs one agent.`)).toEqual({
      script,
      dialect: 'javascript',
      line: 2,
    });
  });

  it('keeps what stands before the first import', () => {
    const script = `question = "q"\n${PY}`;
    expect(scriptOf(script)).toBe(script);
    const within = 'def main():\n    w = Workflow()\n    w.run("q")\nmain()';
    expect(scriptOf(within)).toBe(within);
  });

  it('finds nothing where nothing is', () => {
    for (const raw of [
      '',
      'I do not know.',
      'You can import the module and run it.',
      '```python\n\n```',
      '<code></code>',
    ]) {
      expect(extractScript(raw)).toBeNull();
    }
    expect(extractScript('Sure.\nfrom workflow import Workflow\nand then one builds it.')).toBeNull();
  });
});
