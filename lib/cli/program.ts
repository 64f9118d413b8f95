import { Command, CommanderError } from 'commander';
import { EXIT } from '../model/errors.ts';
import { defineCompletion } from './definitions/completion.ts';
import type { CommandLine, Define } from './definitions/definition.ts';
import { defineDoc } from './definitions/doc.ts';
import { defineDoctor } from './definitions/doctor.ts';
import { defineExec } from './definitions/exec.ts';
import { defineFacts } from './definitions/facts.ts';
import { defineInit } from './definitions/init.ts';
import { defineInventory } from './definitions/inventory.ts';
import { defineLab } from './definitions/lab.ts';
import { defineList } from './definitions/list.ts';
import { defineLock } from './definitions/lock.ts';
import { definePlan } from './definitions/plan.ts';
import { defineRun } from './definitions/run.ts';
import { defineVault } from './definitions/vault.ts';
import { defineVerify } from './definitions/verify.ts';
import { wantsJson } from './early-options.ts';
import { writeMistakes } from './mistake-document.ts';
import { byHeading, underHeading } from './options/heading.ts';
import type { Streams } from './streams.ts';
import { version } from './version.ts';

const EXAMPLES = `
Examples:
  garden run playbooks/site.ts --lab             bring the lab up and run a playbook on it
  garden plan site.ts -i hosts.ini               what would change, and how; changes nothing
  garden run site.ts -i hosts.ini -l web1 -bK    one host, as root, asking for sudo's password
  garden exec web -i hosts.ini -- uptime         one command on all hosts of a group

Exit codes: 0 done, 1 a fault of garden, 2 a host failed, 3 something has drifted (verify), 4 a host is unreachable,
  5 wrong usage (nothing was touched), 6 both failed and unreachable, 7 locked by another run, 130 and 143 interrupted`;

/** All commands, in the order in which the help shows them. */
const COMMANDS: readonly Define[] = [
  defineRun,
  definePlan,
  defineVerify,
  defineExec,
  defineList,
  defineInventory,
  defineFacts,
  defineDoc,
  defineVault,
  defineLock,
  defineDoctor,
  defineInit,
  defineLab,
  defineCompletion,
];

/**
 * What is alike for all commands: colours (what they do is decided before it is known which command it is), and where wrong
 * usage sends to.
 */
function completeCommands(parent: string, commands: readonly Command[]): void {
  for (const command of commands) {
    const name = `${parent} ${command.name()}`;
    underHeading(command, 'output', (under) =>
      under
        .option('--color', 'colours also where output goes to a pipe or a file')
        .option('--no-color', 'no colours; so it is with NO_COLOR in the environment')
        .helpOption('-h, --help', 'show this help'),
    ).showHelpAfterError(`(${name} --help tells what there is)`);
    completeCommands(name, command.commands);
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
  const line: CommandLine = {
    argv,
    streams,
    done: (code) => {
      exitCode = code;
    },
  };
  const program = new Command('garden')
    .description('Agentless orchestration: typed playbooks, composed of idempotent roles, run over SSH')
    .helpCommand('help [command]', 'show the help of a command')
    .version(version(), '-V, --version')
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(garden --help tells what there is)')
    .configureHelp({ groupItems: byHeading })
    .configureOutput({
      writeOut: (text) => streams.out.write(text),
      writeErr: (text) => streams.err.write(text),
    })
    .exitOverride();
  for (const define of COMMANDS) define(program, line);
  completeCommands(program.name(), program.commands);
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.done;
    // The words have been told already.
    if (wantsJson(argv)) writeMistakes(streams, [{ message: error.message.replace(/^error: /, '') }], EXIT.usage);
    return EXIT.usage;
  }
  return exitCode;
}
