/** Green and red for a terminal that wants colours; plain text for everyone else. */
export function markInColour(out: NodeJS.WriteStream): (text: string, good: boolean) => string {
  const wanted = out.isTTY === true && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb';
  if (!wanted) return (text) => text;
  return (text, good) => `\x1b[${good ? 32 : 31}m${text}\x1b[39m`;
}
