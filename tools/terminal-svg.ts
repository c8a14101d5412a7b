// Draws what a terminal shows as SVG, for the README:
//   tmux capture-pane -e -p -t SESSION | node --import tsx tools/terminal-svg.ts > docs/training.svg
import { readFileSync } from 'node:fs';

const CELL = { width: 8, height: 17 };
const PALETTE = ['#24292f', '#cf222e', '#1a7f37', '#9a6700', '#0969da', '#8250df', '#1b7c83', '#57606a'];

interface Style {
  colour: string;
  bold: boolean;
  dim: boolean;
  inverse: boolean;
}

const PLAIN: Style = { colour: PALETTE[0] ?? '', bold: false, dim: false, inverse: false };

/** Applies one "select graphic rendition" sequence (ECMA-48, 8.3.117), as far as terminals' 8 colours go. */
function restyle(style: Style, codes: readonly number[]): Style {
  let now = { ...style };
  for (const code of codes) {
    if (code === 0) now = { ...PLAIN };
    else if (code === 1) now.bold = true;
    else if (code === 2) now.dim = true;
    else if (code === 7) now.inverse = true;
    else if (code === 22) Object.assign(now, { bold: false, dim: false });
    else if (code === 27) now.inverse = false;
    else if (code === 39) now.colour = PLAIN.colour;
    else if (code >= 30 && code <= 37) now.colour = PALETTE[code - 30] ?? now.colour;
  }
  return now;
}

/** The line's text in runs of one style each. */
function runsOf(line: string): { text: string; style: Style }[] {
  const runs: { text: string; style: Style }[] = [];
  let style = PLAIN;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  for (const part of line.split(/(\u001b\[[\d;]*m)/)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    const codes = /^\u001b\[([\d;]*)m$/.exec(part)?.[1];
    if (codes !== undefined) style = restyle(style, codes.split(';').map(Number));
    else if (part !== '') runs.push({ text: part, style });
  }
  return runs;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function drawLine(line: string, row: number): string {
  let column = 0;
  return runsOf(line)
    .map(({ text, style }) => {
      const width = [...text].length * CELL.width;
      const x = 10 + column * CELL.width;
      const y = 10 + row * CELL.height;
      column += [...text].length;
      const box = style.inverse
        ? `<rect x="${x}" y="${y}" width="${width}" height="${CELL.height}" fill="${style.colour}"/>`
        : '';
      const ink = style.inverse ? '#ffffff' : style.colour;
      const extra = `${style.bold ? ' font-weight="bold"' : ''}${style.dim && !style.inverse ? ' opacity="0.6"' : ''}`;
      return `${box}<text x="${x}" y="${y + 13}" textLength="${width}" fill="${ink}"${extra}>${escaped(text)}</text>`;
    })
    .join('');
}

const lines = readFileSync(0, 'utf8').trimEnd().split('\n');
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const columns = Math.max(...lines.map((line) => [...line.replaceAll(/\u001b\[[\d;]*m/g, '')].length));
const size = { width: 20 + columns * CELL.width, height: 20 + lines.length * CELL.height };
process.stdout.write(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13" xml:space="preserve">
<rect width="100%" height="100%" rx="8" fill="#f6f8fa"/>
${lines.map(drawLine).join('\n')}
</svg>
`,
);
