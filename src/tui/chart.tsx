import { Box } from 'ink';
import { type Column, columnChart } from '../views/chart.ts';
import { colourOf, inColour } from './colours.ts';
import { Text } from './text.tsx';

interface Props {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly width: number;
  readonly height: number;
  readonly high: number;
  /** How the last value, and the ends of the scale, are written. */
  readonly last?: (value: number) => string;
  readonly scale?: (value: number) => string;
}

/** A titled column chart with its scale; columns are coloured by the role whose stage it was. */
export function Chart({ title, columns, width, height, high, last = thousandths, scale = tenths }: Props) {
  const value = columns.at(-1)?.value;
  const room = scale(high).length;
  const rows = columnChart(columns, { width: Math.max(4, width - room - 2), height, high });
  return (
    <Box flexDirection="column" width={width} paddingRight={1}>
      <Box>
        <Text bold wrap="truncate">
          {title}
        </Text>
        <Box flexShrink={0}>
          <Text>{value === undefined ? '' : ` ${last(value)}`}</Text>
        </Box>
      </Box>
      {rows.map((runs, row) => (
        <Text key={`${title}-${row}`} wrap="truncate">
          <Text
            dimColor
          >{`${(row === 0 ? scale(high) : row === height - 1 ? scale(0) : '').padStart(room)}│`}</Text>
          {runs.map(({ text, group }, index) => (
            <Text key={`${title}-${row}-${index}`} {...inColour(colourOf(group))}>
              {text}
            </Text>
          ))}
        </Text>
      ))}
    </Box>
  );
}

function thousandths(value: number): string {
  return value.toFixed(3);
}

function tenths(value: number): string {
  return value.toFixed(1);
}
