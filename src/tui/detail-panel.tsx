import { Box, Text } from 'ink';
import type { DetailLine } from '../views/tree-rows.ts';
import { COLOURS, inColour } from './colours.ts';

interface Props {
  readonly lines: readonly DetailLine[];
  readonly width: number;
  readonly height: number;
}

/** Script and transcript of what is selected. */
export function DetailPanel({ lines, width, height }: Props) {
  return (
    <Box flexDirection="column" width={width} height={height} overflow="hidden" paddingLeft={1}>
      {cropped(lines, height).map((line, index) => (
        // Lines have no identity but their place.
        <Text
          key={`${index}-${line.text}`}
          wrap="truncate"
          bold={line.tone === 'title'}
          {...inColour(colour(line.tone))}
          dimColor={line.tone === 'note'}
        >
          {line.text}
        </Text>
      ))}
      {lines.length === 0 ? (
        <Text dimColor>Select a task, a design or an execution with ↑ ↓ and open it with →.</Text>
      ) : null}
    </Box>
  );
}

/** Lines that do not all fit lose their middle: the end holds the answer and the verdict. */
function cropped(lines: readonly DetailLine[], height: number): readonly DetailLine[] {
  if (lines.length <= height) return lines;
  const head = Math.min(3, Math.max(0, height - 2));
  const left = lines.length - height + 1;
  const tail = lines.slice(lines.length - (height - head - 1));
  return [...lines.slice(0, head), { tone: 'note', text: `… ${left} lines …` }, ...tail];
}

function colour(tone: DetailLine['tone']): string | undefined {
  if (tone === 'script') return COLOURS.designer;
  if (tone === 'tool') return COLOURS.tool;
  if (tone === 'said') return COLOURS.executor;
  if (tone === 'good') return COLOURS.good;
  return tone === 'bad' ? COLOURS.bad : undefined;
}
