import { followsFromRuns } from '../../inventory/index.ts';
import { UsageError } from '../../model/errors.ts';
import type { HostOptions } from '../options/host-options.ts';
import type { SelectionFlags } from '../options/selection.ts';

/** The options that decide what is done, and where: a plan keeps them, and the run that applies it takes them over. */
export const KEPT_OPTIONS = [
  'inventory',
  'limit',
  'user',
  'askPass',
  'privateKey',
  'connection',
  'sshCommonArgs',
  'sshExtraArgs',
  'become',
  'becomeUser',
  'becomeMethod',
  'askBecomePass',
  'tags',
  'skipTags',
  'role',
  'from',
  'vault',
] as const satisfies readonly (keyof (HostOptions & SelectionFlags))[];

type Kept = (typeof KEPT_OPTIONS)[number];

/** The kept options, as they were given. */
export type KeptOptions = Partial<Record<Kept, string | true | readonly string[]>>;

/** What of a command line a plan keeps. */
export function keptOptions(options: HostOptions & SelectionFlags): KeptOptions {
  const given = KEPT_OPTIONS.map((name) => [name, options[name]] as const).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

/** `becomeUser` as it is typed: `--become-user`. */
function flag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * The options of a run that applies a plan: the plan's own, and what is given beside it.
 *
 * @throws UsageError where the two do not agree.
 */
export function withKeptOptions<Options extends HostOptions & SelectionFlags>(
  given: Options,
  planned: KeptOptions,
): Options {
  checkRepeatable(given);
  const own = keptOptions(given);
  const mistakes = KEPT_OPTIONS.filter(
    (name) => own[name] !== undefined && JSON.stringify(own[name]) !== JSON.stringify(planned[name]),
  ).map((name) => ({
    message:
      planned[name] === undefined
        ? `the plan was made without ${flag(name)}`
        : `${flag(name)} is not what the plan was made with (${[planned[name]].flat().join(', ')})`,
    hint: 'leave it out: the plan knows it. Or make a new plan',
  }));
  if (mistakes.length > 0) throw new UsageError(mistakes);
  return { ...given, ...planned };
}

/** @throws UsageError for a choice that follows from earlier runs, which are others by the time the plan is applied. */
export function checkRepeatable({ rerun, limit }: Pick<HostOptions & SelectionFlags, 'rerun' | 'limit'>): void {
  const refused = [
    ...(rerun === undefined ? [] : ['--rerun']),
    ...(limit !== undefined && followsFromRuns(limit) ? ['--limit @failed'] : []),
  ];
  const hint = 'name the hosts and tasks: --limit, --role, --tags';
  if (refused.length > 0)
    throw new UsageError(refused.map((what) => ({ message: `${what} cannot be kept in a plan`, hint })));
}
