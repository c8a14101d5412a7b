import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Timeline } from '../../src/views/timeline.ts';
import type { MemoryLog } from '../../store/memory-log.ts';
import { foldedTo, PLAN, recordedRun } from './recorded.ts';

let log: MemoryLog;
let timeline: Timeline;
beforeAll(async () => {
  log = await recordedRun();
  timeline = new Timeline(log);
});

describe('Timeline', () => {
  it('shows at any event what all events up to it tell', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: log.count() }), (seq) => {
        expect(timeline.viewAt(seq)).toEqual(foldedTo(log, seq));
      }),
      { numRuns: 150 },
    );
  });

  it('gives the event itself, and none outside the run', () => {
    expect(timeline.eventAt(7)).toEqual(log.eventAt(7));
    expect(timeline.eventAt(0)).toBeUndefined();
    expect(timeline.eventAt(log.count() + 1)).toBeUndefined();
  });

  it('goes from landmark to landmark through all that begins or ends, and stays at the ends', () => {
    const types: string[] = [];
    let seq = 1;
    for (;;) {
      const next = timeline.landmark(seq, 1);
      if (next === log.count()) break;
      types.push(timeline.eventAt(next)?.type ?? '');
      seq = next;
    }
    const step = ['picked', 'credited', 'learned'];
    const steps = Array.from({ length: PLAN.steps }, () => step).flat();
    expect(types).toEqual(['imitated', 'imitated', 'picked', ...steps, 'picked']);
    expect(timeline.landmark(log.count(), 1)).toBe(log.count());
    expect(timeline.landmark(1, -1)).toBe(1);
  });

  it('finds the way back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: log.count() }), (seq) => {
        const back = timeline.landmark(seq, -1);
        expect(back).toBeLessThan(seq);
        expect(timeline.landmark(back, 1)).toBeGreaterThanOrEqual(seq);
      }),
    );
  });
});
