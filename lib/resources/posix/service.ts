import { z } from 'zod';
import type { State } from '../../model/change.ts';
import { UnmetPrecondition } from '../../model/errors.ts';
import { resource } from '../../model/resource.ts';
import { lines, type Script, sh } from '../../model/script.ts';
import {
  activityOf,
  enablementOf,
  readUnit,
  SYSTEMCTL,
  showUnits,
  UNIT_NAME,
  type Unit,
  unitBlocks,
  unitName,
} from './systemd.ts';

const name = z
  .string()
  .regex(UNIT_NAME, 'the name of a unit, such as haproxy or backup.timer')
  .transform(unitName)
  .refine((unit) => !unit.includes('@.'), 'a template is no service: name an instance, such as getty@tty1');

const long = z
  .strictObject({
    name: name.describe('Name of the unit; `.service` may be left out.'),
    state: z
      .enum(['running', 'stopped', 'reloaded', 'restarted'])
      .optional()
      .describe(
        'Whether it runs. `reloaded` and `restarted` act every time and are meant for handlers; `reloaded` starts a unit that does not run.',
      ),
    enabled: z.boolean().optional().describe('Whether it is started at boot.'),
    masked: z.boolean().optional().describe('Whether it cannot be started at all.'),
  })
  .refine(
    ({ masked, state, enabled }) => !masked || ((state === undefined || state === 'stopped') && enabled !== true),
    'a masked unit can neither be enabled nor run',
  );

const params = z.union([name.transform((unit) => long.parse({ name: unit, state: 'running' })), long]);
type Params = z.output<typeof params>;

interface Current extends State {
  readonly state?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly masked?: boolean | undefined;
}

/** `restarted` is an act, not a state that could be looked at. */
function isAct({ state }: Params): boolean {
  return state === 'reloaded' || state === 'restarted';
}

function script(many: readonly Params[]): Script {
  return showUnits(many.map((each) => each.name));
}

/** @throws UnmetPrecondition where the unit cannot be brought into that state. */
function currentOf(unit: Unit, { state, enabled, masked }: Params): Current {
  const isMasked = unit.load === 'masked' || unit.file.startsWith('masked');
  if (isMasked) {
    // What it would be without the mask is not to be seen; unmasked, it is neither running nor enabled for sure.
    if (masked === undefined && (state === 'running' || enabled)) {
      throw new UnmetPrecondition(`${unit.name} is masked`, { hint: 'say masked: false if it should be released' });
    }
    return { masked: true, state: activityOf(unit, state), enabled: false };
  }
  if (unit.load === 'not-found' && !masked) {
    throw new UnmetPrecondition(`there is no unit ${unit.name} on this host`, {
      hint: 'see that the package it comes with is installed before this task',
    });
  }
  return { masked: false, state: activityOf(unit, state), enabled: enablementOf(unit, enabled) };
}

function stateStep({ name, state }: Params): Script {
  switch (state) {
    case 'running':
      // After many failures systemd refuses every start for a while; whoever put the cause right should not have to wait.
      return sh`systemctl --no-ask-password reset-failed -- ${name} 2>/dev/null
control start ${name}`;
    case 'restarted':
      return sh`systemctl --no-ask-password reset-failed -- ${name} 2>/dev/null
control restart ${name}`;
    case 'reloaded':
      return sh`if systemctl --quiet is-active -- ${name}; then control reload ${name}; else control start ${name}; fi`;
    default:
      return sh`control stop ${name}`;
  }
}

/** A unit of systemd. */
export const service = resource('service', {
  description:
    'A unit of systemd: whether it runs, starts at boot, or is masked. A name alone means that it runs. When systemd has not read a changed unit file yet, it is made to.',
  platform: 'posix',
  params,
  id: (each) => each.name.replace(/\.service$/, ''),
  probe: (each) => (isAct(each) ? null : script([each])),
  probeMany: { script, split: unitBlocks },
  read: (stdout, each): Current => (isAct(each) ? {} : currentOf(readUnit(stdout, each.name), each)),
  desired: ({ masked, enabled, state }) => ({ masked, enabled, state }),
  apply(each, changes) {
    const changed = new Set(changes.map(({ attribute }) => attribute));
    const { name, masked, enabled } = each;
    // A unit is stopped and disabled before it is masked, and unmasked before anything else.
    return lines([
      SYSTEMCTL,
      ...(changed.has('masked') && !masked ? [sh`control unmask ${name}`] : []),
      ...(masked ? [] : [sh`reread ${name}`]),
      ...(changed.has('enabled') ? [sh`control ${enabled ? 'enable' : 'disable'} ${name}`] : []),
      ...(changed.has('state') ? [stateStep(each)] : []),
      ...(changed.has('masked') && masked ? [sh`control mask ${name}`] : []),
    ]);
  },
});
