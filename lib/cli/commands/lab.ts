import { EXIT } from '../../model/errors.ts';
import type { Streams } from '../streams.ts';

/** What `garden lab` can do. */
export type LabAction = 'up' | 'down' | 'status';

export interface LabCommandOptions {
  /** `--name`: which lab; `garden` by default. */
  readonly name?: string | undefined;
  /** `--install`: what the lab needs of this machine. */
  readonly install?: boolean | undefined;
}

/** `garden lab up|down|status`. Resolves to the exit code: that of a failed host where the lab is broken. */
export async function labCommand(action: LabAction, options: LabCommandOptions, streams: Streams): Promise<number> {
  const { labDown, labStatus, labUp } = await import('../../lab/index.ts');
  const settings = {
    name: options.name,
    project: process.cwd(),
    say: (line: string) => {
      streams.out.write(`${line}\n`);
    },
  };
  if (action === 'up') await labUp({ ...settings, install: options.install });
  if (action === 'down') await labDown(settings);
  if (action === 'status' && (await labStatus(settings)).state === 'broken') return EXIT.failed;
  return EXIT.done;
}
