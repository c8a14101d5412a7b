// Refused: five judges of five votes each come to more calls than any budget.
const votes = [1, 2, 3, 4, 5].map((n) => vote(agent(`voter-${n}`, 'js'), 5));

run(vote(judge(votes, agent('judge')), 5));
