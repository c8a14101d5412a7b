import { UserError } from '../../../src/core/errors.ts';
import type { Table } from '../arm.ts';
import { controls } from './controls.ts';
import { policies } from './policies.ts';
import { schedules } from './schedules.ts';
import { shapes } from './shapes.ts';
import { sizes } from './sizes.ts';
import { stageLengths } from './stage-lengths.ts';

const TABLES: readonly Table[] = [schedules, stageLengths, shapes, policies, controls, sizes];

/** The table with this letter. Throws UserError if there is none. */
export function tableOf(letter: string): Table {
  const table = TABLES.find((each) => each.letter === letter);
  if (table !== undefined) return table;
  const known = TABLES.map((each) => `${each.letter} (${each.title})`).join('; ');
  throw new UserError('unknown-table', `There is no table "${letter}"; --table takes ${known}.`);
}
