import { writeFile } from 'node:fs/promises';
import { sh } from '../model/script.ts';
import { $, succeeded } from './command.ts';
import { controlGroups, managedBySystemd, removeControlGroups } from './control-groups.ts';
import type { LabImage } from './image.ts';
import { POOL_ON_HOST } from './image-definition.ts';
import type { LabNames } from './layout.ts';
import { namespacePath } from './network.ts';
import { kill, type LabProcess, labProcesses } from './processes.ts';
import type { LabContainer } from './topology.ts';
import { until } from './until.ts';

/** systemd-nspawn(1): the exit code when the container asks for a reboot. */
const REBOOT = 133;
const ORDERLY_END = 5000;
const END = 10_000;

/**
 * The script that supervises a host. First it enters its control groups and the lab's network; then, in a mount
 * namespace of its own, it mounts the layers and runs the container, again and again as long as that asks for a reboot.
 * So mounts and nspawn's own files (in /run) are not seen outside and end with the last process of the host.
 */
function supervisor(names: LabNames, image: LabImage, host: LabContainer, groups: readonly string[]) {
  const paths = names.host(host.name);
  const layers = `lowerdir=${image.root},upperdir=${paths.upper},workdir=${paths.work}`;
  return sh`#!/bin/sh
set -e
if [ "$1" != inside ]; then
  for group in ${groups}; do
    mkdir -p "$group"
    echo $$ > "$group/cgroup.procs"
  done
  exec nsenter --net=${namespacePath(names)} unshare --mount --propagation slave sh "$0" inside
fi
mount -t tmpfs -o mode=0755 tmpfs /run
mount -t overlay overlay -o ${layers} ${paths.root}
child=
trap 'kill -TERM "$child"; wait "$child"; exit 0' TERM
while :; do
  systemd-nspawn --quiet --register=no --keep-unit --boot \\
    --machine=${`${names.lab}-${host.name}`} --hostname=${host.name} --directory=${paths.root} \\
    --network-bridge=${host.network} --bind-ro=${`${image.pool}:${POOL_ON_HOST}`} \\
    --resolv-conf=off --timezone=off --link-journal=no < /dev/null &
  child=$!
  status=0
  wait "$child" || status=$?
  [ "$status" = ${REBOOT} ] || exit "$status"
done
`;
}

/**
 * Starts a container; it goes on when garden ends. Where systemd runs the machine the container is a transient unit,
 * so that it has a control group of its own (systemd-run(1)).
 */
export async function startContainer(names: LabNames, image: LabImage, host: LabContainer): Promise<void> {
  const { script, console } = names.host(host.name);
  const groups = await controlGroups(names, host.name);
  await writeFile(script, supervisor(names, image, host, groups).text, { mode: 0o755 });
  const purpose = `start ${host.name}`;
  if (managedBySystemd()) {
    const properties = ['Delegate=yes', 'KillMode=mixed', `StandardOutput=append:${console}`, 'StandardError=inherit'];
    const options = ['--quiet', '--collect', ...properties.map((property) => `--property=${property}`)];
    await succeeded(purpose, $`systemd-run --unit=${names.unit(host.name)} ${options} sh ${script}`);
  } else {
    await succeeded(purpose, $`setsid --fork sh ${script} < /dev/null >> ${console} 2>&1`);
  }
}

async function processesOf(names: LabNames, host: string | undefined): Promise<readonly LabProcess[]> {
  const all = await labProcesses(names);
  return host === undefined ? all : all.filter((process) => process.host === host);
}

/** Ends all hosts of a lab, or one, at once and without an orderly shutdown, and removes their control groups. */
export async function stopContainers(names: LabNames, host?: string): Promise<void> {
  // The supervisor, or it would start the container again, and init, with which all processes of the container end, so
  // that nspawn can tidy up and end by itself. What does not end then is ended too.
  const begins = ({ command, isInit }: LabProcess) => isInit || (command[0] === 'sh' && command.at(-1) === 'inside');
  const ended = async (which: (process: LabProcess) => boolean) => {
    const processes = await processesOf(names, host);
    await Promise.all(processes.filter(which).map(kill));
    return processes.length === 0;
  };
  if (!(await until(() => ended(begins), ORDERLY_END))) await until(() => ended(() => true), END);
  if (!managedBySystemd()) await until(() => removed(names, host), END);
}

/** A control group can be removed only some moments after its last process has ended. */
async function removed(names: LabNames, host: string | undefined): Promise<boolean> {
  try {
    await removeControlGroups(names, host);
    return true;
  } catch {
    return false;
  }
}
