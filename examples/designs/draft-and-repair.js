// A walk: draft, look for mistakes, repair while the public tests fail.
run(
  graph({
    nodes: {
      draft: agent('draft'),
      find: agent('find', { prompt: 'Name the mistake.' }),
      repair: agent('repair', 'js'),
    },
    start: 'draft',
    edges: [
      edge('draft', 'find', not(passed())),
      edge('find', 'repair'),
      edge('repair', 'find', not(passed())),
    ],
    steps: 7,
  }),
);
