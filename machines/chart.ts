/**
 * The vocabulary that designs compile to: a part of an execution's statechart as plain data, made of the
 * named actions and guards below and nothing else. `src/designs` writes charts, `execution.machine.ts` gives
 * the names their meaning, `src/designs/analysis.ts` proves things about them.
 */
export interface ChartState {
  readonly type?: 'parallel' | 'final';
  readonly initial?: string;
  readonly entry?: ChartAction | readonly ChartAction[];
  readonly on?: { readonly [event: string]: ChartTransition | readonly ChartTransition[] };
  readonly always?: ChartTransition | readonly ChartTransition[];
  readonly onDone?: ChartTransition | readonly ChartTransition[];
  readonly states?: { readonly [name: string]: ChartState };
  readonly description?: string;
}

export interface ChartTransition {
  readonly target?: string;
  readonly guard?: ChartGuard;
  readonly actions?: ChartAction | readonly ChartAction[];
  /** Leaves its source and enters it again. */
  readonly reenter?: true;
}

/** What an agent may call: a tool of the kit by name, or a function of the design's own script. */
export interface ToolRef {
  readonly name: string;
  /** Reference to a function of the script that the spec keeps. */
  readonly python?: string;
  readonly description?: string;
}

export interface OpenAgentParams {
  /** The node; its answer will stand under this path. */
  readonly path: string;
  readonly name: string;
  readonly maxTurns: number;
  readonly prompt?: string;
  /** Placeholders in the prompt are filled. */
  readonly fill?: true;
  readonly tools?: readonly ToolRef[];
  readonly temperature?: number;
  readonly tokens?: number;
  /** Nodes whose answers it sees, where they have one, in the order in which they were given. */
  readonly sees?: readonly string[];
  /** It sees the latest answer among these as a draft to revise. */
  readonly revises?: readonly string[];
  /** What was said about that draft: the feedback kept under this path, or the answer of this node. */
  readonly heeds?: string;
  /** Names that it is asked to choose from. */
  readonly choices?: readonly string[];
}

export type ChartAction =
  /**
   * A node begins anew: forgets results, feedback and values below `path`, and its counts. The node's own
   * result stands until there is another, since others may see it.
   */
  | { readonly type: 'begin'; readonly params: PathParams }
  /** Counts one more pass under `path`. */
  | { readonly type: 'count'; readonly params: PathParams }
  /** Opens an agent. */
  | { readonly type: 'openAgent'; readonly params: OpenAgentParams }
  /** Asks the environment (public tests) about the latest answer among `about`; `path` names the question. */
  | { readonly type: 'check'; readonly params: AboutParams }
  /** Asks a function of the script about the task and the answers of `about`; `path` names the question. */
  | { readonly type: 'evaluate'; readonly params: AboutParams & { readonly function: string } }
  /** Keeps what this event brings under `path`: an agent's answer, the tests' feedback, a function's value. */
  | { readonly type: 'keepAnswer' | 'keepFeedback' | 'keepValue'; readonly params: PathParams }
  /** Result of `path` = combiner over the results of `from`. */
  | { readonly type: 'combine'; readonly params: CombineParams };

export type ChartGuard =
  /** The event comes from the node, or the question, at `path`. */
  | { readonly type: 'from'; readonly params: PathParams }
  /** … and the tests' verdict in it is a pass. */
  | { readonly type: 'passedFrom'; readonly params: PathParams }
  /** The node at `path` has an answer. */
  | { readonly type: 'hasAnswer'; readonly params: PathParams }
  /** The node at `path` failed; one that was skipped did not. */
  | { readonly type: 'failed'; readonly params: PathParams }
  /** The answer at `path` is a critic's acceptance. */
  | { readonly type: 'accepts'; readonly params: PathParams }
  /** The answer, or the function's value, at `path` chooses `name` among `names`. */
  | {
      readonly type: 'chose';
      readonly params: PathParams & { readonly name: string; readonly names: readonly string[] };
    }
  /** The answers of `of` are not all the same. */
  | { readonly type: 'differ'; readonly params: { readonly of: readonly string[] } }
  /** Fewer than `limit` passes are counted under `path`. */
  | { readonly type: 'within'; readonly params: PathParams & { readonly limit: number } }
  /** A predicate over the task and the latest answer among `about`. */
  | {
      readonly type: 'holds';
      readonly params: { readonly predicate: Predicate; readonly about: readonly string[] };
    };

/** A condition as data; what scripts write as `all(contains("x"), not(passed()))`. */
export type Predicate =
  | {
      readonly test: 'contains' | 'equals';
      readonly of: 'answer' | 'task';
      readonly text: string;
      /** Upper and lower case differ. */
      readonly exact?: boolean | undefined;
    }
  | { readonly test: 'longer'; readonly of: 'answer' | 'task'; readonly than: number }
  /** An integer in the text is larger than this, whatever its sign. */
  | { readonly test: 'above'; readonly of: 'answer' | 'task'; readonly limit: number }
  /** There is an answer; the answer is a critic's acceptance; the answer passes the public tests. */
  | { readonly test: 'answered' | 'accepted' | 'passed' }
  /** A function of the design's own script. */
  | { readonly test: 'python'; readonly ref: string }
  | { readonly test: 'not'; readonly of: Predicate }
  | { readonly test: 'all' | 'any'; readonly of: readonly Predicate[] }
  /** Made by the compiler from `passed` and `python`: the outcome kept under `path`. */
  | { readonly test: 'measured'; readonly path: string };

export interface PathParams {
  readonly path: string;
}
export interface AboutParams extends PathParams {
  readonly about: readonly string[];
}
export interface CombineParams extends PathParams {
  readonly from: readonly string[];
  readonly by: string;
  /** One per member of `from`. */
  readonly weights?: readonly number[];
}

/** What one node of a design came to: an answer's text, or the cause of its failure. */
export type NodeResult =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly cause: string };

/** The cause of a node that was passed over; not a failure. */
export const SKIPPED = 'skipped';

/**
 * Turns the results of some nodes into the result of another: majority vote, first success, … A member
 * without a result is given as a failure, so that members and weights stay aligned.
 */
export type Combiner = (
  results: readonly NodeResult[],
  weights: readonly number[],
  /** Equal for answers that say the same. */
  normal: (text: string) => string,
) => NodeResult;

/** What a predicate looks at. */
export interface World {
  readonly task: string;
  /** The latest answer, if there is one. */
  readonly answer: string | null;
  /** The outcome of a question to the tests or to a function, by its path. */
  readonly measured: (path: string) => boolean;
}

/** What charts refer to by name and machines do not know: passed in by whoever compiles a design. */
export interface Vocabulary {
  readonly combiners: { readonly [name: string]: Combiner };
  readonly holds: (predicate: Predicate, world: World) => boolean;
  /** Whether a critic's text accepts. */
  readonly accepts: (text: string) => boolean;
  /** The name that a text chooses among names, or null. */
  readonly choice: (text: string, names: readonly string[]) => string | null;
  /** Equal for answers that say the same. */
  readonly normal: (text: string) => string;
  /** Titles of nodes by path, where they have one. */
  readonly titles: { readonly [path: string]: string };
  /** What is verified: the root's text, or another of the answers in sight, which come oldest first. */
  readonly reply: (text: string, inSight: readonly string[]) => string;
}
