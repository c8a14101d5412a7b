import { Box } from 'ink';
import type { Details } from '../views/details.ts';
import type { RunView } from '../views/run-view.ts';
import { Curves } from './curves.tsx';
import { DesignsPanel } from './designs-panel.tsx';
import { DetailPanel } from './detail-panel.tsx';
import type { DetailScroll } from './detail-scroll.ts';
import { Facts } from './facts.tsx';
import { OptimiserPanel } from './optimiser-panel.tsx';
import type { TreeCursor } from './tree-cursor.ts';
import { TreePanel } from './tree-panel.tsx';
import type { Over } from './use-look.ts';

interface Props {
  readonly view: RunView;
  readonly cursor: TreeCursor;
  readonly details: Details;
  readonly scroll: DetailScroll;
  /** Whether details tell the tokens of calls. */
  readonly tokens: boolean;
  /** What takes the place of everything else, if anything. */
  readonly over: Over | null;
  readonly width: number;
  readonly height: number;
}

/** The body that the live screen and the replay share: curves and facts above, tree and transcript below. */
export function Panels({ view, cursor, details, scroll, tokens, over, width, height }: Props) {
  if (over === 'designs') return <DesignsPanel view={view} width={width} height={height} />;
  if (over === 'optimiser') return <OptimiserPanel view={view} width={width} height={height} />;
  const top = height >= 24 ? 8 : height >= 14 ? 6 : 0;
  const left = Math.floor(width * 0.52);
  const bottom = Math.max(3, height - top - (top > 0 ? 1 : 0));
  const { rows, selected } = cursor;
  return (
    <Box flexDirection="column" height={height}>
      {top > 0 ? (
        <Box height={top} marginBottom={1}>
          <Curves view={view} width={left} height={top - 1} />
          <Facts view={view} width={width - left} height={top} />
        </Box>
      ) : null}
      <Box height={bottom}>
        <TreePanel title={view.scope} rows={rows} selected={selected} width={left} height={bottom} />
        <DetailPanel
          place={selected}
          lines={details.lines(view, selected, tokens)}
          scroll={scroll}
          width={width - left}
          height={bottom}
        />
      </Box>
    </Box>
  );
}
