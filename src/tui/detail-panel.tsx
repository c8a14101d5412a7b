import { Box } from 'ink';
import type { DetailLine } from '../views/detail-line.ts';
import { COLOURS, inColour } from './colours.ts';
import type { DetailScroll } from './detail-scroll.ts';
import { Text } from './text.tsx';
import { wrapped } from './wrap.ts';

interface Props {
  /** The place that the lines are about. */
  readonly place: string;
  readonly lines: readonly DetailLine[];
  readonly scroll: DetailScroll;
  readonly width: number;
  readonly height: number;
}

/** Calls, script and verdict of what is selected; where they do not fit, a part, and which one. */
export function DetailPanel({ place, lines, scroll, width, height }: Props) {
  const rows = lines.flatMap(({ tone, text }) =>
    wrapped(text, width - 1).map((row) => ({ tone, text: row })),
  );
  const room = rows.length > height ? height - 1 : height;
  const first = scroll.show(place, rows.length, room);
  return (
    <Box flexDirection="column" width={width} height={height} overflow="hidden" paddingLeft={1}>
      {rows.slice(first, first + room).map((row, index) => (
        // Lines have no identity but their place.
        <Text
          key={`${index}-${row.text}`}
          wrap="truncate"
          bold={row.tone === 'title'}
          {...inColour(colour(row.tone))}
          dimColor={row.tone === 'note'}
        >
          {row.text}
        </Text>
      ))}
      {room < height ? (
        <Text dimColor wrap="truncate">
          {`J K: lines ${first + 1}–${first + room} of ${rows.length}`}
        </Text>
      ) : null}
      {lines.length === 0 ? (
        <Text dimColor>Select a task, a design or an execution with ↑ ↓ and open it with →.</Text>
      ) : null}
    </Box>
  );
}

function colour(tone: DetailLine['tone']): string | undefined {
  if (tone === 'script') return COLOURS.designer;
  if (tone === 'tool') return COLOURS.tool;
  if (tone === 'said') return COLOURS.executor;
  if (tone === 'good') return COLOURS.good;
  return tone === 'bad' ? COLOURS.bad : undefined;
}
