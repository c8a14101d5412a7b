// Small numbers in the head, large ones with the tool, and words to somebody who reads.
run(
  route(
    [
      ['large', taskAbove(99)],
      ['words', not(taskAbove(0))],
    ],
    {
      small: agent('solve'),
      large: agent('calculate', 'js'),
      words: vote(agent('read'), 3),
    },
    'small',
  ),
);
