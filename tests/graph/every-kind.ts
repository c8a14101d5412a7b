import { design } from './scripted-run.ts';

const agent = (name: string) => ({ kind: 'agent', name });

/** A design of every kind of node that is built in; loops are real circles in their charts. */
export const EVERY_KIND = [
  design(agent('solve')),
  design({ kind: 'vote', of: agent('solve'), times: 2 }),
  design({ kind: 'reflect', of: agent('solve'), critic: agent('critic'), rounds: 2 }),
  design({ kind: 'sequence', of: [agent('plan'), agent('solve')] }),
  design({ kind: 'judge', of: [agent('one'), agent('two')], by: agent('ruler') }),
  design({ kind: 'debate', of: [agent('one'), agent('two')], rounds: 2, judge: agent('ruler') }),
  design({ kind: 'loop', of: agent('improve'), times: 3, until: { test: 'passed' } }),
  design({ kind: 'when', test: { test: 'above', of: 'task', limit: 20 }, yes: agent('solve') }),
  design({
    kind: 'route',
    choose: agent('pick'),
    routes: { easy: agent('solve'), hard: { kind: 'vote', of: agent('solve'), times: 2 } },
    otherwise: 'easy',
  }),
  design({
    kind: 'graph',
    nodes: { draft: agent('draft'), check: agent('check') },
    start: 'draft',
    edges: [
      { from: 'draft', to: 'check' },
      { from: 'check', to: 'draft', when: { test: 'not', of: { test: 'accepted' } } },
    ],
    steps: 6,
  }),
];
