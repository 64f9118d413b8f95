import type { Command } from 'commander';
import type { ListingPart } from '../../report/listing.ts';
import { underHeading } from './heading.ts';

/** What Ansible's users type to see what a run would do. `garden list` tells more. */
export interface ListFlags {
  readonly listHosts?: true;
  readonly listTasks?: true;
  readonly listTags?: true;
}

/** Adds the options that list instead of running. */
export function withListFlags(command: Command): Command {
  return underHeading(command, 'run', (under) =>
    under
      .option('--list-hosts', 'run nothing, list the hosts of each play')
      .option('--list-tasks', 'run nothing, list the tasks')
      .option('--list-tags', 'run nothing, list the tags'),
  );
}

/** What is to be listed; empty where it is to be run. */
export function listedParts({ listHosts, listTasks, listTags }: ListFlags): readonly ListingPart[] {
  return [
    ...(listHosts ? (['hosts'] as const) : []),
    ...(listTasks ? (['tasks'] as const) : []),
    ...(listTags ? (['tags'] as const) : []),
  ];
}
