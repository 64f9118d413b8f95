import type { Command } from 'commander';
import { type HostOptions, withHostOptions } from '../options/host-options.ts';
import { type PlanOptions, withPlanOptions } from '../options/plan-options.ts';
import { type ReportFlags, withReportOptions } from '../options/report.ts';
import { type SelectionFlags, withSelectionOptions } from '../options/selection.ts';
import type { CommandLine } from './definition.ts';
import { PLAYBOOK } from './run.ts';

const EXAMPLES = `
Examples:
  garden plan site.ts -i hosts.ini               what would change, and how
  garden plan site.ts -i hosts.ini -o plan.json  the same, to be applied as it is: garden run --plan plan.json
  garden plan site.ts --detailed-exitcode        for scripts: ends with 3 where something is to be changed`;

/** `garden plan`. */
export function definePlan(program: Command, { argv, streams, done }: CommandLine): void {
  withPlanOptions(withSelectionOptions(withReportOptions(withHostOptions(program.command('plan')))))
    .description('show what a playbook would change: the same as run --check --diff')
    .argument('<playbook>', PLAYBOOK)
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: HostOptions & PlanOptions & ReportFlags & SelectionFlags) => {
      const { planCommand } = await import('../commands/plan.ts');
      done(await planCommand(file, options, argv, streams));
    });
}
