import { learnersOf } from '../../machines/stages.ts';
import type { StoredEvent } from '../../store/event-log.ts';
import { alarms } from './alarms.ts';
import { RunView } from './run-view.ts';
import { evaluationName } from './stage-band.ts';
import type { StepView } from './step-view.ts';
import { summaryLines } from './summary.ts';

/** A run as lines of text, for pipes and CI: one per chunk of the cold start, evaluation and step. */
export class PlainProgress {
  readonly view = new RunView();
  /** Alarms that ring already; null before the first event that this process hears. */
  #ringing: readonly string[] | null = null;

  /** Takes in one event; returns a line where something is finished, and one more for each alarm that begins to ring. */
  line(event: StoredEvent): string | null {
    const { view } = this;
    this.#ringing ??= alarms(view).map(kindOf);
    view.apply(event);
    if (event.stream !== 'session') return null;
    const { done, of } = view.progress;
    switch (event.type) {
      case 'imitated':
        if (event.data.steps === 0) return this.#stamp('no cold start: weights taken over from another run');
        return this.#stamp(
          `cold start ${view.losses.length}/${view.plan.imitationChunks}  loss ${(view.losses.at(-1) ?? 0).toFixed(3)}`,
        );
      case 'learned':
        return this.#step(event.data.role ?? view.steps.at(-1)?.role);
      case 'rollout.finished':
        if (done < of || !view.scope.startsWith('eval/')) return null;
        return this.#stamp(this.#evaluation());
      default:
        return null;
    }
  }

  /** What is said when the run is over, or was stopped. */
  closing(run: string, store: string, steps?: number): string[] {
    return summaryLines(this.view, run, store, steps);
  }

  /** A step, once the last of its roles has learned. */
  #step(learner: unknown): string | null {
    const { view } = this;
    const step = view.steps.findLast(({ role }) => role === learner);
    if (step === undefined) return null;
    const learners = learnersOf(step.step, view.plan);
    if (step.role !== learners.at(-1)) return null;
    // Where both learn nobody is frozen.
    const alone = learners.length === 1;
    const drift = alone && step.drift !== null ? `  KL frozen ${step.drift.toExponential(1)}` : '';
    const left = divergences(view.steps.filter((each) => each.step === step.step));
    const text = [
      `step ${step.step + 1}/${view.plan.steps}  ${alone ? `${step.role.padEnd(8)} learns` : 'both roles learn'}`,
      `  designer reward ${step.designerReward.toFixed(3)}  executor reward ${step.executorReward.toFixed(3)}`,
      `  invalid ${(100 * step.invalid).toFixed(0)} %`,
      drift,
      left,
      this.#left(),
    ].join('');
    return [this.#stamp(text), ...this.#alarms().map((alarm) => this.#stamp(`ALARM: ${alarm}`))].join('\n');
  }

  /** The alarms that did not ring after the step before. */
  #alarms(): string[] {
    const all = alarms(this.view);
    const fresh = all.filter((alarm) => this.#ringing?.includes(kindOf(alarm)) !== true);
    this.#ringing = all.map(kindOf);
    return fresh;
  }

  #evaluation(): string {
    const { view } = this;
    const key = view.scope.slice('eval/'.length);
    const parts = Object.entries(view.tallies[key] ?? {}).map(
      ([family, { score, tasks, valid }]) =>
        `${family} ${((100 * score) / tasks).toFixed(1)} % (valid scripts ${((100 * valid) / tasks).toFixed(0)} %)`,
    );
    const name = ['before', 'after'].includes(key) ? `held-out ${key.padEnd(6)}` : evaluationName(key);
    return `${name}  ${parts.join('  ')}`;
  }

  /** Time left, from the pace of the reinforcement steps so far. */
  #left(): string {
    const { view } = this;
    const remaining = view.plan.steps - view.step;
    if (view.firstStepTime === 0 || remaining === 0 || view.step === 0) return '';
    const pace = (view.lastTime - view.firstStepTime) / view.step;
    return `  ~${Math.max(1, Math.round((pace * remaining) / 1000))} s left`;
  }

  #stamp(text: string): string {
    const seconds = (this.view.lastTime - this.view.firstTime) / 1000;
    return `${seconds.toFixed(1).padStart(6)} s  ${text}`;
  }
}

/** `the executor learns nothing` of an alarm: what stays as it goes on ringing. */
function kindOf(alarm: string): string {
  return alarm.slice(0, alarm.indexOf(':'));
}

/** One JSON object per event of the session, for `--json`; null for events of other streams. */
export function jsonLine({ seq, stream, type, data, time }: StoredEvent): string | null {
  if (stream !== 'session' || type === 'picked' || type === 'rollout.finished') return null;
  const { samples: _, ...figures } = data;
  return JSON.stringify({ seq, type, time, ...figures });
}

/** How far each role that learned has left the cold start, where that has its price. */
function divergences(steps: readonly StepView[]): string {
  const known = steps.flatMap(({ role, kl }) => (kl === null ? [] : [{ role, kl }]));
  if (known.length === 0) return '';
  const named = known.map(({ role, kl }) => `${known.length === 1 ? '' : `${role} `}${kl.toExponential(1)}`);
  return `  KL cold start ${named.join(', ')}`;
}
