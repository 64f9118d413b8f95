import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { Script } from '../../lib/model/script.ts';
import type { Output } from '../../lib/model/task.ts';

/** Gives a script to a shell that was just started, and resolves to what it printed and how it ended. */
export async function runScript(running: ChildProcessWithoutNullStreams, script: Script): Promise<Output> {
  running.stdin.on('error', () => {}); // It ended before it had read all: its status says so.
  running.stdin.end(script.text);
  const [stdout, stderr, status] = await Promise.all([
    text(running.stdout),
    text(running.stderr),
    new Promise<number>((resolve, reject) => {
      running.once('error', reject);
      running.once('close', (code) => resolve(code ?? 128));
    }),
  ]);
  return { stdout, stderr, status };
}
