import { render } from 'ink';
import type { EventReader } from '../../store/event-log.ts';
import type { Moment } from '../runtime/address.ts';
import type { Timeline } from '../views/timeline.ts';
import type { LiveRun } from './live.ts';
import { ReplayScreen } from './replay-screen.tsx';
import { TrainScreen } from './train-screen.tsx';

const OPTIONS = {
  alternateScreen: true,
  incrementalRendering: true,
  exitOnCtrlC: false,
  maxFps: 12,
} as const;

/** Shows a training run until it is over; gives the terminal back in any case. */
export async function showTraining(live: LiveRun, finished: Promise<unknown>): Promise<void> {
  const screen = render(<TrainScreen live={live} />, OPTIONS);
  try {
    await finished;
  } finally {
    screen.unmount();
    await screen.waitUntilExit();
  }
}

/** Shows a stored run, beginning at the moment `at`, until the user leaves. */
export async function showReplay(
  run: string,
  reader: EventReader,
  timeline: Timeline,
  at: Moment,
): Promise<void> {
  const screen = render(<ReplayScreen run={run} reader={reader} timeline={timeline} at={at} />, OPTIONS);
  await screen.waitUntilExit();
}
