import { GardenError, UnmetPrecondition } from '../../model/errors.ts';
import { type Script, sh } from '../../model/script.ts';

const SUFFIX = /\.(?:service|socket|timer|path|target|mount|automount|swap|slice|scope|device)$/;

/** What may stand in the name of a unit (systemd.unit(5)); patterns, which systemctl would expand, may not. */
export const UNIT_NAME = /^[A-Za-z0-9_:.\\][A-Za-z0-9_:.\\@-]*$/;

/** `haproxy` → `haproxy.service`, as systemctl(1) does. */
export function unitName(name: string): string {
  return SUFFIX.test(name) ? name : `${name}.service`;
}

/** Whether it is the whole name of a unit, with its ending. */
export function isUnitName(name: string): boolean {
  return UNIT_NAME.test(name) && SUFFIX.test(name);
}

/** What systemd says of a unit: the properties of `systemctl show`. */
export interface Unit {
  readonly name: string;
  readonly load: string;
  readonly active: string;
  readonly file: string;
  /** The file changed since systemd read it. */
  readonly outdated: boolean;
  /** It runs to its end and is then inactive. */
  readonly ends: boolean;
}

const PROPERTIES = 'Id,LoadState,ActiveState,UnitFileState,NeedDaemonReload,Type,RemainAfterExit';

/** Prints the properties of all units, a block each in this order, blocks separated by an empty line. */
export function showUnits(units: readonly string[]): Script {
  if (units.length === 0) return sh``;
  return sh`command -v systemctl >/dev/null || { echo 'services are managed with systemd: this host has none' >&2; exit 1; }
systemctl show --property=${PROPERTIES} -- ${units}`;
}

/** The blocks of {@link showUnits}. */
export function unitBlocks(stdout: string): readonly string[] {
  const text = stdout.trim();
  return text === '' ? [] : text.split(/\n\n+/).map((block) => `${block}\n`);
}

/** Parses one block. @throws GardenError where it is none. */
export function readUnit(block: string, name: string): Unit {
  const properties = new Map(
    block
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const load = properties.get('LoadState');
  if (load === undefined) throw new GardenError(`systemctl says nothing of ${name}`);
  return {
    name,
    load,
    active: properties.get('ActiveState') ?? '',
    file: properties.get('UnitFileState') ?? '',
    outdated: properties.get('NeedDaemonReload') === 'yes',
    ends: properties.get('Type') === 'oneshot' && properties.get('RemainAfterExit') !== 'yes',
  };
}

const ACTIVITY: Readonly<Record<string, string>> = {
  active: 'running',
  reloading: 'running',
  inactive: 'stopped',
  activating: 'starting',
  deactivating: 'stopping',
};

/**
 * Whether it runs, in the words of `service`; `failed` is as good as stopped where it should be stopped.
 *
 * @throws UnmetPrecondition where it should run but never can.
 */
export function activityOf({ name, active, ends }: Unit, wanted: string | undefined): string {
  if (wanted === 'running' && ends) {
    throw new UnmetPrecondition(`${name} runs to its end and is never "running" (Type=oneshot)`, {
      hint: 'start it with state: restarted, by a timer, or give it RemainAfterExit=yes',
    });
  }
  if (wanted === 'stopped' && active === 'failed') return 'stopped';
  return ACTIVITY[active] ?? active;
}

/**
 * Whether it is enabled. Units that others start (`static`, `alias`, `indirect`, `generated`) count as enabled, as they
 * do for `systemctl is-enabled`.
 *
 * @throws UnmetPrecondition where it should be disabled but cannot be.
 */
export function enablementOf({ name, file }: Unit, wanted: boolean | undefined): boolean {
  if (file === 'enabled') return true;
  // Enabled until the next boot: neither is what was asked for.
  if (file === 'enabled-runtime') return wanted !== true;
  if (file === 'indirect' || file === 'alias') return wanted ?? true;
  if (!['static', 'generated', 'transient'].includes(file)) return false;
  if (wanted === false) {
    throw new UnmetPrecondition(`${name} cannot be disabled: it is ${file}, others start it`, {
      hint: 'use masked: true, or disable what starts it',
    });
  }
  return true;
}

/**
 * Shell functions: `control VERB UNIT` runs systemctl and on failure shows why, with the last lines of the journal;
 * `reread UNIT` has systemd read its files again where this one changed.
 */
export const SYSTEMCTL: Script = sh`
control() {
  systemctl --no-ask-password "$1" -- "$2" && return
  case $1 in
    start | restart | reload | stop)
      systemctl status --no-pager --full --lines=12 -- "$2" >&2
      why=$(systemctl show --property=Result --value -- "$2")
      [ "$why" != success ] || why= ;;
    *) why= ;;
  esac
  [ "$(id -u)" = 0 ] || why='only root may do this: give the task become: true'
  printf '%s\\n' "systemctl $1 $2 failed\${why:+ ($why)}" >&2
  exit 1
}

reread() {
  [ "$(systemctl show --property=NeedDaemonReload --value -- "$1")" != yes ] || systemctl --no-ask-password daemon-reload || exit
}`;
