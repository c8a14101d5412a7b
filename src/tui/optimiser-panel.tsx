import { Box } from 'ink';
import { ROLES } from '../../machines/stages.ts';
import type { RunView } from '../views/run-view.ts';
import type { StepView } from '../views/step-view.ts';
import { figuresText } from '../views/update-figures.ts';
import { Chart } from './chart.tsx';
import { colourOf, inColour } from './colours.ts';
import { Text } from './text.tsx';

interface Props {
  readonly view: RunView;
  readonly width: number;
  readonly height: number;
}

type Figure = (step: StepView) => number | null;

/** The figures that have a curve. */
const CURVES: readonly (readonly [title: string, figure: Figure])[] = [
  ['entropy', (step) => step.entropy],
  ['KL frozen', (step) => step.drift],
  ['KL cold start', (step) => step.kl],
  ['clip fraction', (step) => step.clipFraction],
  ['gradient norm', (step) => step.gradientNorm],
];

/** What the optimiser did: for each role that has learned its last figures, and their curves over its steps. */
export function OptimiserPanel({ view, width, height }: Props) {
  const learners = ROLES.flatMap((role) => {
    const steps = view.steps.filter((step) => step.role === role);
    const last = steps.at(-1);
    return last === undefined ? [] : [{ role, steps, text: `  step ${last.step + 1}: ${figuresText(last)}` }];
  });
  // What is left for the curves of each role, below its figures and the titles of the curves.
  const lines = Math.max(1, ...learners.map(({ role, text }) => linesOf(`${role}${text}`, width)));
  const room = Math.floor((height - 1) / Math.max(1, learners.length)) - 1 - lines;
  return (
    <Box flexDirection="column" width={width} height={height} overflow="hidden">
      <Text bold wrap="truncate">
        What learning came to, step by step
      </Text>
      {learners.length === 0 ? <Text dimColor>no role has learned yet</Text> : null}
      {learners.map(({ role, steps, text }) => (
        <Box key={role} flexDirection="column" flexShrink={0}>
          <Box height={lines}>
            <Text>
              <Text bold {...inColour(colourOf(role))}>
                {role}
              </Text>
              {text}
            </Text>
          </Box>
          {room < 2 ? null : <Curves steps={steps} width={width} height={room} />}
        </Box>
      ))}
    </Box>
  );
}

/** Lines that a text takes at most, where words are not broken. */
function linesOf(text: string, width: number): number {
  const longest = Math.max(...text.split(' ').map(({ length }) => length));
  return text.length <= width ? 1 : Math.ceil(text.length / Math.max(1, width - longest));
}

function Curves({ steps, width, height }: Omit<Props, 'view'> & { readonly steps: readonly StepView[] }) {
  const curves = CURVES.map(([title, figure]) => {
    const columns = steps.flatMap((step) => {
      const value = figure(step);
      return value === null ? [] : [{ value, group: step.role }];
    });
    return { title, columns };
  }).filter(({ columns }) => columns.length > 0);
  const each = Math.floor(width / Math.max(1, curves.length));
  return (
    <Box>
      {curves.map(({ title, columns }) => (
        <Chart
          key={title}
          title={title}
          columns={columns}
          width={each}
          height={height}
          high={Math.max(...columns.map(({ value }) => value)) || 1}
          last={short}
          scale={short}
        />
      ))}
    </Box>
  );
}

/** A number in five characters, whatever its size. */
function short(value: number): string {
  if (value === 0) return '0';
  return value >= 0.001 && value < 1000 ? value.toPrecision(2) : value.toExponential(0);
}
