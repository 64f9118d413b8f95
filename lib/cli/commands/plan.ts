import { runPlaybook } from '../../engine/run.ts';
import type { HostOptions } from '../options/host-options.ts';
import type { LockOptions } from '../options/lock-options.ts';
import type { PlanOptions } from '../options/plan-options.ts';
import type { ReportFlags } from '../options/report.ts';
import type { SelectionFlags } from '../options/selection.ts';
import { checkRepeatable, withKeptOptions } from '../plan/kept-options.ts';
import { readPlan } from '../plan/plan-file.ts';
import { applyingPlan, checkAgreement, recordingPlan } from '../plan/plan-run.ts';
import { complain, type Streams } from '../streams.ts';
import { runCommand } from './run.ts';

/** `garden plan`. Resolves to the exit code. */
export async function planCommand(
  file: string,
  given: HostOptions & PlanOptions & ReportFlags & SelectionFlags,
  argv: readonly string[],
  streams: Streams,
): Promise<number> {
  const { output, detailedExitcode } = given;
  if (output !== undefined) checkRepeatable(given);
  const say = (text: string): void => complain(streams, [text]);
  const look = output === undefined ? runPlaybook : recordingPlan(output, file, given, say);
  return runCommand(file, { ...given, check: true, diff: true }, argv, streams, {
    conduct: (run) => look({ ...run, tellDrift: detailedExitcode ?? false }),
  });
}

/** `garden run --plan`. Resolves to the exit code. */
export async function applyPlanCommand(
  planFile: string,
  playbook: string | undefined,
  given: HostOptions & LockOptions & ReportFlags & SelectionFlags,
  argv: readonly string[],
  streams: Streams,
): Promise<number> {
  const plan = readPlan(planFile);
  checkAgreement(plan, playbook, given.extraVars);
  const options = withKeptOptions(given, plan.options);
  const say = (text: string): void => complain(streams, [text]);
  return runCommand(plan.playbook, options, argv, streams, { conduct: applyingPlan(plan, say), indivisible: true });
}
