/**
 * Troupe as a library. A run needs a store, a configuration and a kit:
 *
 *     const store = Store.open('troupe.db', { mode: 'create', clock: Date.now });
 *     const run = startRun(store, configure('quick', { seed: 1 }), {
 *       kit: defaultKit(), hardware: { samplers: 2 }, codeVersion: 'mine',
 *     });
 *     await run.finished;
 *
 * A kit is where your own task families and nodes of designs come in; see examples/.
 */

export type { ChartState, NodeResult } from '../machines/chart.ts';
export { MemoryLog } from '../store/memory-log.ts';
export { Store } from '../store/store.ts';
export { UserError } from './core/errors.ts';
export { RandomStream } from './core/random.ts';
export { STEPS_PER_TOOL } from './designs/bounds.ts';
export { NodeLibrary } from './designs/library.ts';
export type { Bounds, Compiler, NodeKind, NodeSpec, Place } from './designs/node.ts';
export { type AgentSpec, agentNode, agentSchema, askAgent } from './designs/nodes/agent.ts';
export { reflectNode } from './designs/nodes/reflect.ts';
export { voteNode } from './designs/nodes/vote.ts';
export { PythonJail } from './designs/python/jail.ts';
export { DesignReader } from './designs/reader.ts';
export { parseSpec } from './designs/spec.ts';
export { executorPrompt } from './policies/executor-prompt.ts';
export { TOOL_CALL_MARK } from './policies/prompt.ts';
export { configure, type RunConfig } from './runtime/config.ts';
export { evaluate } from './runtime/evaluate.ts';
export { checkFixedDesigns } from './runtime/fixed-designs.ts';
export { defaultKit, type Kit } from './runtime/kit.ts';
export { presets } from './runtime/presets.ts';
export { resumeRun, startRun } from './runtime/run.ts';
export { verifyRun } from './runtime/verify.ts';
export { defaultFamilies } from './tasks/families.ts';
export { QuickJsSandbox } from './tasks/quickjs-sandbox.ts';
export { collectDistinct, taskId } from './tasks/split.ts';
export type { Demonstration, Split, Task, TaskFamily } from './tasks/task.ts';
export { verifier } from './tasks/verifier.ts';
export { RunView } from './views/run-view.ts';
