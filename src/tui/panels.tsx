import { Box } from 'ink';
import type { RunView } from '../views/run-view.ts';
import { detailLines } from '../views/tree-rows.ts';
import { Curves } from './curves.tsx';
import { DesignsPanel } from './designs-panel.tsx';
import { DetailPanel } from './detail-panel.tsx';
import { Facts } from './facts.tsx';
import { OptimiserPanel } from './optimiser-panel.tsx';
import type { TreeCursor } from './tree-cursor.ts';
import { TreePanel } from './tree-panel.tsx';

/** Panels over the whole body: designs over the run; what learning came to. */
export type Over = 'designs' | 'optimiser';

interface Props {
  readonly view: RunView;
  readonly cursor: TreeCursor;
  /** What takes the place of everything else, if anything. */
  readonly over: Over | null;
  readonly width: number;
  readonly height: number;
}

/** The body that the live screen and the replay share: curves and facts above, tree and transcript below. */
export function Panels({ view, cursor, over, width, height }: Props) {
  if (over === 'designs') return <DesignsPanel view={view} width={width} height={height} />;
  if (over === 'optimiser') return <OptimiserPanel view={view} width={width} height={height} />;
  const top = height >= 24 ? 8 : height >= 14 ? 6 : 0;
  const left = Math.floor(width * 0.52);
  const bottom = Math.max(3, height - top - (top > 0 ? 1 : 0));
  return (
    <Box flexDirection="column" height={height}>
      {top > 0 ? (
        <Box height={top} marginBottom={1}>
          <Curves view={view} width={left} height={top - 1} />
          <Facts view={view} width={width - left} height={top} />
        </Box>
      ) : null}
      <Box height={bottom}>
        <TreePanel
          title={view.scope}
          rows={cursor.rows}
          selected={cursor.selected}
          width={left}
          height={bottom}
        />
        <DetailPanel lines={detailLines(view.tree, cursor.selected)} width={width - left} height={bottom} />
      </Box>
    </Box>
  );
}
