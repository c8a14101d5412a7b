import { UserError } from '../core/errors.ts';
import type { Role } from '../policies/prompt.ts';

/** Reads `--policy`: `step/3` for both roles, `designer=step/3` for one of them. Throws UserError. */
export function parsePolicies(texts: readonly string[]): { readonly [role in Role]?: string } {
  return Object.fromEntries(texts.flatMap(parsePolicy));
}

function parsePolicy(text: string): [Role, string][] {
  const [first = '', ...rest] = text.split('=');
  const [version = ''] = rest;
  if (first !== '' && rest.length === 0) {
    return [
      ['designer', first],
      ['executor', first],
    ];
  }
  if ((first === 'designer' || first === 'executor') && rest.length === 1 && version !== '') {
    return [[first, version]];
  }
  throw new UserError(
    'bad-policy',
    `--policy takes VERSION, designer=VERSION or executor=VERSION; "${text}" is none of them.`,
  );
}
