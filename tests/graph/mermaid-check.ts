/**
 * Reads the part of Mermaid's stateDiagram-v2 that Troupe writes, strictly, a line at a time; throws at the
 * first line that is something else. (Mermaid itself needs a browser.) Ids must be declared before use.
 */
export function readMermaid(text: string) {
  const [first, ...lines] = text.trimEnd().split('\n');
  if (first !== 'stateDiagram-v2') throw new Error(`begins with ${first}`);
  const states = new Map<string, { readonly title: string; readonly parent: string | null }>();
  const arrows: { from: string; to: string; label: string; within: string | null }[] = [];
  const open: string[] = [];
  const classes = new Set<string>();
  const comments: string[] = [];
  const classed = new Map<string, readonly string[]>();
  let regions = 0;
  for (const line of lines) {
    const within = open.at(-1) ?? null;
    const words = line.trim();
    const state = /^state "([^"{}\n]+)" as ([A-Za-z]\w*)( \{)?$/.exec(words);
    const arrow = /^(\[\*\]|\w+) --> (\[\*\]|\w+)(?: : ((?:#\d+;|[^:;"<>{}|`%\n])+))?$/.exec(words);
    const note = /^(\w+) : ((?:#\d+;|[^:;"<>{}|`%\n])+)$/.exec(words);
    const define = /^classDef (\w+) (?:[\w-]+: [#\w ]+)(?:,[\w-]+: [#\w ]+)*$/.exec(words);
    const use = /^class (\w+) (\w+)$/.exec(words);
    if (/^%% [^{}]*$/.test(words)) {
      comments.push(words.slice(3));
    } else if (state !== null) {
      const [, title = '', id = '', block] = state;
      if (states.has(id)) throw new Error(`two states ${id}`);
      states.set(id, { title: decode(title), parent: within });
      if (block !== undefined) open.push(id);
    } else if (arrow !== null) {
      const [, from = '', to = '', label = ''] = arrow;
      arrows.push({ from, to, label: decode(label), within });
    } else if (words === '--' && within !== null) regions++;
    else if (words === '}' && within !== null) open.pop();
    else if (note !== null && states.has(note[1] ?? '')) decode(note[2] ?? '');
    else if (define !== null) classes.add(define[1] ?? '');
    else if (use !== null && states.has(use[1] ?? '') && classes.has(use[2] ?? '')) {
      const [, id = '', name = ''] = use;
      classed.set(id, [...(classed.get(id) ?? []), name]);
    } else throw new Error(`not Mermaid: ${line}`);
  }
  if (open.length > 0) throw new Error(`${open.join(', ')} left open`);
  for (const { from, to } of arrows) {
    for (const end of [from, to]) if (end !== '[*]' && !states.has(end)) throw new Error(`no state ${end}`);
  }
  return { states, arrows, regions, comments, classed };
}

/** Text with Mermaid's character codes read; a `#` that is none of them would eat what follows. */
function decode(text: string): string {
  if (/#(?!\d+;)/.test(text)) throw new Error(`a bare # in ${text}`);
  return text.replace(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
}
