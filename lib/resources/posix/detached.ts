import { createHash } from 'node:crypto';
import type { Duration } from '../../model/duration.ts';
import { GardenError } from '../../model/errors.ts';
import type { CommonOptions } from '../../model/node.ts';
import { type Script, sh } from '../../model/script.ts';
import { type StepContext, type StepNode, step } from '../../model/step.ts';

export interface DetachedOptions extends CommonOptions {
  readonly script: Script;
  /** How long it may take in all; 1 h by default. The work itself is not ended when the time is up. */
  readonly timeout?: Duration;
  /** Between two looks; 2 s by default. */
  readonly every?: Duration;
}

const LAST_LINES = 20;

/** Where the work keeps its script, its output and its end: `script`, `stdout`, `stderr`, `started`, `status`. */
function folderOf(id: string): Script {
  return sh`"$garden_state"/detached/${id}`;
}

function unitOf(id: string): string {
  return `garden-${id}`;
}

/**
 * Starts the work unless it was started already. With systemd it becomes a transient unit (systemd-run(1)) and so
 * outlives the log-in and its control group; elsewhere a process in a session of its own (setsid(1)).
 */
function start(id: string, script: Script): Script {
  const body = 'sh "$1/script" >"$1/stdout" 2>"$1/stderr" </dev/null; echo $? >"$1/new" && mv "$1/new" "$1/status"';
  return sh`umask 077
folder=${folderOf(id)}
mkdir -p "$folder" || exit 1
[ -e "$folder/started" ] && exit 0
printf '%s\n' ${script.text} >"$folder/script" || exit 1
if [ -d /run/systemd/system ] && systemd-run --quiet --collect --unit=${unitOf(id)} /bin/sh -c ${body} sh "$folder"; then
  echo unit >"$folder/started"
else
  setsid nohup sh -c ${body} sh "$folder" >/dev/null 2>&1 </dev/null &
  echo "$!" >"$folder/started"
fi`;
}

/** Prints `running`, `ended STATUS`, or `gone` where the machine went down under it. */
function look(id: string): Script {
  // Whether it runs is asked first: it may end between the two questions, but never begin.
  return sh`folder=${folderOf(id)}
case $(cat "$folder/started" 2>/dev/null) in
  unit) systemctl --quiet is-active ${unitOf(id)} && alive=yes ;;
  [0-9]*) kill -0 "$(cat "$folder/started")" 2>/dev/null && alive=yes ;;
esac
if [ -e "$folder/status" ]; then echo "ended $(cat "$folder/status")"
elif [ "$alive" = yes ]; then echo running
else echo gone; fi`;
}

function collect(id: string): Script {
  return sh`cd ${folderOf(id)} && tail -n ${LAST_LINES} stdout; tail -n ${LAST_LINES} stderr >&2; cd / && rm -rf -- ${folderOf(id)}`;
}

async function work(name: string, options: DetachedOptions, context: StepContext): Promise<void> {
  const { script, timeout = '1h', every = '2s' } = options;
  const id = createHash('sha256').update(`${name}\0${script.text}`).digest('hex').slice(0, 16);
  await context.run(start(id, script));
  const until = ({ stdout }: { readonly stdout: string }) => !stdout.startsWith('running');
  const { stdout } = await context.waitFor({ script: look(id), until, timeout, every });
  const end = await context.run(collect(id), { allowFailure: true });
  const status = /^ended (\d+)/.exec(stdout)?.[1];
  if (status === '0') return;
  if (status === undefined) {
    throw new GardenError('the host went down while the work was running', {
      hint: 'see how far it came; the next run starts it anew',
    });
  }
  throw new GardenError(`the work ended with status ${status}\n${end.stderr.trim() || end.stdout.trim()}`);
}

/**
 * Long work that outlives the connection: it runs on the host by itself, its output and its end are kept in files there,
 * and garden comes back to look. When the controller dies, the next run picks it up where it is. What the script is
 * told stands in a file (mode 0600) until it has ended, so it is no place for secrets.
 */
export function detached(name: string, options: DetachedOptions): StepNode {
  const { when, become, tags } = options;
  return step(name, {
    ...(when && { when }),
    ...(become !== undefined && { become }),
    ...(tags && { tags }),
    plan: 'would run by itself on the host',
    repeatable: true,
    run: (context) => work(name, options, context),
  });
}
