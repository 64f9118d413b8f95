import { type Command, InvalidArgumentError } from 'commander';
import { milliseconds } from '../../model/duration.ts';
import type { ExecOptions } from '../commands/exec.ts';
import { underHeading } from '../options/heading.ts';
import { type HostOptions, withHostOptions } from '../options/host-options.ts';
import { type LockOptions, withLockOptions } from '../options/lock-options.ts';
import { type ReportFlags, withReportOptions } from '../options/report.ts';
import { HOST_PATTERN } from '../options/values.ts';
import type { CommandLine } from './definition.ts';

const EXAMPLES = `
One word behind -- is a script for the host's shell; several are a program and its arguments, which arrive unchanged.

Examples:
  garden exec all -i hosts.ini -- systemctl is-active haproxy
  garden exec web -i hosts.ini -- 'ps ax | grep [h]aproxy'
  garden exec 'web:&east' -i hosts.ini -bK -- apt-get update
  garden exec all --script check.py -- --all     a script of yours, by the interpreter that its first line names`;

/** In seconds. */
function duration(value: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(value) ?? [];
  const factor = unit === 'ms' || unit === 'm' || unit === 'h' ? milliseconds(`1${unit}`) / 1000 : 1;
  if (amount === undefined || Number(amount) === 0) throw new InvalidArgumentError('Write 30s, 5m or 2h.');
  return Number(amount) * factor;
}

/** `garden exec`. */
export function defineExec(program: Command, { argv, streams, done }: CommandLine): void {
  const command = withLockOptions(withReportOptions(withHostOptions(program.command('exec'))));
  underHeading(command, 'run', (under) =>
    under
      .option('--script <file>', 'run the text of this file; "-" is standard input')
      .option('--time-limit <time>', 'how long it may run on each host (10 minutes by default)', duration),
  )
    .description('run one command, or a script, on hosts')
    .usage('<pattern> [options] -- <command...>')
    .argument('<pattern>', HOST_PATTERN)
    .argument('[command...]', 'the command, behind --; with --script, its arguments')
    .addHelpText('after', EXAMPLES)
    .action(
      async (pattern: string, words: string[], options: HostOptions & LockOptions & ReportFlags & ExecOptions) => {
        if (words.length === 0 && options.script === undefined) {
          return command.error("error: missing required argument 'command'");
        }
        const { execCommand } = await import('../commands/exec.ts');
        done(await execCommand(pattern, words, options, argv, streams));
      },
    );
}
