import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { EXIT } from '../model/errors.ts';
import { LAB_ACTIONS, type LabCommandOptions, labCommand } from './commands/lab.ts';
import { type HostOptions, withHostOptions } from './options.ts';
import type { Streams } from './streams.ts';

/** The package's own version; found through its name, so that it is right in dist/ and in a checkout. */
function version(): string {
  const manifest: unknown = createRequire(import.meta.url)('walled-garden/package.json');
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return known ? String(manifest.version) : 'unknown';
}

const EXAMPLES = `
Examples:
  garden run playbooks/site.ts --lab             bring the lab up and run a playbook on it
  garden plan site.ts -i hosts.ini               what would change, and how; changes nothing
  garden run site.ts -i hosts.ini -l web1 -bK    one host, as root, asking for sudo's password
  garden exec web -i hosts.ini -- uptime         one command on all hosts of a group

Exit codes: 0 done, 1 a fault of garden, 2 a host failed, 4 a host is unreachable, 5 wrong usage (nothing was touched),
  6 both failed and unreachable, 7 locked by another run, 130 and 143 interrupted`;

const RUN_EXAMPLES = `
Examples:
  garden run site.ts -i hosts.ini                run it
  garden run site.ts -i hosts.ini -CD            only look, and show every difference
  garden run site.ts -l 'web:!web3' -f 5         all of web but web3, five at a time (inventory: the lab's)
  garden run site.ts -i hosts.ini -e release=42  with a variable`;

const EXEC_EXAMPLES = `
One word behind -- is a script for the host's shell; several are a program and its arguments, which arrive unchanged.

Examples:
  garden exec all -i hosts.ini -- systemctl is-active haproxy
  garden exec web -i hosts.ini -- 'ps ax | grep [h]aproxy'
  garden exec 'web:&east' -i hosts.ini -bK -- apt-get update`;

const LAB_EXAMPLES = `
The lab is a set of Debian containers on this machine, for rehearsals. It needs root, and names what else is missing.

Examples:
  garden lab up                                  build it, or mend what is broken of it
  garden lab up --install                        the same, and apt-get install what it needs first
  garden lab status                              its hosts, and what is left over if it is broken
  garden lab down                                take it away, and leave nothing behind`;

const LAB_DESCRIPTIONS = {
  up: 'bring the lab up; does nothing where it is up',
  down: 'take the lab away, also what a crash left of it',
  status: "show the lab's hosts",
} as const satisfies Record<(typeof LAB_ACTIONS)[number], string>;

/** How a command ends: with an exit code. */
type Done = (exitCode: number) => void;

// Commands are imported when they are asked for, so that `garden --version` and a typing mistake are answered at once.

function addRun(program: Command, argv: readonly string[], streams: Streams, done: Done): void {
  withHostOptions(program.command('run'))
    .description('run a playbook')
    .argument('<playbook>', 'a TypeScript file whose default export is a playbook')
    .addHelpText('after', RUN_EXAMPLES)
    .action(async (file: string, options: HostOptions) => {
      const { runCommand } = await import('./commands/run.ts');
      done(await runCommand(file, options, argv, streams));
    });
  withHostOptions(program.command('plan'))
    .description('show what a playbook would change: the same as run --check --diff')
    .argument('<playbook>', 'a TypeScript file whose default export is a playbook')
    .action(async (file: string, options: HostOptions) => {
      const { runCommand } = await import('./commands/run.ts');
      done(await runCommand(file, { ...options, check: true, diff: true }, argv, streams));
    });
}

function addExec(program: Command, argv: readonly string[], streams: Streams, done: Done): void {
  withHostOptions(program.command('exec'))
    .description('run one command on hosts')
    .usage('<pattern> [options] -- <command...>')
    .argument('<pattern>', 'a host pattern: all, web, web:&east, web:!web3')
    .argument('<command...>', 'the command, behind --')
    .addHelpText('after', EXEC_EXAMPLES)
    .action(async (pattern: string, words: string[], options: HostOptions) => {
      const { execCommand } = await import('./commands/exec.ts');
      done(await execCommand(pattern, words, options, argv, streams));
    });
}

function addLab(program: Command, streams: Streams, done: Done): void {
  const lab = program
    .command('lab')
    .description('the rehearsal lab: up, down, status')
    .helpCommand(false)
    .addHelpText('after', LAB_EXAMPLES);
  for (const action of LAB_ACTIONS) {
    const command = lab
      .command(action)
      .description(LAB_DESCRIPTIONS[action])
      .option('--name <name>', 'which lab, where there are several');
    if (action === 'up') command.option('--install', 'install the packages that it needs on this machine');
    command.action(async (options: LabCommandOptions) => {
      done(await labCommand(action, options, streams));
    });
  }
}

/**
 * The command line. Resolves to the exit code.
 *
 * @param argv the words behind `garden`
 * @throws whatever a command throws; wrong usage has been told already
 */
export async function runProgram(argv: readonly string[], streams: Streams): Promise<number> {
  let exitCode: number = EXIT.done;
  const done: Done = (code) => {
    exitCode = code;
  };
  const program = new Command('garden')
    .description('Agentless orchestration: typed playbooks, composed of idempotent roles, run over SSH')
    .helpCommand('help [command]', 'show the help of a command')
    .version(version(), '-V, --version')
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(garden --help tells what there is)')
    .configureOutput({
      writeOut: (text) => streams.out.write(text),
      writeErr: (text) => streams.err.write(text),
    })
    .exitOverride();
  addRun(program, argv, streams, done);
  addExec(program, argv, streams, done);
  addLab(program, streams, done);
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  return exitCode;
}
