import { Box } from 'ink';
import type { RunView } from '../views/run-view.ts';
import { legendText, shapeHistory } from '../views/shape-history.ts';
import { COLOURS } from './colours.ts';
import { Text } from './text.tsx';

interface Props {
  readonly view: RunView;
  readonly width: number;
  readonly height: number;
}

/** What designers drew for each kind of task, over the run. */
export function DesignsPanel({ view, width, height }: Props) {
  const kinds = Math.max(10, ...view.mixes.flatMap((mix) => Object.keys(mix).map((kind) => kind.length)));
  const room = Math.max(10, Math.floor((width - kinds) * 0.55));
  const { rows, legend, span } = shapeHistory(view.mixes, room);
  return (
    <Box flexDirection="column" width={width} height={height} overflow="hidden">
      <Text bold wrap="truncate">
        Designs by family and attribute
      </Text>
      <Text dimColor wrap="truncate">
        {`a letter for ${span === 1 ? 'each step' : `every ${span} steps`}, capital from two thirds on`}
      </Text>
      <Text dimColor wrap="truncate">
        {legendText(legend)}
      </Text>
      {rows.length === 0 ? <Text dimColor>no design has been drawn in training yet</Text> : null}
      {rows.map(({ kind, strip, now }) => (
        <Text key={kind} wrap="truncate">
          {kind.padEnd(kinds + 2)}
          <Text color={COLOURS.designer}>{strip}</Text>
          {`  ${now
            .slice(0, 2)
            .map(([shape, share]) => `${shape} ${Math.round(100 * share)} %`)
            .join(', ')}`}
        </Text>
      ))}
    </Box>
  );
}
