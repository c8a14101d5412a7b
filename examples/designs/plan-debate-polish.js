// A plan, two solvers who hear each other out, and a polish that a critic has to accept.
const solvers = [
  agent('careful', { prompt: 'Work step by step and check each step.' }),
  agent('quick', 'js'),
];

run(
  sequence(
    agent('plan', { prompt: 'Say in one line how you would go about it.' }),
    debate(solvers, { rounds: 2, judge: agent('judge') }),
    reflect(agent('polish'), {
      critic: agent('critic', { prompt: 'End with CORRECT or INCORRECT.' }),
      rounds: 2,
    }),
  ),
);
