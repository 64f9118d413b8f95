import type { Command } from 'commander';
import { type HostOptions, withHostOptions } from '../options/host-options.ts';
import { type ReportFlags, withReportOptions } from '../options/report.ts';
import type { CommandLine } from './definition.ts';

const EXAMPLES = `
One word behind -- is a script for the host's shell; several are a program and its arguments, which arrive unchanged.

Examples:
  garden exec all -i hosts.ini -- systemctl is-active haproxy
  garden exec web -i hosts.ini -- 'ps ax | grep [h]aproxy'
  garden exec 'web:&east' -i hosts.ini -bK -- apt-get update`;

/** `garden exec`. */
export function defineExec(program: Command, { argv, streams, done }: CommandLine): void {
  withReportOptions(withHostOptions(program.command('exec')))
    .description('run one command on hosts')
    .usage('<pattern> [options] -- <command...>')
    .argument('<pattern>', 'a host pattern: all, web, web:&east, web:!web3')
    .argument('<command...>', 'the command, behind --')
    .addHelpText('after', EXAMPLES)
    .action(async (pattern: string, words: string[], options: HostOptions & ReportFlags) => {
      const { execCommand } = await import('../commands/exec.ts');
      done(await execCommand(pattern, words, options, argv, streams));
    });
}
