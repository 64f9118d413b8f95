import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { GardenError } from '../model/errors.ts';
import { LABS_FOLDER, LabNames } from './layout.ts';
import type { Topology } from './topology.ts';

const varsSchema = z.record(z.string(), z.unknown());
const hostSchema = z.object({
  kind: z.literal('container'),
  name: z.string(),
  network: z.string(),
  number: z.number(),
  groups: z.array(z.string()),
  vars: varsSchema.optional(),
});
const topologySchema: z.ZodType<Topology> = z.object({
  networks: z.array(z.object({ name: z.string(), number: z.number() })),
  hosts: z.array(hostSchema),
  groupVars: z.record(z.string(), varsSchema),
});

const stateSchema = z.object({
  /** Which of the labs' address ranges it has. */
  number: z.number().int().nonnegative(),
  topology: topologySchema,
  /** The folder of its image and packages. */
  image: z.string(),
  /** The inventories written for it. */
  inventories: z.array(z.string()),
  /** Whether `/run/netns` was made for it; `ip netns` makes it a mount point. */
  madeNamespaceFolder: z.boolean(),
});

/** What `up` decided for a lab. It is written before anything is made, and removed last. */
export type LabState = z.infer<typeof stateSchema>;

/**
 * The state of a lab; undefined where there is none.
 *
 * @throws GardenError for a file that is damaged.
 */
export async function readState(names: LabNames): Promise<LabState | undefined> {
  let text: string;
  try {
    text = await readFile(names.stateFile, 'utf8');
  } catch {
    return undefined;
  }
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new GardenError(`${names.stateFile} is damaged`, {
      cause,
      hint: 'garden lab down removes what is left of the lab.',
    });
  }
}

/** Writes the state so that it is either the old or the new one, whatever happens meanwhile. */
export async function writeState(names: LabNames, state: LabState): Promise<void> {
  const temporary = `${names.stateFile}.new`;
  await writeFile(temporary, `${JSON.stringify(state, undefined, 2)}\n`, { flush: true });
  await rename(temporary, names.stateFile);
}

/** The labs that have a folder on this machine, with their state where it can be read. */
export async function knownLabs(): Promise<readonly { readonly name: string; readonly state: LabState | undefined }[]> {
  let folders: string[];
  try {
    folders = await readdir(LABS_FOLDER);
  } catch {
    return [];
  }
  return Promise.all(
    folders.map(async (name) => {
      try {
        return { name, state: await readState(new LabNames(name)) };
      } catch {
        return { name, state: undefined };
      }
    }),
  );
}
