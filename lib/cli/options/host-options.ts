import { type Command, InvalidArgumentError, Option } from 'commander';
import { splitWords } from '../../inventory/words.ts';
import { BECOME_METHODS, type BecomeMethod, type TransportName } from '../../model/host.ts';
import type { BecomeOption } from '../../model/node.ts';
import { underHeading } from './heading.ts';
import { type InventoryOptions, withInventoryOptions } from './inventory-options.ts';
import { positive } from './values.ts';

/** What all commands that talk to hosts take; the short flags are Ansible's. */
export interface HostOptions extends InventoryOptions {
  readonly forks: number;
  readonly become?: true;
  readonly becomeUser?: string;
  readonly becomeMethod?: BecomeMethod;
  readonly askBecomePass?: true;
  readonly user?: string;
  readonly askPass?: true;
  readonly privateKey?: string;
  readonly acceptNewHostKeys?: true;
  readonly connection?: (typeof CONNECTIONS)[number];
  /** How long a log-in may take, in seconds. */
  readonly timeout?: number;
  readonly sshCommonArgs?: readonly string[];
  readonly sshExtraArgs?: readonly string[];
  readonly check?: true;
  readonly diff?: true;
  readonly verbose: number;
  readonly lab?: true;
}

const DEFAULT_FORKS = 50;

/** How hosts can be reached. */
const CONNECTIONS = ['ssh', 'openssh', 'local'] as const satisfies readonly TransportName[];

/** Arguments in one word, quoted as in a shell. */
function sshArguments(value: string, earlier: readonly string[] = []): readonly string[] {
  const { words, problem } = splitWords(value, { comments: false });
  if (problem !== undefined) throw new InvalidArgumentError(`It cannot be split into words: ${problem}.`);
  return [...earlier, ...words.map(({ text }) => text)];
}

/** Adds the options that all commands that talk to hosts take. */
export function withHostOptions(command: Command): Command {
  withInventoryOptions(command);
  underHeading(command, 'inventory', (under) =>
    under.option('--lab', 'bring the lab up first; without -i its inventory is used'),
  );
  underHeading(command, 'login', withLoginOptions);
  underHeading(command, 'become', withBecomeOptions);
  underHeading(command, 'run', (under) =>
    under
      .option('-C, --check', 'change nothing, tell what would change')
      .option('-f, --forks <number>', 'how many hosts at a time', positive, DEFAULT_FORKS),
  );
  return underHeading(command, 'output', (under) =>
    under
      .option('-D, --diff', 'show what changes, texts line by line')
      .option(
        '-v, --verbose',
        'say more; -vv also what commands print as they run; -vvv also what is sent to hosts',
        (_: string, earlier: number) => earlier + 1,
        0,
      ),
  );
}

function withLoginOptions(command: Command): void {
  command
    .option('-u, --user <name>', 'log in as this user')
    .option('-k, --ask-pass', 'ask for the password to log in with')
    .option('--private-key <file>', 'log in with this key')
    .addOption(new Option('--key-file <file>', 'the same as --private-key').hideHelp())
    .addOption(
      new Option('-c, --connection <how>', 'how to reach hosts, whatever is said of them').choices(CONNECTIONS),
    )
    .option('-T, --timeout <seconds>', 'how long a log-in may take', positive)
    .option('--ssh-common-args <args>', 'further arguments for ssh, such as "-o ProxyJump=gate"', sshArguments)
    .addOption(new Option('--ssh-extra-args <args>', 'the same').argParser(sshArguments).hideHelp())
    .option('--accept-new-host-keys', 'take host keys that are not known yet, and remember them; never a changed one')
    .on('option:key-file', (file: string) => command.setOptionValueWithSource('privateKey', file, 'cli'));
}

function withBecomeOptions(command: Command): void {
  command
    .option('-b, --become', 'act as root, or as --become-user')
    .option('--become-user <name>', 'act as this user')
    .addOption(new Option('--become-method <method>', 'how to become that user').choices(BECOME_METHODS))
    .option('-K, --ask-become-pass', 'ask for the password to become that user with');
}

/** What the command line says of acting as another user; undefined where it says nothing and the play decides. */
export function becomeOption(options: HostOptions): BecomeOption | undefined {
  const { become, becomeUser: user, becomeMethod: method } = options;
  if (user === undefined && method === undefined) return become;
  return { ...(user === undefined ? {} : { user }), ...(method === undefined ? {} : { method }) };
}
