import { type NodeResult, type Predicate, SKIPPED } from '../../../machines/chart.ts';
import { isAcceptance, sameAnswer } from '../../../src/designs/answers.ts';
import { choice, holds } from '../../../src/designs/predicate.ts';

// The documented semantics of designs as one recursive function over a spec, without charts and machines:
// what docs/designs.md says, said again. Agents in the specs have names of their own, so that an agent's
// n-th call can be told without knowing how machines name things.

/** Any node, as JSON. */
// biome-ignore lint/suspicious/noExplicitAny: the specs were checked; the interpreter takes them as they are
export type AnyNode = any;

/** What an agent is shown besides the task. */
export interface View {
  readonly agent: string;
  readonly sees: readonly { readonly name: string; readonly text: string }[];
  readonly draft: string | null;
  readonly feedback: string | null;
  readonly choices: readonly string[] | null;
}
type Said = View['sees'][number];

/** The world that a design runs in: who answers what, when. */
export interface Answers {
  readonly task: string;
  readonly agent: (name: string, visit: number) => NodeResult;
  /** Outcome of the n-th question to the tests. */
  readonly check: (n: number) => boolean;
  /** Value of the n-th call of a function. */
  readonly value: (n: number) => unknown;
}

const failure = (cause: string): NodeResult => ({ ok: false, cause });
const skipped = failure(SKIPPED);

export class Interpreter {
  readonly views: View[] = [];
  /** Drafts that the tests were asked about. */
  readonly checked: string[] = [];
  values = 0;
  readonly #answers: Answers;
  readonly #visits = new Map<string, number>();

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  run(node: AnyNode, sees: readonly Said[]): NodeResult {
    switch (node.kind) {
      case 'agent':
        return this.#ask(node, sees);
      case 'sequence':
        return this.#sequence(node, sees);
      case 'vote':
        return this.#vote(node, sees);
      case 'judge':
        return this.#judge(node, sees);
      case 'reflect':
        return this.#reflect(node, sees);
      case 'debate':
        return this.#debate(node, sees);
      case 'route':
        return this.#route(node, sees);
      case 'when':
        return this.#when(node, sees);
      case 'loop':
        return this.#loop(node, sees);
      case 'graph':
        return this.#graph(node, sees);
      default:
        throw new TypeError(`no semantics for ${node.kind}`);
    }
  }

  #ask(agent: AnyNode, sees: readonly Said[], shown: Partial<View> = {}): NodeResult {
    const visit = this.#visits.get(agent.name) ?? 0;
    this.#visits.set(agent.name, visit + 1);
    this.views.push({
      agent: agent.name,
      sees: [...sees],
      draft: null,
      feedback: null,
      choices: null,
      ...shown,
    });
    return this.#answers.agent(agent.name, visit);
  }

  #sequence({ of }: AnyNode, sees: readonly Said[]): NodeResult {
    let last: NodeResult = skipped;
    const seen = [...sees];
    for (const member of of) {
      const result = this.run(member, seen);
      if (result.ok) {
        last = result;
        seen.push({ name: nameOf(member), text: result.text });
      } else if (result.cause !== SKIPPED) return result;
    }
    return last;
  }

  #vote({ of, times, weights, judge }: AnyNode, sees: readonly Said[]): NodeResult {
    const voters: AnyNode[] = Array.isArray(of) ? of : Array.from({ length: times }, () => of);
    const results = voters.map((voter) => this.run(voter, sees));
    const answers = saidBy(voters, results);
    if (judge !== undefined && new Set(answers.map(({ text }) => sameAnswer(text))).size > 1) {
      const ruling = this.#ask(judge, [...sees, ...answers]);
      if (ruling.ok) return ruling;
    }
    return majorityOf(results, weights);
  }

  #judge({ of, by }: AnyNode, sees: readonly Said[]): NodeResult {
    const results = of.map((each: AnyNode) => this.run(each, sees));
    const answers = saidBy(of, results);
    if (answers.length === 0) return failure('no voter answered');
    const ruling = this.#ask(by, [...sees, ...answers]);
    return ruling.ok ? ruling : majorityOf(results);
  }

  #reflect({ of, rounds = 1, critic, reviser = of }: AnyNode, sees: readonly Said[]): NodeResult {
    const draft = this.run(of, sees);
    let best: NodeResult = draft;
    for (let round = 0; round < rounds; round++) {
      let feedback: string | null = null;
      if (best.ok) {
        if (critic === undefined) {
          if (this.#check(best.text)) return best;
          feedback = 'said';
        } else {
          const critique = this.#ask(critic, sees, { draft: best.text });
          if (!critique.ok || isAcceptance(critique.text)) return best;
          feedback = critique.text;
        }
      }
      const revised = this.#ask(reviser, sees, { draft: best.ok ? best.text : null, feedback });
      if (revised.ok || !best.ok) best = revised;
    }
    return best;
  }

  #debate({ of, rounds = 2, judge }: AnyNode, sees: readonly Said[]): NodeResult {
    let results: NodeResult[] = [];
    let before: Said[] = [];
    for (let round = 0; round < rounds; round++) {
      results = of.map((each: AnyNode) => this.run(each, [...sees, ...before]));
      before = saidBy(of, results);
    }
    if (judge !== undefined) {
      const ruling = this.#ask(judge, [...sees, ...before]);
      if (ruling.ok) return ruling;
    }
    return majorityOf(results);
  }

  #route({ choose, routes, otherwise }: AnyNode, sees: readonly Said[]): NodeResult {
    const names = Object.keys(routes);
    let chosen: unknown = null;
    if (choose.kind === 'agent') {
      const result = this.#ask(choose, sees, { choices: names });
      chosen = result.ok ? choice(result.text, names) : null;
    } else if (choose.cases !== undefined) {
      chosen = this.#first(
        choose.cases.map(([name, test]: [string, Predicate]) => [test, name]),
        sees,
      );
    } else chosen = this.#answers.value(this.values++);
    return this.run(routes[names.find((name) => name === chosen) ?? otherwise], sees);
  }

  #when({ test, yes, no }: AnyNode, sees: readonly Said[]): NodeResult {
    if (this.#first([[test, true]], sees) === true) return this.run(yes, sees);
    return no === undefined ? skipped : this.run(no, sees);
  }

  #loop({ of, times, while: before, until }: AnyNode, sees: readonly Said[]): NodeResult {
    let last: Said | null = null;
    const end = (): NodeResult => (last === null ? skipped : { ok: true, text: last.text });
    for (let pass = 0; pass < times; pass++) {
      const seen: readonly Said[] = last === null ? sees : [...sees, last];
      if (before !== undefined && this.#first([[before, true]], seen) !== true) return end();
      const result = this.run(of, seen);
      if (result.ok) last = { name: nameOf(of), text: result.text };
      else if (result.cause !== SKIPPED) return last === null ? result : end();
      if (until !== undefined && this.#first([[until, true]], last === null ? [] : [last]) === true)
        return end();
    }
    return end();
  }

  #graph(
    { nodes, start, edges, finish = [], steps, routing = {} }: AnyNode,
    sees: readonly Said[],
  ): NodeResult {
    let said: Said[] = [];
    let best: NodeResult | null = null;
    let at: string = start;
    for (let step = 1; ; step++) {
      const result = this.run(nodes[at], [...sees, ...said]);
      const name = at;
      if (!result.ok && result.cause !== SKIPPED) return best ?? result;
      said = said.filter((each) => each.name !== name);
      if (result.ok) {
        best = result;
        said.push({ name, text: result.text });
      }
      const out = edges.filter((edge: AnyNode) => edge.from === name);
      const ends = finish.includes(name) || (out.length === 0 && routing[name] === undefined);
      if (ends || step >= steps) return best ?? result;
      const own = result.ok ? [{ name, text: result.text }] : [];
      const next =
        routing[name] === undefined
          ? this.#first(
              out.map(({ when, to }: AnyNode) => [when, to]),
              own,
            )
          : this.#answers.value(this.values++);
      if (typeof next !== 'string' || nodes[next] === undefined) return best ?? result;
      at = next;
    }
  }

  /** What stands behind the first condition that holds; every question in them is asked before any is judged. */
  #first<T>(branches: readonly (readonly [Predicate | undefined, T])[], about: readonly Said[]): T | null {
    const answer = about.at(-1)?.text ?? null;
    const measured = new Map<string, boolean>();
    const measure = (predicate: Predicate): void => {
      const key = JSON.stringify(predicate);
      if (predicate.test === 'not') measure(predicate.of);
      else if (predicate.test === 'all' || predicate.test === 'any') predicate.of.forEach(measure);
      else if (predicate.test === 'passed' && !measured.has(key))
        measured.set(key, this.#check(answer ?? ''));
      else if (predicate.test === 'python' && !measured.has(key)) {
        measured.set(key, this.#answers.value(this.values++) === true);
      }
    };
    for (const [predicate] of branches) if (predicate !== undefined) measure(predicate);
    const truth = (predicate: Predicate): boolean => {
      if (predicate.test === 'not') return !truth(predicate.of);
      if (predicate.test === 'all') return predicate.of.every(truth);
      if (predicate.test === 'any') return predicate.of.some(truth);
      const known = measured.get(JSON.stringify(predicate));
      return known ?? holds(predicate, { task: this.#answers.task, answer, measured: () => false });
    };
    return branches.find(([predicate]) => predicate === undefined || truth(predicate))?.[1] ?? null;
  }

  #check(draft: string): boolean {
    this.checked.push(draft);
    return this.#answers.check(this.checked.length - 1);
  }
}

function nameOf(node: AnyNode): string {
  return node.kind === 'agent' ? node.name : node.kind;
}

function saidBy(nodes: readonly AnyNode[], results: readonly NodeResult[]): Said[] {
  return results.flatMap((result, index) =>
    result.ok ? [{ name: nameOf(nodes[index]), text: result.text }] : [],
  );
}

function majorityOf(results: readonly NodeResult[], weights?: readonly number[]): NodeResult {
  const answers = results.flatMap((result, index) =>
    result.ok ? [{ text: result.text, key: sameAnswer(result.text), weight: weights?.[index] ?? 1 }] : [],
  );
  const weightOf = (key: string) =>
    answers.filter((each) => each.key === key).reduce((sum, each) => sum + each.weight, 0);
  const most = Math.max(...answers.map(({ key }) => weightOf(key)));
  const winner = answers.find(({ key }) => weightOf(key) === most);
  return winner === undefined ? failure('no voter answered') : { ok: true, text: winner.text.trim() };
}
