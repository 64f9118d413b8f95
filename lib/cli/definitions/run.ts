import type { Command } from 'commander';
import { type HostOptions, withHostOptions } from '../options/host-options.ts';
import { type ListFlags, listedParts, withListFlags } from '../options/list-flags.ts';
import { type LockOptions, withLockOptions } from '../options/lock-options.ts';
import { type AppliedPlanOptions, withAppliedPlanOptions } from '../options/plan-options.ts';
import { type ReportFlags, withReportOptions } from '../options/report.ts';
import { type SelectionFlags, withSelectionOptions } from '../options/selection.ts';
import type { CommandLine } from './definition.ts';

const EXAMPLES = `
Examples:
  garden run site.ts -i hosts.ini                run it
  garden run site.ts -i hosts.ini -CD            only look, and show every difference
  garden run site.ts -l 'web:!web3' -f 5         all of web but web3, five at a time (inventory: the lab's)
  garden run site.ts -i hosts.ini -e release=42  with a variable
  garden run --plan plan.json                    just what garden plan -o has planned`;

/** What commands take as their playbook. */
export const PLAYBOOK = 'a TypeScript file whose default export is a playbook';

/** `garden run`. */
export function defineRun(program: Command, { argv, streams, done }: CommandLine): void {
  const command = withAppliedPlanOptions(
    withListFlags(withLockOptions(withSelectionOptions(withReportOptions(withHostOptions(program.command('run')))))),
  )
    .description('run a playbook')
    .argument('[playbook]', `${PLAYBOOK}; with --plan it may be left out`)
    .addHelpText('after', EXAMPLES)
    .action(
      async (
        file: string | undefined,
        { plan, ...options }: HostOptions & LockOptions & ReportFlags & SelectionFlags & AppliedPlanOptions & ListFlags,
      ) => {
        if (plan !== undefined) {
          const { applyPlanCommand } = await import('../commands/plan.ts');
          return done(await applyPlanCommand(plan, file, options, argv, streams));
        }
        if (file === undefined) return command.error("error: missing required argument 'playbook'");
        const parts = listedParts(options);
        if (parts.length > 0) {
          const { listCommand } = await import('../commands/list.ts');
          const format = options.format === 'json' ? 'json' : 'text';
          for (const only of parts) done(await listCommand(file, { ...options, only, format }, streams));
          return;
        }
        const { runCommand } = await import('../commands/run.ts');
        done(await runCommand(file, options, argv, streams));
      },
    );
}
