/**
 * What an actor asks of the world. Machines do no I/O: they emit commands, the runtime carries them out
 * and answers each with one recorded event, in the order in which the commands were emitted.
 */
export type Command = OpenCommand | EffectCommand;

/** The kinds of actor; `session` and `evaluation` are roots. */
export type ActorKind = 'session' | 'evaluation' | 'rollout' | 'designer' | 'execution' | 'agent';

/**
 * Opens a child actor on a stream of its own. The answer is `{type: '<actor>.finished', key, output, cause}`
 * once the child has reached a final state; `cause` names the child's last event.
 */
export interface OpenCommand {
  readonly type: 'open';
  readonly actor: ActorKind;
  /** Name of the child's stream, relative to the parent's. */
  readonly key: string;
  readonly input: object;
}

/** Asks for an effect. The answer's type and data are the effect's; it carries the command's `key`. */
export interface EffectCommand {
  readonly type: 'effect';
  readonly effect: EffectName;
  readonly key: string;
  readonly input: object;
}

export const EFFECTS = [
  'call',
  'tool',
  'compile',
  'check',
  'evaluate',
  'verify',
  'pick',
  'imitate',
  'credit',
  'learn',
  'recall',
] as const;
export type EffectName = (typeof EFFECTS)[number];

/** The shape in which commands leave an actor (`actor.on('command', …)`). */
export interface Emitted {
  readonly type: 'command';
  readonly command: Command;
}

/** Wraps a command for `emit`. */
export function order(command: Command): Emitted {
  return { type: 'command', command };
}

/** Zero-padded number for stream names, so that text order is number order. */
export function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
