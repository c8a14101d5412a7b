import type { Dialect } from './extract.ts';

const CLASSES =
  'Workflow|ConditionalWorkflow|LoopWorkflow|AgentGraph|(?:Agent|Ensemble|Reflection|Debate|Router)Node';

/** A line that begins a Python script of the published dialect. */
const PYTHON_START = new RegExp(
  `^(?:from\\s+[\\w.]+\\s+import\\b|import\\s+[\\w.]+(?:\\s+as\\s+\\w+)?(?:\\s*,\\s*[\\w.]+)*\\s*$|[^\\S\\n]*\\w+\\s*=\\s*(?:${CLASSES})\\()`,
  'm',
);
const PYTHON = new RegExp(
  `${PYTHON_START.source}|^(?:async\\s+)?def\\s+\\w+\\(|^if\\s+__name__|^\\s*print\\(|^class\\s+\\w+.*:\\s*$|^elif\\b|^except\\b`,
  'm',
);
const JAVASCRIPT =
  /^\s*(?:const|let|var|function|async function|return|import\s*\{)\b|=>|^\s*run\s*\(|^\s*\/\/|^\s*[a-z]\w*\(.*\)\s*;?\s*$/m;

/** First words of prose that models write after a script; the published list and the plainest of sentences. */
const PROSE =
  /^(?:Wait,|But |However,|Alternatively,|So |The workflow|This workflow|[A-Z][a-z]+,? [a-z]+ [a-z]+ .*[.:!?]\s*$)/m;

/** The dialect a script seems to be written in. */
export function looksLike(script: string): Dialect | null {
  if (PYTHON.test(script)) return 'python';
  if (JAVASCRIPT.test(script)) return 'javascript';
  return null;
}

/** Where a script without a fence begins in a text; null if there is none. */
export function startOfBare(text: string): number | null {
  const first = text.length - text.trimStart().length;
  const opening = text.slice(first).split('\n', 1)[0] ?? '';
  const marker = PYTHON_START.exec(text);
  if (marker === null) return startOfJavaScript(text);
  if (
    /^(?:#|"""|'''|@|try:|import\s+[\w.]+|from\s+[\w.]+\s+import\b|\w+\s*=\s*\S|(?:async\s+)?def\s|class\s)/.test(
      opening,
    )
  )
    return first;
  // Prose that begins with an import is no script: something must be built, and run.
  const rest = text.slice(marker.index);
  const builds = new RegExp(`\\b(?:${CLASSES}|create_\\w+)\\(`).test(rest);
  if (builds && /\.run\w*\(/.test(rest)) return marker.index;
  return marker.index === first ? first : null;
}

/** The first of its lines that look like code, given that one of them runs something. */
function startOfJavaScript(text: string): number | null {
  if (!/^[^\S\n]*run\s*\(/m.test(text)) return null;
  const code = /^(?:(?:const|let|var|function|for|if)\b.*[;,={([]\s*$|\/\/|\/\*|[a-z]\w*\s*\()/m.exec(text);
  return code?.index ?? null;
}

/** Where it ends: before the prose that follows its run, without fences and tags that were left over. */
export function endOfBare(text: string, start: number): number {
  const script = text.slice(start);
  const run = script.search(/\.?run\w*\(/);
  const after = run === -1 ? script.length : script.indexOf('\n', run);
  let end = script.length;
  if (after !== -1) {
    const prose = PROSE.exec(script.slice(after));
    if (prose !== null) end = after + prose.index;
  }
  const kept = script.slice(0, end).replace(/(?:\s*\n[^\S\n]*(?:```\w*|<\/?[\w|]+\|?>)[^\S\n]*)+\s*$/, '');
  return start + kept.length;
}
