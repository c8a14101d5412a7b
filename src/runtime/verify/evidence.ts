import { z } from 'zod';
import type { EventReader, StoredEvent } from '../../../store/event-log.ts';
import { UserError } from '../../core/errors.ts';
import { nodesOf } from '../../designs/spec.ts';
import { recordedCall } from '../../policies/recorded-call.ts';
import type { Kit } from '../kit.ts';
import { readMaterial } from '../material.ts';
import type { Evidence } from './cause.ts';
import type { DivergenceError, ExecutedEvent } from './divergence.ts';
import { callOf, figureGap, logProbGap } from './tolerance.ts';

const compiledSchema = z.object({ spec: z.object({ root: z.looseObject({ kind: z.string() }) }) });

/** Gathers what is known about an event that came out otherwise. Reads the recorded run, and executes nothing. */
export function evidenceOf(
  { divergence, executed }: DivergenceError,
  recorded: EventReader,
  kit: Kit,
  sameCode: boolean | null,
): Evidence {
  const { stream, version, field, seq } = divergence;
  const otherMaterial = stream === 'session' && version === 0 && ['tasks', 'tokenizer'].includes(field);
  const event = seq === null ? undefined : recorded.eventAt(seq);
  return {
    foundBy: 'execution',
    weightsMissing: stream === '(blob)' && /^(weights|moments)\//.test(field),
    kit: missingFromKit(recorded, kit) !== null ? 'lacks' : otherMaterial ? 'differs' : 'same',
    sameCode,
    gap: event === undefined || executed === null ? null : arithmeticGap(event, executed, field),
  };
}

/** A family or node that the run used and the kit lacks, such as `the node retry`; null if it has all. */
export function missingFromKit(recorded: EventReader, kit: Kit): string | null {
  const families = new Set(kit.families.map(({ name }) => name));
  const material = readMaterial(recorded);
  for (const { family } of material?.tasks.train ?? []) {
    if (!families.has(family)) return `the family ${family}`;
  }
  const kinds = new Set(kit.library.kinds.map(({ kind }) => kind));
  for (const { type, data } of recorded.events()) {
    if (type !== 'compiled') continue;
    const compiled = compiledSchema.safeParse(data);
    const nodes = compiled.success ? nodesOf(compiled.data.spec.root) : [];
    const unknown = nodes.find(({ node }) => !kinds.has(node.kind));
    if (unknown !== undefined) return `the node ${unknown.node.kind}`;
  }
  return null;
}

/** Names of blobs that a run refers to and that are absent or damaged. */
export function brokenBlobs(recorded: EventReader): string[] {
  return recorded.blobs().flatMap(({ name }) => {
    try {
      return recorded.blob(name) === undefined ? [name] : [];
    } catch (error) {
      if (error instanceof UserError) return [name];
      throw error;
    }
  });
}

/** How far the values of an event that arithmetic can move are apart; null if it is not they that differ. */
function arithmeticGap(event: StoredEvent, executed: ExecutedEvent, field: string): number | null {
  const { type, data } = event;
  if (type !== executed.type) return null;
  if (type === 'called') {
    const [was, is] = [recordedCall(event), callOf(executed)];
    // The same tokens say the same, whatever their probability.
    const same = was.tokens.length === is.tokens.length && was.tokens.every((id, at) => id === is.tokens[at]);
    const movable = !same || field === 'logProbs' || field === 'version';
    return movable ? logProbGap(was, is) : null;
  }
  if (type !== 'imitated' && type !== 'learned') return null;
  const figures = Object.keys(data).filter((name) => typeof data[name] === 'number');
  return Math.max(0, ...figures.map((name) => figureGap(data[name], executed.data[name])));
}
