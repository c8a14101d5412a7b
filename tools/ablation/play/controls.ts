import { voteOf } from '../../../machines/evaluations.ts';
import { must } from '../../../src/core/errors.ts';
import { canonicalJson, type JsonObject } from '../../../src/core/json.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { average } from '../../../src/credit/advantage.ts';
import type { DesignReader } from '../../../src/designs/reader.ts';
import type { Task } from '../../../src/tasks/task.ts';
import {
  cellOf,
  type DesignTable,
  designTable,
  meanCeilings,
  trialsOf,
} from '../../families/design-table.ts';
import { type Genome, scriptOf } from './mutate-design.ts';
import type { Outcome } from './outcome.ts';
import { searchDesign } from './search.ts';
import type { TableTop } from './table-top.ts';

/** Executions of each design on each held-out task for the oracle, half of which choose and half of which score. */
const ORACLE_EXECUTIONS = 6;

/** Training tasks of each family on which the best fixed design is chosen, and executions of each. */
const CHOICE_TASKS = 24;
const CHOICE_EXECUTIONS = 2;

type Progress = (what: string, share: number) => void;

export interface FixedSetting {
  readonly scripts: readonly string[];
  /** The design, where none is to be chosen. */
  readonly script?: string | undefined;
  readonly by: 'all' | 'family';
}

/**
 * Fixed designs: the one given, or the best of the library by its reward on training tasks, one for all of them or one
 * for those of each family.
 */
export async function playFixed(
  top: TableTop,
  { scripts, script, by }: FixedSetting,
  onProgress: Progress,
): Promise<Outcome> {
  const { designs, calls } =
    script === undefined
      ? await chooseFixed(top, scripts, by, onProgress)
      : { designs: { all: script }, calls: 0 };
  const families = await top.evaluate(
    ({ family }) => must(designs[family] ?? designs.all, 'a fixed design'),
    (share) => onProgress('evaluating', share),
  );
  const callsPerExecution = average(Object.values(families).map(({ testCalls }) => testCalls));
  return {
    policyCalls: calls,
    families,
    curve: [],
    designs,
    callsPerExecution,
  };
}

async function chooseFixed(
  top: TableTop,
  scripts: readonly string[],
  by: FixedSetting['by'],
  onProgress: Progress,
): Promise<{ designs: { [scope: string]: string }; calls: number }> {
  const tasks = top.families.flatMap((family) =>
    top.train.filter((task) => task.family === family).slice(0, CHOICE_TASKS),
  );
  const trials = trialsOf(tasks, scripts, CHOICE_EXECUTIONS);
  const scores = await top.trials.run(trials, (done) =>
    onProgress('choosing a design', done / trials.length),
  );
  const results = scores.map((score, index) => ({
    ...must(trials[index], 'a trial'),
    reward: top.reward(score),
  }));
  const scopes = Map.groupBy(results, ({ task }) => (by === 'all' ? 'all' : task.family));
  const designs = [...scopes].map(([scope, members]) => [scope, bestOf(members)] as const);
  const calls = scores.reduce((sum, score) => sum + score.calls, 0);
  return { designs: Object.fromEntries(designs), calls };
}

/** The script with the highest mean reward. */
function bestOf(results: readonly { readonly script: string; readonly reward: number }[]): string {
  const means = [...Map.groupBy(results, ({ script }) => script)].map(([script, members]) => ({
    script,
    reward: average(members.map(({ reward }) => reward)),
  }));
  const [best] = means.sort((a, b) => b.reward - a.reward);
  return must(best, 'a design to choose').script;
}

/**
 * Self-consistency: votes of single agents by the trained executor, in each family for as many calls as the other
 * arm's test takes there. Where that is no whole number, some tasks get a vote more than others.
 */
export async function playConsistency(
  top: TableTop,
  { families: test }: Outcome,
  onProgress: Progress,
): Promise<Outcome> {
  const seen = new Map<string, number>();
  const votes = new Map<Task, number>();
  for (const task of [...top.heldOut, ...top.harder]) {
    const calls = Math.max(1, test[task.family]?.testCalls ?? 1);
    const place = (seen.get(task.family) ?? 0) + 1;
    seen.set(task.family, place);
    votes.set(task, Math.floor(place * calls) - Math.floor((place - 1) * calls));
  }
  const families = await top.evaluate(
    (task) => voteOf(votes.get(task) ?? 1),
    (share) => onProgress('evaluating', share),
  );
  return { policyCalls: 0, families, curve: [] };
}

/** The ceilings of choosing among the library's designs with this executor; the arm's accuracy is the per-task one. */
export async function playOracle(
  top: TableTop,
  { scripts, reader }: Pick<SearchSetting, 'scripts' | 'reader'>,
  onProgress: Progress,
): Promise<Outcome> {
  const splits = [top.heldOut, top.harder];
  const total = splits.flat().length * scripts.length * ORACLE_EXECUTIONS;
  let before = 0;
  const tables = [];
  let best: Outcome['best'];
  for (const tasks of splits) {
    const trials = trialsOf(tasks, scripts, ORACLE_EXECUTIONS);
    const scores = await top.trials.run(trials, (done) =>
      onProgress('executing designs', (before + done) / total),
    );
    before += trials.length;
    best ??= await bestShapes(designTable(tasks, scripts, ORACLE_EXECUTIONS, scores, top.prices), reader);
    tables.push(designTable(tasks, scripts, ORACLE_EXECUTIONS, scores, { callPrice: 0, tokenPrice: 0 }));
  }
  const [heldOut, harder] = tables;
  const levels = must(heldOut, 'a table of held-out tasks').ceilings;
  const families = levels.map(({ family, accuracy }) => {
    const beyond = harder?.ceilings.find((each) => each.family === family);
    return [family, { heldOut: accuracy.task, harder: beyond?.accuracy.task ?? null, testCalls: 0 }] as const;
  });
  return {
    policyCalls: 0,
    families: Object.fromEntries(families),
    curve: [],
    ceilings: meanCeilings(levels.map(({ accuracy }) => accuracy)),
    ...(best === undefined ? {} : { best }),
  };
}

/** The shape with the best reward in each cell. */
async function bestShapes({ cells }: DesignTable, reader: DesignReader) {
  const shapes = cells.map(async ({ designs: [first], ...cell }) => {
    const { shape } = await reader.read(must(first, 'a design').script, 'javascript');
    return [cellOf(cell), must(shape, 'the shape of a design')] as const;
  });
  return Object.fromEntries(await Promise.all(shapes));
}

export interface SearchSetting {
  readonly scripts: readonly string[];
  readonly reader: DesignReader;
  readonly seed: number;
  readonly budget: number;
  readonly by: 'all' | 'family';
}

/** Search over designs on training tasks: one for all, or one for each family with its share of the budget. */
export async function playSearch(
  top: TableTop,
  { scripts, reader, seed, budget, by }: SearchSetting,
  onProgress: Progress,
): Promise<Outcome> {
  const library = await Promise.all(scripts.map((script) => genomeOf(reader, script)));
  const scopes = by === 'all' ? ['all'] : top.families;
  let calls = 0;
  const designs: { [scope: string]: string } = {};
  for (const scope of scopes) {
    const tasks = scope === 'all' ? top.train : top.train.filter(({ family }) => family === scope);
    const before = calls;
    const found = await searchDesign({
      library,
      budget: budget / scopes.length,
      random: new RandomStream(seed, 'design search', scope),
      passes: async (design) => (await reader.read(scriptOf(design), 'javascript')).failure === null,
      onProgress: (spent) => onProgress(`searching ${scope}`, (before + spent) / budget),
      execute: async (candidates, places) => {
        const trials = candidates.flatMap((design) =>
          places.map((place) => ({
            task: must(tasks[place % tasks.length], 'a training task'),
            script: scriptOf(design),
          })),
        );
        const scores = await top.trials.run(trials);
        return candidates.map((_, index) => {
          const own = scores.slice(index * places.length, (index + 1) * places.length);
          return {
            rewards: own.map((score) => top.reward(score)),
            calls: own.reduce((sum, score) => sum + score.calls, 0),
          };
        });
      },
    });
    calls += found.calls;
    designs[scope] = scriptOf(found.design);
  }
  const families = await top.evaluate(
    ({ family }) => must(designs[family] ?? designs.all, 'a design that was found'),
    (share) => onProgress('evaluating', share),
  );
  return { policyCalls: calls, families, curve: [], designs };
}

async function genomeOf(reader: DesignReader, script: string): Promise<Genome> {
  const { spec, failure } = await reader.read(script, 'javascript');
  if (spec === null) throw new TypeError(`a script of the library is no design: ${failure?.message}`);
  const root: JsonObject = JSON.parse(canonicalJson(spec.root));
  return root;
}
