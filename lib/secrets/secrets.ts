import { UsageError } from '../model/errors.ts';
import { Secret } from '../model/secret.ts';
import { requestSecret } from '../model/secret-request.ts';
import { didYouMean } from '../model/suggestion.ts';

const COMMAND_TIMEOUT = 60_000;
const LAST_LINES = 5;

/**
 * A secret of the project's vault. It is fetched before any host is touched, and may be used wherever a `Secret` may
 * stand. Where it is not in the vault, that is a mistake at the line that asks for it.
 */
export function secret(name: string): Secret {
  return requestSecret(`secret "${name}"`, (vault) => vault.find(name));
}

/** A secret that stands in a variable of garden's own environment. Where that is empty or not set, it is a mistake. */
export function secretFromEnvironment(name: string): Secret {
  return requestSecret(`environment variable ${name}`, async () => {
    const value = process.env[name];
    if (value) return new Secret(value);
    const message = `the environment variable ${name} is ${value === '' ? 'empty' : `not set${didYouMean(name, Object.keys(process.env))}`}`;
    throw new UsageError([{ message }]);
  });
}

export interface SecretCommandOptions {
  /** Whether the secret is the first line alone of what is printed: `pass` keeps notes behind it. */
  readonly firstLine?: boolean;
}

/**
 * A secret that a program on this machine prints, such as `['pass', 'show', 'mail/dkim']`. It is run once, without a
 * shell; the end of its last line is none of the secret. Where it fails or prints nothing, that is a mistake.
 */
export function secretFromCommand(
  command: readonly [program: string, ...words: string[]],
  { firstLine = false }: SecretCommandOptions = {},
): Secret {
  const [program, ...words] = command;
  return requestSecret(`${firstLine ? 'first line' : 'output'} of ${JSON.stringify(command)}`, async () => {
    const { execa } = await import('execa');
    const { failed, timedOut, stdout, stderr, exitCode, originalMessage } = await execa(program, words, {
      reject: false,
      // It may ask a person, but must not eat the lines of a pipe that answer garden's own questions.
      stdin: process.stdin.isTTY ? 'inherit' : 'ignore',
      timeout: COMMAND_TIMEOUT,
    });
    const value = firstLine ? (stdout.split(/\r?\n/)[0] ?? '') : stdout;
    if (!failed && value !== '') return new Secret(value);
    const how = timedOut
      ? `took longer than ${COMMAND_TIMEOUT / 1000} s`
      : exitCode === undefined
        ? `could not be run: ${originalMessage ?? 'it was ended'}`
        : exitCode === 0
          ? 'printed nothing'
          : `ended with status ${exitCode}`;
    const hint = stderr.trim().split('\n').slice(-LAST_LINES).join('\n');
    throw new UsageError([{ message: `the command for a secret, ${program}, ${how}`, ...(hint && { hint }) }]);
  });
}
