/** Beginnings of graphemes that a terminal draws two columns wide. */
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60])/u;

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Columns that what does not fit into a line stands further in. */
const HANGING = 2;

/** A line as many lines of at most `width` columns: broken at white space where there is some, those after the first further in. */
export function wrapped(line: string, width: number): string[] {
  if (width < 1) return [];
  const inner = Math.min(line.length - line.trimStart().length + HANGING, Math.floor(width / 2));
  const lines: string[] = [];
  let rest = line;
  let indent = '';
  while (true) {
    const cut = fitting(rest, width - indent.length);
    if (cut >= rest.length) return [...lines, indent + rest];
    const space = rest.lastIndexOf(' ', cut);
    const end = space > cut / 2 ? space : cut;
    lines.push(indent + rest.slice(0, end));
    rest = rest.slice(end).trimStart();
    indent = ' '.repeat(inner);
  }
}

/** How many characters of a text fit into so many columns; at the least its first grapheme. */
function fitting(text: string, columns: number): number {
  if (/^[ -~]*$/.test(text)) return Math.max(1, columns);
  let used = 0;
  let end = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    used += WIDE.test(segment) ? 2 : 1;
    if (used > columns && end > 0) break;
    end += segment.length;
  }
  return end;
}
