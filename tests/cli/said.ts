import { vi } from 'vitest';
import { createCli } from '../../src/cli/cli.ts';
import { reportFailure } from '../../src/cli/failure.ts';

/** What a command that is called in this process writes to its terminal, and its exit code. */
export async function call(...args: string[]): Promise<{ readonly text: string; readonly code: number }> {
  let text = '';
  const take = (chunk: string | Uint8Array) => {
    text += String(chunk);
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(take),
    vi.spyOn(process.stderr, 'write').mockImplementation(take),
  ];
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await createCli().parseAsync(['node', 'troupe', ...args]);
    return { text, code: Number(process.exitCode) };
  } catch (error) {
    const code = reportFailure(error);
    return { text, code };
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.exitCode = before;
  }
}
