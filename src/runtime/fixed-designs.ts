import { UserError } from '../core/errors.ts';
import { PythonJail } from '../designs/python/jail.ts';
import { DesignReader } from '../designs/reader.ts';
import { QuickJsSandbox } from '../tasks/quickjs-sandbox.ts';
import type { RunConfig } from './config.ts';
import type { Kit } from './kit.ts';
import { allowanceOf } from './troupe.ts';

/**
 * Checks the scripts that a run will play whatever its designer writes, before it costs anything (law 7): those in the
 * designer's place, and the kit's where they are controls. Throws a UserError for the first that is no design within the
 * run's budget.
 */
export async function checkFixedDesigns(config: RunConfig, kit: Kit): Promise<void> {
  const sandbox = new QuickJsSandbox();
  const jail = new PythonJail();
  try {
    const reader = new DesignReader({ library: kit.library, sandbox, jail, allowance: allowanceOf(config) });
    for (const { where, script } of fixedDesigns(config, kit)) {
      const { failure } = await reader.read(script, config.rollout.dialect);
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
    ...(evaluation.controls ? kit.scripts : []).map((script) => ({
      where: 'A control (leave them out with evaluation.controls=false)',
      script,
    })),
  ];
}
