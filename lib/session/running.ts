import { GardenError } from '../model/errors.ts';
import { sh } from '../model/script.ts';
import type { Channel, ChannelEnd, Connection } from '../transport/transport.ts';
import { type OpenOptions, openAs } from './become.ts';
import type { FrameReader } from './frame-reader.ts';
import { type EndReason, endSnippet, SHELL_IS_GONE } from './kill.ts';
import type { Snippet } from './session.ts';

/** The snippet that a session's shell is running now. */
export interface Running {
  readonly index: number;
  readonly pid: number;
}

/** What is under way: one frame. */
export interface Exchange {
  readonly reader: FrameReader;
  /** How far the shell's count is ahead of the frame's: 1 where the greeting went in front. */
  readonly shift: number;
  readonly snippets: readonly Snippet[];
  running: Running | undefined;
  timer: NodeJS.Timeout | undefined;
  /** A snippet is being ended. */
  ending: Promise<void> | undefined;
  interrupted: boolean;
}

/**
 * Ends a snippet through a channel of its own, as the session's user.
 *
 * @param shell the process id of the session's shell.
 * @throws GardenError where that is not possible, and why.
 */
export async function endRunning(
  connection: Connection,
  options: OpenOptions,
  { shell, running, reason }: { shell: number; running: Running; reason: EndReason },
): Promise<void> {
  if (running.pid === 0) throw new GardenError('/proc is not there, so its processes cannot be found');
  const script = endSnippet(shell, running.pid, reason);
  const channel = await openAs(connection, sh`/bin/sh -c ${script.text}`, options);
  const { status, signal, words } = await outcome(channel);
  if (status === SHELL_IS_GONE) throw new GardenError("the session's shell is gone");
  if (status !== 0) throw new GardenError(words || (signal ? `ended by signal ${signal}` : `exit status ${status}`));
}

async function outcome(channel: Channel): Promise<ChannelEnd & { readonly words: string }> {
  let words = '';
  channel.stderr.on('data', (chunk: Buffer) => {
    words += chunk.toString();
  });
  channel.stderr.resume();
  channel.stdout.resume();
  channel.stdin.end();
  return { ...(await channel.ended), words: words.trim() };
}
