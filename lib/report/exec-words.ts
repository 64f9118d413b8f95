import type { ExecResult } from './exec-recorder.ts';
import { describeFailure } from './failure.ts';
import type { Style } from './style.ts';
import { duration, harmlessLine } from './text.ts';

/** How a command ended on a host: `done`, `failed, status 3`. */
export function execWord({ status, exitStatus, note }: ExecResult, style: Style): string {
  const well = status === 'done' || status === 'skipped';
  const code = exitStatus === undefined || exitStatus === 0 ? '' : `, status ${exitStatus}`;
  return (well ? style.green : style.red)(status + code) + (note === undefined ? '' : ` (${harmlessLine(note)})`);
}

/** How long it took; empty where it did not come to run. */
export function execTime(took: number | undefined, style: Style): string {
  return took === undefined ? '' : style.dim(duration(took));
}

/** Why it failed; the command's own words tell the cause best, and only where it had none garden's are needed. */
export function execFailure({ failure, output, exitStatus }: ExecResult, style: Style): string[] {
  if (failure === undefined) return [];
  const said = output.length > 0 && exitStatus !== undefined;
  if (!said) return describeFailure({ ...failure, lastLines: output.length > 0 ? [] : failure.lastLines }, style);
  return failure.hint === undefined ? [] : [style.cyan(`  → ${harmlessLine(failure.hint)}`)];
}
