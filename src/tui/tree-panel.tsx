import { Box } from 'ink';
import type { TreeRow } from '../views/tree-rows.ts';
import { COLOURS, GLYPHS, inColour } from './colours.ts';
import { Text } from './text.tsx';

interface Props {
  readonly title: string;
  readonly rows: readonly TreeRow[];
  readonly selected: string;
  readonly width: number;
  readonly height: number;
}

/** The rollout tree with live states; the selected line, marked `›`, stays in view. */
export function TreePanel({ title, rows, selected, width, height }: Props) {
  const room = Math.max(1, height - 1);
  const at = Math.max(
    0,
    rows.findIndex(({ stream }) => stream === selected),
  );
  const first = Math.max(0, Math.min(at - Math.floor(room / 2), rows.length - room));
  return (
    <Box flexDirection="column" width={width} height={height} overflow="hidden">
      <Text wrap="truncate">
        <Text bold>rollout trees</Text>
        <Text
          dimColor
        >{`  ${title}${rows.length > room ? `  ${first + 1}–${first + room} of ${rows.length}` : ''}`}</Text>
      </Text>
      {rows.slice(first, first + room).map((row) => (
        <Text key={row.stream} wrap="truncate" inverse={row.stream === selected}>
          {row.stream === selected ? '›' : ' '}
          {'  '.repeat(row.depth)}
          {row.expandable ? (row.open ? '▾' : '▸') : ' '}
          <Text {...inColour(colourOfRow(row))}>{`${GLYPHS[row.state]} `}</Text>
          {row.score === '' ? '' : `${row.score.padStart(5)} `}
          {row.label}
        </Text>
      ))}
      {rows.length === 0 ? <Text dimColor>no trees yet</Text> : null}
    </Box>
  );
}

function colourOfRow({ state, mean }: TreeRow): string | undefined {
  if (state === 'failed') return COLOURS.bad;
  if (state !== 'done') return COLOURS.executor;
  if (mean === null) return undefined;
  return mean >= 0.5 ? COLOURS.good : COLOURS.bad;
}
