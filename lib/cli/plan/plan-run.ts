import { accessSync, constants } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Fingerprints } from '../../engine/fingerprints.ts';
import type { PlannedHosts } from '../../engine/plan.ts';
import { deviations } from '../../engine/plan-comparison.ts';
import { PlanGuard } from '../../engine/plan-guard.ts';
import { PlanRecorder } from '../../engine/plan-recorder.ts';
import { runPlaybook } from '../../engine/run.ts';
import type { RunOptions } from '../../engine/run-options.ts';
import { EXIT, type Mistake, UsageError } from '../../model/errors.ts';
import type { Event } from '../../model/events.ts';
import type { Host } from '../../model/host.ts';
import type { HostOptions } from '../options/host-options.ts';
import type { Conduct } from '../run/execute.ts';
import { keptOptions } from './kept-options.ts';
import { departed } from './plan-departure.ts';
import { newPlanKey, type Plan, writePlan } from './plan-file.ts';

type Say = (text: string) => void;

/** What of a host the plan must find again: what it is called, what is said of it, and where it is reached. */
function fingerprintOf(host: Host, fingerprints: Fingerprints): string {
  const { name, address, groups, vars, become, connection } = host;
  const { port, user, transport, sshArguments } = connection;
  const { password: _, ...rest } = become;
  return fingerprints.of([name, address, groups, vars, rest, port, user, transport, sshArguments]);
}

/** @throws UsageError where no plan could be written there, which is better known before the hosts are asked. */
function checkFolder(file: string): void {
  try {
    accessSync(dirname(resolve(file)), constants.W_OK);
  } catch {
    throw new UsageError([
      { message: `the plan cannot be written to "${file}": its folder is not there or not writable` },
    ]);
  }
}

/** Conducts a check whose findings become a plan. It is written only when every host has come to its end. */
export function recordingPlan(file: string, playbook: string, options: HostOptions, say: Say): Conduct {
  return async (run) => {
    checkFolder(file);
    const key = newPlanKey();
    const fingerprints = new Fingerprints(key);
    const recorder = new PlanRecorder(fingerprints);
    const made = new Date().toISOString();
    const result = await runPlaybook({ ...run, recorder });
    if (result.exitCode !== EXIT.done && result.exitCode !== EXIT.drift) {
      say(`No plan was written, since not every host came to its end. Leave those out that cannot (--limit).`);
      return result;
    }
    const hosts: PlannedHosts = new Map(result.recap.map(({ host }) => [host, recorder.hosts.get(host) ?? new Map()]));
    const { extraVars } = options;
    const plan = {
      ...{ made, playbook, options: keptOptions(options), hosts },
      extraVars: extraVars && fingerprints.of(extraVars),
      inventory: new Map(
        [...hosts.keys()].map((name) => [name, fingerprintOf(run.inventory.host(name), fingerprints)]),
      ),
    };
    writePlan(file, key, plan);
    say(`The plan is in ${file}. To do just that: garden run --plan ${file}`);
    return result;
  };
}

/**
 * Conducts a run that applies a plan: first all of its hosts are looked at again, and where anything is not as planned,
 * none is touched; then the run itself is held to the plan, for what may change in between.
 */
export function applyingPlan(plan: Plan, say: Say): Conduct {
  return async (run) => {
    checkInventory(plan, run);
    const limit = [...plan.hosts.keys()];
    say('Looking first whether everything is still as it was planned …');
    const recorder = new PlanRecorder(plan.fingerprints);
    const look = await runPlaybook({
      ...run,
      ...{ limit, recorder, check: true, diff: false, emit: warningsTo(run) },
    });
    if (run.signal.aborted) return look;
    const complete = look.recap.filter(({ failed, unreachable }) => failed === 0 && !unreachable);
    const found = deviations(plan.hosts, recorder.hosts, new Set(complete.map(({ host }) => host)));
    if (found.length > 0) throw departed(plan, found);
    return runPlaybook({ ...run, limit, guard: new PlanGuard(plan.hosts, plan.fingerprints) });
  };
}

/** The look before is not what was asked for; only what a person should know of it is told. */
function warningsTo({ emit }: RunOptions): (event: Event) => void {
  return (event) => {
    if (event.type === 'message' && event.level === 'warning') emit(event);
  };
}

/** @throws UsageError where the inventory says something else of the plan's hosts than it did. */
function checkInventory({ inventory, fingerprints }: Plan, run: RunOptions): void {
  const hosts = new Map(run.inventory.all.map((host) => [host.name, host]));
  const hint = 'make a new plan';
  const mistakes = [...inventory].flatMap(([name, planned]): readonly Mistake[] => {
    const host = hosts.get(name);
    if (!host)
      return [{ message: `the plan is for the host ${name}, which the inventory does not have any more`, hint }];
    if (fingerprintOf(host, fingerprints) === planned) return [];
    return [{ message: `the inventory says something else of ${name} than when the plan was made`, hint }];
  });
  if (mistakes.length > 0) throw new UsageError(mistakes);
}

/** @throws UsageError where the command line names another playbook, or other variables, than the plan. */
export function checkAgreement(
  plan: Plan,
  playbook: string | undefined,
  extraVars: readonly string[] | undefined,
): void {
  const mistakes: Mistake[] = [];
  if (playbook !== undefined && resolve(playbook) !== resolve(plan.playbook)) {
    mistakes.push({
      message: `the plan is one of ${plan.playbook}, not of ${playbook}`,
      hint: 'leave the playbook out',
    });
  }
  if (plan.extraVars !== (extraVars && plan.fingerprints.of(extraVars))) {
    const how = plan.extraVars === undefined ? 'without -e' : extraVars ? 'with other values of -e' : 'with -e';
    mistakes.push({
      message: `the plan was made ${how}`,
      hint: 'give the same as then: a plan does not keep their values, which may be secret',
    });
  }
  if (mistakes.length > 0) throw new UsageError(mistakes);
}
