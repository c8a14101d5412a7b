import { describe, expect, it } from 'vitest';
import { findSubject, type Places } from '../../tools/graph/find.ts';
import { scriptedRun, VOTE } from './scripted-run.ts';

describe('a machine is found by', () => {
  const nowhere: Places = {
    reader: (run) => {
      throw new Error(`asked for ${run}`);
    },
  };

  it('the name of its kind, without any store', () => {
    expect(findSubject('agent', nowhere).kind).toBe('agent');
    expect(() => findSubject('agnt', nowhere)).toThrow(/There is no machine "agnt"/);
  });

  it('the place of its design in a run', async () => {
    const log = await scriptedRun(1);
    const asked: string[] = [];
    const reader = (run: string) => {
      asked.push(run);
      return log;
    };
    expect(findSubject('latest/step/0000/task/000/design/1', { reader }).spec).toEqual(VOTE);
    expect(asked).toEqual(['latest']);
    expect(findSubject('latest/step/0/task/0/design/1', { reader }).spec).toEqual(VOTE);
    expect(() => findSubject('latest/step/0/task/7/design/1', { reader })).toThrow(
      /^The run latest has no step\/0\/task\/7\/design\/1; the nearest is step\/0000\/task\/001\/design\/1\.$/,
    );
  });

  it('a file with its script, once there is a reader of such files; other names go on as before', () => {
    const places: Places = { ...nowhere, specOfFile: (path) => (path === 'a/vote.js' ? VOTE : undefined) };
    expect(findSubject('a/vote.js', places).spec).toEqual(VOTE);
    expect(findSubject('session', places).kind).toBe('session');
    expect(() => findSubject('a/other.js', places)).toThrow('asked for a');
  });
});
