// A task family of one's own, in one file: which of some numbers is the greatest, the least, their gap.
import {
  collectDistinct,
  type Demonstration,
  executorPrompt,
  RandomStream,
  type Split,
  type Task,
  type TaskFamily,
  TOOL_CALL_MARK,
  taskId,
} from '../src/index.ts';

const QUESTIONS = {
  greatest: (numbers: readonly number[]) => `Math.max(${numbers})`,
  least: (numbers: readonly number[]) => `Math.min(${numbers})`,
  gap: (numbers: readonly number[]) => `Math.max(${numbers})-Math.min(${numbers})`,
};
const WORDS = ['greatest', 'least', 'gap'] as const;

function compose(random: RandomStream): Task {
  const word = random.pick(WORDS);
  const numbers = Array.from({ length: random.integer(3, 5) }, () => random.integer(11, 99));
  const most = Math.max(...numbers);
  const value =
    word === 'greatest' ? most : word === 'least' ? Math.min(...numbers) : most - Math.min(...numbers);
  const text = `${word} of ${numbers.join(' ')}`;
  // The order of the numbers does not matter, so it is not part of the content that the splits differ by.
  const key = `extremes ${word} ${[...numbers].sort((a, b) => a - b).join(' ')}`;
  return {
    id: taskId('extremes', key, text),
    family: 'extremes',
    key,
    text,
    check: { kind: 'integer', value },
  };
}

export const extremes: TaskFamily = {
  name: 'extremes',

  generate(seed: number, split: Split, count: number): Task[] {
    const random = new RandomStream(seed, 'extremes', split);
    return collectDistinct(split, count, () => compose(random));
  },

  demonstrate({ text: task, check }: Task): Demonstration[] {
    const [word = 'greatest', , ...numbers] = task.split(' ');
    const answer = check.kind === 'integer' ? String(check.value) : '';
    const question = WORDS.find((each) => each === word) ?? 'greatest';
    const call = QUESTIONS[question](numbers.map(Number));
    const tools = [{ name: 'js' }];
    return [
      { prompt: executorPrompt({ task }), completion: answer },
      { prompt: executorPrompt({ task, tools }), completion: `${TOOL_CALL_MARK}${call}` },
      { prompt: executorPrompt({ task, tools, turns: [{ call, result: answer }] }), completion: answer },
      { prompt: executorPrompt({ task, draft: numbers[0] ?? '0', feedback: 'none' }), completion: answer },
    ];
  },
};
