import type { Command } from 'commander';
import { type HostOptions, withHostOptions } from '../options/host-options.ts';
import { type ReportFlags, withReportOptions } from '../options/report.ts';
import { type SelectionFlags, withSelectionOptions } from '../options/selection.ts';
import type { CommandLine } from './definition.ts';
import { PLAYBOOK } from './run.ts';

const EXAMPLES = `
It only reads, and locks nothing. What has no state (a command that is run every time, a step) is passed over.

Examples:
  garden verify site.ts -i hosts.ini             a table of what is not as it should be; ends with 3 if anything is
  garden verify site.ts -i hosts.ini -D          and how it differs, line by line`;

/** `garden verify`. */
export function defineVerify(program: Command, { argv, streams, done }: CommandLine): void {
  withSelectionOptions(withReportOptions(withHostOptions(program.command('verify'))))
    .description('tell whether hosts are still as a playbook says; changes nothing')
    .argument('<playbook>', PLAYBOOK)
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: HostOptions & ReportFlags & SelectionFlags) => {
      const { verifyCommand } = await import('../commands/verify.ts');
      done(await verifyCommand(file, options, argv, streams));
    });
}
