import { existsSync } from 'node:fs';
import { readdir, rmdir } from 'node:fs/promises';
import { z } from 'zod';
import { $, succeeded } from './command.ts';
import { type LabNames, labRange, networkAddresses } from './layout.ts';
import type { Topology } from './topology.ts';

/** Where `ip netns` keeps its namespaces. */
const NAMESPACES = '/run/netns';

export function namespaceExists(names: LabNames): boolean {
  return existsSync(`${NAMESPACES}/${names.namespace}`);
}

export function namespacePath(names: LabNames): string {
  return `${NAMESPACES}/${names.namespace}`;
}

export function namespaceFolderExists(): boolean {
  return existsSync(NAMESPACES);
}

function asNumber(address: string): number {
  return address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
}

/** Whether two IPv4 ranges such as `10.81.0.0/16` share an address. */
export function rangesOverlap(one: string, other: string): boolean {
  const [[first = '', firstLength = '32'], [second = '', secondLength = '32']] = [one.split('/'), other.split('/')];
  const size = 2 ** (32 - Math.min(Number(firstLength), Number(secondLength)));
  return Math.floor(asNumber(first) / size) === Math.floor(asNumber(second) / size);
}

const routesSchema = z.array(z.object({ dst: z.string(), dev: z.string().optional() }));

/** The routes of this machine that overlap with the addresses of a lab, the default route left out. */
export async function collidingRoutes(number: number): Promise<readonly string[]> {
  const json = await succeeded('read the routes', $`ip -json -4 route show table all`);
  const routes = routesSchema.parse(JSON.parse(json.trim() || '[]'));
  return routes
    .filter(({ dst }) => /^\d/.test(dst) && !dst.endsWith('/0') && rangesOverlap(dst, labRange(number)))
    .map(({ dst, dev }) => (dev === undefined ? dst : `${dst} (${dev})`));
}

/**
 * Makes the lab's networks: a namespace with a bridge for each, which routes between them, and a link from the main
 * namespace into each. Both ends of a link go when the namespace goes, so nothing can be left in the main one.
 *
 * @throws GardenError with what `ip` said.
 */
export async function makeNetworks(names: LabNames, number: number, topology: Topology): Promise<void> {
  const { namespace } = names;
  await removeNetworks(names);
  await succeeded('make a network namespace', $`ip netns add ${namespace}`);
  // ip -batch: one process for all; it stops at the first failure.
  const inside = [
    'link set lo up',
    ...topology.networks.flatMap((network) => [
      `link add name ${network.name} type bridge`,
      `addr add ${networkAddresses(number, network).router}/24 dev ${network.name}`,
      `link set ${network.name} up`,
    ]),
  ];
  await succeeded('make the bridges', $({ input: `${inside.join('\n')}\n` })`ip -n ${namespace} -batch -`);
  await succeeded(
    'route between the networks',
    $`nsenter --net=${namespacePath(names)} sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'`,
  );
  for (const network of topology.networks) {
    const outer = names.controllerInterface(network.name);
    const peer = `ctl-${network.name}`;
    await succeeded('link to the lab', $`ip link add name ${outer} type veth peer name ${peer} netns ${namespace}`);
    await succeeded('link to the lab', $`ip -n ${namespace} link set ${peer} master ${network.name} up`);
    const address = `${networkAddresses(number, network).controller}/24`;
    await succeeded('link to the lab', $`ip addr add ${address} dev ${outer}`);
    await succeeded('link to the lab', $`ip link set ${outer} up`);
  }
}

/** Removes the lab's namespace and with it all its links; none may be there. */
export async function removeNetworks(names: LabNames): Promise<void> {
  if (!namespaceExists(names)) return;
  const { namespace } = names;
  // The kernel removes a namespace's links some time later, and not while anybody is in it: so they go first, by name.
  const { stdout } = await $`ip -n ${namespace} -o link show type veth`;
  const links = [...stdout.matchAll(/^\d+: ([^:@\s]+)/gm)].map(([, name]) => `link del ${name}`);
  if (links.length > 0) await $({ input: `${links.join('\n')}\n` })`ip -n ${namespace} -force -batch -`;
  await succeeded('remove the network namespace', $`ip netns del ${namespace}`);
}

/** Removes `/run/netns`, which `ip netns` made and mounted, when nobody's namespace is in it any more. */
export async function removeNamespaceFolder(): Promise<void> {
  if (!namespaceFolderExists() || (await readdir(NAMESPACES)).length > 0) return;
  await $`umount ${NAMESPACES}`;
  await rmdir(NAMESPACES).catch(() => {});
}
