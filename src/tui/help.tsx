import { Box } from 'ink';
import { Text } from './text.tsx';

interface Props {
  readonly title: string;
  readonly keys: readonly (readonly [string, string])[];
  readonly width: number;
  readonly height: number;
}

/** Keys and what they do, two columns, instead of everything else: a window of 60 × 16 has room for no more. */
export function Help({ title, keys, width, height }: Props) {
  const lines = [
    ...keys.map(([key, what]) => ({ key: key.padEnd(17), what })),
    { key: '', what: '● done ◐ working ◔ calling ◑ at the tool ✗ failed' },
    { key: '', what: '2/3: sum of scores / executions; E D C: who learns' },
  ];
  return (
    <Box width={width} height={height} justifyContent="center" overflow="hidden">
      <Box flexDirection="column" borderStyle="round" paddingX={2} alignSelf="flex-start">
        <Text>
          <Text bold>{title}</Text>
          <Text dimColor>{'  any key goes back'}</Text>
        </Text>
        {lines.map(({ key, what }) => (
          <Text key={what} wrap="truncate" dimColor={key === ''}>
            <Text bold>{key}</Text>
            {what}
          </Text>
        ))}
      </Box>
    </Box>
  );
}
