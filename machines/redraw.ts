import { pad } from './command.ts';

/**
 * Where a branch of an execution stands: `…/exec/00/redraw/vote.solve1/0/02` is that execution once more, with turn 0
 * of the agent `vote.solve1` drawn anew, for the third time.
 */
export interface RedrawPlace {
  /** Stream of the execution. */
  readonly execution: string;
  /** Name of the call that is drawn anew: `…/exec/00/agent/vote.solve1/turn/0`. */
  readonly call: string;
  readonly draw: number;
  /** What stands below the branch: `agent/vote.solve2/turn/0`, or nothing. */
  readonly rest: string;
}

const CALL = /^(.*\/exec\/\d+)\/agent\/([^/]+)\/turn\/(\d+)$/;
const REDRAW = /^(.*\/exec\/\d+)\/redraw\/([^/]+)\/(\d+)\/(\d+)(?:\/(.*))?$/;

/** The name of a branch, from the name of the call that it draws anew. */
export function redrawKey(call: string, draw: number): string {
  return call.replace(CALL, `$1/redraw/$2/$3/${pad(draw, 2)}`);
}

/** Reads the name of a branch or of something in it; null for any other name. */
export function redrawPlace(name: string): RedrawPlace | null {
  const match = REDRAW.exec(name);
  if (match === null) return null;
  const [, execution = '', agent = '', turn = '', draw = '', rest = ''] = match;
  return { execution, call: `${execution}/agent/${agent}/turn/${turn}`, draw: Number(draw), rest };
}
