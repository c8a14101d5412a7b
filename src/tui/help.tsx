import { Box, Text } from 'ink';

/** Keys and what they do, two columns. */
export function Help({
  title,
  keys,
}: {
  readonly title: string;
  readonly keys: readonly (readonly [string, string])[];
}) {
  return (
    <Box flexDirection="column" borderStyle="round" paddingX={2} alignSelf="center">
      <Text bold>{title}</Text>
      {keys.map(([key, what]) => (
        <Text key={key}>
          <Text bold>{key.padEnd(16)}</Text>
          {what}
        </Text>
      ))}
      <Text dimColor>● done ◐ working ◔ calling ◑ at the tool ✗ failed; 2/3: sum of scores / executions</Text>
      <Text dimColor>E and blue: the executor learns; D and magenta: the designer learns</Text>
      <Text dimColor>any key goes back</Text>
    </Box>
  );
}
