import { randomBytes } from 'node:crypto';
import { GardenError } from '../model/errors.ts';
import type { Become } from '../model/host.ts';
import { type Script, sh } from '../model/script.ts';
import type { Channel, Connection } from '../transport/transport.ts';

/** How long a question for a password or the shell behind it may let itself be waited for, in milliseconds. */
const PATIENCE = 30_000;

/** The command that runs a script as another user, and the words by which a wrong password is known. */
function command({ user, method, password }: Become, script: Script, prompt: string, ready: string): string {
  const shell = '/bin/sh';
  const hello = sh`printf '%s\n' ${ready} >&2; ${script}`.text;
  switch (method) {
    case 'sudo': {
      if (password === undefined) return sh`exec sudo -n -H -u ${user} -- ${shell} -c ${hello}`.text;
      return sh`exec sudo -S -H -p ${prompt} -u ${user} -- ${shell} -c ${hello}`.text;
    }
    case 'su':
      return sh`LC_ALL=C exec su -s ${shell} ${user} -c ${hello}`.text;
    case 'doas':
      return sh`exec doas -n -u ${user} ${shell} -c ${hello}`.text;
  }
}

/** Waits until the shell has said that it is there, answering one question for the password on the way. */
async function untilReady(channel: Channel, become: Become, prompt: string, ready: string): Promise<void> {
  const asks = become.method === 'su' ? /[Pp]assword: ?$/ : undefined;
  return new Promise<void>((resolve, reject) => {
    let said = Buffer.alloc(0);
    let answered = false;
    const timer = setTimeout(
      () => settle(() => reject(refusal(become, `no answer within ${PATIENCE / 1000} s`))),
      PATIENCE,
    );
    const settle = (end: () => void) => {
      clearTimeout(timer);
      channel.stderr.off('data', onData);
      channel.stdout.off('data', onData);
      end();
    };
    const onData = (chunk: Buffer) => {
      said = Buffer.concat([said, chunk]);
      const text = said.toString();
      if (
        text.includes(`${ready}
`)
      )
        return settle(resolve);
      const asked = text.includes(prompt) || (asks?.test(text) ?? false);
      if (!asked) return;
      said = Buffer.alloc(0);
      if (answered || become.password === undefined) {
        channel.close();
        return settle(() =>
          reject(
            refusal(
              become,
              answered
                ? `refused the password of ${become.user === 'root' && become.method === 'su' ? 'root' : 'the user who logged in'}`
                : 'asks for a password, and none was given',
            ),
          ),
        );
      }
      answered = true;
      channel.stdin.write(`${become.password.reveal()}\n`);
    };
    channel.stderr.on('data', onData);
    if (become.method === 'su') channel.stdout.on('data', onData);
    void channel.ended.then(() =>
      settle(() => reject(refusal(become, explanation(become, said.toString(), answered)))),
    );
  });
}

function explanation({ method }: Become, said: string, answered: boolean): string {
  const words = said.trim().split('\n').filter(Boolean).at(-1) ?? '';
  if (/a password is required|Authorization required|Authentication required/i.test(words))
    return 'asks for a password, and none was given';
  if (/not found|No such file/.test(words)) return `is not installed there (${words})`;
  if (
    answered &&
    /incorrect password|no password was provided|Authentication failure|Sorry, try again|try again/i.test(said)
  )
    return 'refused the password';
  return words === '' ? `${method} ended without a word` : words;
}

function refusal({ method, user }: Become, why: string): GardenError {
  const text =
    why.startsWith('refused') || why.startsWith('asks') || why.startsWith('is ')
      ? `${method} ${why}`
      : `${method} does not let us become ${user}: ${why}`;
  return new GardenError(text, {
    hint: why.includes('password')
      ? 'give the right one with -K or ansible_become_password; it was tried once'
      : `see that the user who logs in may become ${user} by ${method}`,
  });
}

/**
 * Runs a script on a channel of its own, as who logged in or as another user. The password goes to the prompt and
 * nowhere else. Standard input is the script's from the moment this resolves.
 *
 * @throws GardenError where it cannot become that user; ConnectionLost.
 */
export async function openScript(connection: Connection, script: Script, become: Become | undefined): Promise<Channel> {
  if (become === undefined) return connection.open(sh`exec /bin/sh -c ${script.text}`.text);
  const nonce = randomBytes(12).toString('hex');
  const prompt = `[garden ${nonce}] `;
  const ready = `garden-ready-${nonce}`;
  const channel = await connection.open(command(become, script, prompt, ready));
  await untilReady(channel, become, prompt, ready);
  return channel;
}
