import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Failure } from '../model/events.ts';
import { lines, type Script, sh } from '../model/script.ts';
import { errorText } from '../model/thrown.ts';
import type { SnippetResult } from '../session/session.ts';
import type { As, HostContext } from './context.ts';
import type { FramePart } from './frame.ts';
import type { Confirmation, Scope } from './items.ts';
import type { Outcome } from './outcome.ts';

const SCRIPT_TIMEOUT = 60_000;
/** Between two attempts to log in anew, in milliseconds. */
const PAUSE = 1000;

function folderOf(id: string): Script {
  return sh`"$garden_state"/confirm/${id}`;
}

/** What the host does when nobody confirms: files, nftables rules, addresses and routes as they were, then the playbook's own words. */
function revertScript(restore: Script | undefined): Script {
  return sh`cd "$1" || exit 1
[ -e confirmed ] && exit 0
while IFS= read -r path; do rm -rf -- "$path"; done <absent
tar -C / -xpf files.tar
[ -e ruleset ] && { nft flush ruleset; nft -f ruleset; }
[ -e addresses ] && ip address restore <addresses 2>/dev/null
[ -e routes ] && ip route restore <routes 2>/dev/null
${restore ?? sh`:`}
: >reverted`;
}

/**
 * Keeps a copy of what may be changed and starts the timer: a transient one with systemd (systemd-run(1)), else a process
 * in a session of its own, so that it outlives the connection. Where this run has started it already, and only the
 * connection was lost before that could be told, it stays: what a second copy held might be changed already.
 */
function armScript(id: string, run: string, { files, within, restore }: Confirmation): Script {
  const seconds = Math.ceil(within / 1000);
  const unit = `garden-confirm-${id}`;
  const keep = files.map(
    (path) =>
      sh`if [ -e ${path} ] || [ -L ${path} ]; then printf '%s\n' ${path.replace(/^\/+/, '')} >>present; else printf '%s\n' ${path} >>absent; fi`,
  );
  return lines([
    sh`umask 077; folder=${folderOf(id)}
[ -e "$folder/timer" ] && [ "$(cat "$folder/run")" = ${run} ] && exit 0
rm -rf -- "$folder"; mkdir -p "$folder" && cd "$folder" || exit 1; printf '%s\n' ${run} >run && : >present && : >absent || exit 1`,
    ...keep,
    sh`tar -C / -cpf files.tar -T present || exit 1
command -v nft >/dev/null && { nft list ruleset >ruleset 2>/dev/null || rm -f ruleset; }
command -v ip >/dev/null && { ip address save >addresses 2>/dev/null || rm -f addresses; ip route save >routes 2>/dev/null || rm -f routes; }
printf '%s\n' ${revertScript(restore).text} >revert || exit 1
if [ -d /run/systemd/system ] && systemd-run --quiet --collect --on-active=${`${seconds}s`} --timer-property=AccuracySec=1s --unit=${unit} /bin/sh "$folder/revert" "$folder"; then
  echo unit >timer
else
  setsid sh -c ${`sleep ${seconds}; exec sh "$1/revert" "$1"`} sh "$folder" >/dev/null 2>&1 </dev/null &
  echo "$!" >timer
fi`,
  ]);
}

/** Stops the timer; fails where it has gone off already. */
function confirmScript(id: string): Script {
  const unit = `garden-confirm-${id}.timer`;
  return sh`cd ${folderOf(id)} || exit 1
: >confirmed
[ -e reverted ] && exit 3
case $(cat timer) in unit) systemctl stop ${unit} ;; *) kill -- -"$(cat timer)" 2>/dev/null ;; esac
cd / && rm -rf -- ${folderOf(id)}`;
}

/** Why nothing was done where the timer could not be started. */
export const UNARMED: Failure = {
  message: 'nothing was changed: the timer that would take the changes back could not be started on the host',
  hint: "see that the disk is not full, and that garden's state folder can be written",
};

/** The changes of one host that are to be confirmed through a new connection. */
export class Confirmations {
  readonly #context: HostContext;
  readonly #armed = new Map<Confirmation, { readonly id: string; readonly as: As; readonly deadline: number }>();

  constructor(context: HostContext) {
    this.#context = context;
  }

  /** Goes in front of the first change; nothing where the timer runs already or none is wanted. */
  arm({ confirm }: Scope, as: As): readonly FramePart[] {
    if (!confirm || this.#armed.has(confirm)) return [];
    const id = createHash('sha256').update(confirm.path).digest('hex').slice(0, 16);
    const armed = { id, as, deadline: performance.now() + confirm.within };
    const script = armScript(id, this.#context.run.run, confirm);
    const take = ([result]: readonly SnippetResult[]) => {
      if (result?.status === 0 && result.outcome === 'done') this.#armed.set(confirm, armed);
    };
    return [{ snippets: [{ script, timeout: SCRIPT_TIMEOUT, critical: true }], take }];
  }

  isArmed(confirm: Confirmation): boolean {
    return this.#armed.has(confirm);
  }

  /** Logs in anew and stops the timer. Undefined where nothing was changed. */
  async settle(confirm: Confirmation): Promise<Outcome | undefined> {
    const armed = this.#armed.get(confirm);
    if (!armed) return undefined;
    this.#armed.delete(confirm);
    let reason = 'no attempt was made';
    while (performance.now() < armed.deadline) {
      try {
        const result = await this.#context.link.anew(
          armed.as,
          Math.ceil(armed.deadline - performance.now()),
          (session) => session.run([{ script: confirmScript(armed.id), timeout: SCRIPT_TIMEOUT }]),
        );
        if (result[0]?.status === 0) return { status: 'ok', changes: [], note: 'reached anew; the changes stay' };
        break;
      } catch (error) {
        reason = errorText(error);
        await delay(PAUSE);
      }
    }
    const failure = {
      message: `the host could not be reached anew within ${confirm.within / 1000} s, so it takes the changes back: ${reason}`,
      hint: 'mend what cut garden off, then run it again',
    };
    return { status: 'failed', changes: [], failure };
  }
}
