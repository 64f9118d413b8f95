import type { Command } from 'commander';
import { underHeading } from './heading.ts';

/** What `garden plan` takes beside the options of a run. */
export interface PlanOptions {
  /** Where the plan is written to, to be applied later. */
  readonly output?: string;
  /** End with another exit code than 0 where something is to be changed. */
  readonly detailedExitcode?: true;
}

/** Adds the options of `garden plan`. */
export function withPlanOptions(command: Command): Command {
  return underHeading(command, 'output', (under) =>
    under
      .option('-o, --output <file>', 'write the plan to a file, which garden run --plan applies')
      .option('--detailed-exitcode', 'end with 3 where something is to be changed, and with 0 where nothing is'),
  );
}

/** What applies a plan. */
export interface AppliedPlanOptions {
  /** `--plan`: the file that `garden plan -o` has written. */
  readonly plan?: string;
}

/** Adds the option that applies a plan. */
export function withAppliedPlanOptions(command: Command): Command {
  return underHeading(command, 'run', (under) =>
    under.option('--plan <file>', 'do just what this plan says, which garden plan -o has written'),
  );
}
