import { runPlaybook } from '../../engine/run.ts';
import type { HostOptions } from '../options/host-options.ts';
import type { ReportFlags } from '../options/report.ts';
import type { SelectionFlags } from '../options/selection.ts';
import type { Streams } from '../streams.ts';
import { runCommand } from './run.ts';

/** `garden verify`. Resolves to the exit code: 3 where a host has drifted. */
export async function verifyCommand(
  file: string,
  options: HostOptions & ReportFlags & SelectionFlags,
  argv: readonly string[],
  streams: Streams,
): Promise<number> {
  return runCommand(file, { ...options, check: true }, argv, streams, {
    shown: 'verify',
    conduct: (run) => runPlaybook({ ...run, verify: true, tellDrift: true }),
  });
}
