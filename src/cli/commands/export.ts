import { codeOf } from '../../../store/failure.ts';
import { Store } from '../../../store/store.ts';
import { UserError } from '../../core/errors.ts';
import { exportPolicy } from '../../policies/export.ts';
import { readMaterial } from '../../runtime/material.ts';
import { Models } from '../../runtime/models.ts';
import { readConfig } from '../../runtime/run.ts';
import { findVersion } from '../../runtime/versions.ts';
import { print } from '../output.ts';

interface Options {
  readonly store: string;
  readonly policy: string;
  readonly role?: string;
}

/** `troupe export`: a policy version as a folder that other tools load. */
export async function exportRun(name: string, folder: string, options: Options): Promise<void> {
  const { role } = options;
  if (role !== undefined && role !== 'designer' && role !== 'executor') {
    throw new UserError('bad-role', `There is no role "${role}"; --role takes designer or executor.`);
  }
  const store = Store.open(options.store, { mode: 'read', clock: Date.now });
  try {
    const { id } = store.run(name);
    const reader = store.reader(id);
    const config = readConfig(store, id);
    const version = findVersion(reader, options.policy, id);
    const material = readMaterial(reader);
    if (material === null) throw new UserError('no-material', `The run ${id} has no tokenizer yet.`);
    if (config.policies === 'per-role' && role === undefined) {
      throw new UserError(
        'role-needed',
        `The run ${id} has a model for each role; say which with --role designer or --role executor.`,
      );
    }
    const models = new Models(config, material.tokenizer.size);
    models.restore(reader, version.label);
    const weights = models.weights(models.modelOf(role ?? 'executor'));
    await exportPolicy(folder, {
      config: models.transformer,
      weights,
      tokenizer: material.tokenizer,
      meta: { run: id, label: version.label, temperature: config.rollout.temperature },
    }).catch((error: unknown) => {
      throw exportFailure(error, folder);
    });
    print(`${id}, policy ${version.label} (${version.version.slice(0, 10)}) → ${folder}\n`);
  } finally {
    store.close();
  }
}

/** What the system refused, as a sentence; any other error as it is. */
function exportFailure(error: unknown, folder: string): unknown {
  const code = codeOf(error);
  if (code === '') return error;
  return new UserError(
    'export-target',
    `The folder ${folder} cannot be written (${code}); choose another place to export to.`,
  );
}
