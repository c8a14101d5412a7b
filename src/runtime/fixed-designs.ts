import { SINGLE_AGENT } from '../../machines/evaluations.ts';
import { UserError } from '../core/errors.ts';
import { PythonJail } from '../designs/python/jail.ts';
import { DesignReader } from '../designs/reader.ts';
import { QuickJsSandbox } from '../tasks/quickjs-sandbox.ts';
import type { RunConfig } from './config.ts';
import { familiesOf, type Kit } from './kit.ts';
import { allowanceOf } from './troupe.ts';

/**
 * Checks the scripts that a run will play whatever its designer writes, before it costs anything (law 7): those in the
 * designer's place, and where there are controls those that they play; and that the kit's scripts are of the dialect
 * that its designers write, since they are what they are shown. Throws a UserError for the first that is not as it should be.
 */
export async function checkFixedDesigns(config: RunConfig, kit: Kit): Promise<void> {
  familiesOf(config, kit);
  const sandbox = new QuickJsSandbox();
  const jail = new PythonJail();
  try {
    const reader = new DesignReader({ library: kit.library, sandbox, jail, allowance: allowanceOf(config) });
    const { dialect } = config.rollout;
    for (const script of kit.scripts) {
      const { ok } = await reader.read(script, 'javascript');
      if (!ok || (await reader.read(script, dialect)).ok) continue;
      throw new UserError(
        'other-dialect',
        `rollout.dialect is ${dialect}, and the kit shows its designers JavaScript: ${script}; set it to auto or javascript, or bring a kit with other scripts.`,
      );
    }
    for (const { where, script } of fixedDesigns(config, kit)) {
      const { failure } = await reader.read(script, dialect);
      if (failure === null) continue;
      throw new UserError('bad-design', `${where} is no design of this run: ${script}: ${failure.message}`);
    }
  } finally {
    await Promise.all([sandbox.close(), jail.close()]);
  }
}

interface FixedScript {
  readonly where: string;
  readonly script: string;
}

function fixedDesigns({ rollout: { design }, evaluation }: RunConfig, kit: Kit): FixedScript[] {
  const given = typeof design === 'string' ? { '': design } : (design ?? {});
  return [
    ...Object.entries(given).map(([kind, script]) => ({
      where: `rollout.design${kind === '' ? '' : ` for ${kind}`}`,
      script,
    })),
    ...(evaluation.controls ? [SINGLE_AGENT, ...kit.scripts] : []).map((script) => ({
      where: 'A control (leave them out with evaluation.controls=false)',
      script,
    })),
  ];
}
