import { PassThrough, type Readable } from 'node:stream';
import { GardenError } from '../model/errors.ts';
import { type Script, sh } from '../model/script.ts';
import type { Channel, ChannelEnd, Connection } from '../transport/transport.ts';
import type { Dialogue } from './become-dialogue.ts';

/**
 * Joins this channel's streams to three FIFOs in a private folder, which is gone again as soon as both ends are open.
 * Bytes pass through FIFOs in memory; nothing is written to a disk. Prints the folder; a line on standard input says that
 * the other end is there. Where that line does not come, each FIFO is opened once, so that no reader waits for ever for
 * a writer (fifo(7): opening for both ways never waits).
 */
const PUMP = sh`umask 077; garden_fifos=$(mktemp -d) && mkfifo "$garden_fifos/in" "$garden_fifos/out" "$garden_fifos/err" || exit 1
trap 'rm -rf "$garden_fifos"' EXIT
trap 'exit 1' HUP INT TERM
printf '%s\n' "$garden_fifos"
cat "$garden_fifos/out" &
cat "$garden_fifos/err" >&2 &
exec 3<>"$garden_fifos/in"
if IFS= read -r garden_go; then
  rm -rf "$garden_fifos"
  cat >&3
  exec 3>&-
  wait
else
  true <>"$garden_fifos/out" <>"$garden_fifos/err"
  wait
fi`;

/** A command whose terminal is there for its question alone. */
export interface InTerminal {
  /** The command's three streams and its end. */
  readonly channel: Channel;
  readonly dialogue: Dialogue;
  /** To be called when the command has started: takes the folder away. */
  settled(): Promise<void>;
}

/**
 * Runs a command in a terminal, which some methods insist on when they ask for a password, but with its streams kept
 * apart from it: a terminal would mix standard output and error, change newlines, and echo.
 *
 * @throws GardenError where no FIFOs can be made; ConnectionLost.
 */
export async function openInTerminal(connection: Connection, command: Script): Promise<InTerminal> {
  const pump = await connection.open(sh`exec /bin/sh -c ${PUMP.text}`.text);
  const folder = await firstLine(pump);
  let terminal: Channel;
  try {
    // The shell stays, and keeps the terminal open: without anybody who does, sshd takes it for closed and reads no more.
    const within = sh`${command} <${`${folder}/in`} >${`${folder}/out`} 2>${`${folder}/err`}; exit $?`;
    terminal = await connection.open(sh`exec /bin/sh -c ${within.text}`.text, { terminal: true });
  } catch (error) {
    pump.stdin.end();
    pump.close();
    throw error;
  }
  terminal.stderr.resume();
  const ended = terminal.ended.then(async (end): Promise<ChannelEnd> => {
    // The command is gone: with its input at an end, the pump hands on what is left and ends as well.
    pump.stdin.end();
    await pump.ended;
    return end;
  });
  const channel: Channel = {
    stdin: pump.stdin,
    stdout: pump.stdout,
    stderr: pump.stderr,
    ended,
    close() {
      pump.stdin.end();
      terminal.close();
      void terminal.ended.then(() => pump.close());
    },
  };
  const screen = terminal.stdout.pipe(new PassThrough());
  return {
    channel,
    dialogue: { asks: [screen], answer: (line) => terminal.stdin.write(line) },
    async settled() {
      screen.resume();
      pump.stdin.write('go\n');
    },
  };
}

/** The first line that a channel prints; what follows is left in the stream, which is paused. */
async function firstLine({ stdout, stderr, ended }: Channel): Promise<string> {
  const complaints: Buffer[] = [];
  const complain = (chunk: Buffer) => complaints.push(chunk);
  stderr.on('data', complain);
  try {
    return await new Promise<string>((resolve, reject) => {
      let text = '';
      const take = (chunk: Buffer) => {
        text += chunk.toString('latin1');
        // A log-in shell may have greeted first.
        const [line, folder] = /^(\/.*)\n/m.exec(text) ?? [];
        if (line === undefined || folder === undefined) return;
        stop(stdout, take);
        resolve(folder);
      };
      stdout.on('data', take).resume();
      void ended.then(() => {
        const words = Buffer.concat(complaints).toString().trim();
        reject(new GardenError(`no private folder could be made for the question for the password: ${words}`));
      });
    });
  } finally {
    stop(stderr, complain);
  }
}

function stop(stream: Readable, listener: (chunk: Buffer) => void): void {
  stream.off('data', listener).pause();
}
