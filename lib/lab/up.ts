import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { GardenError } from '../model/errors.ts';
import { Secret } from '../model/secret.ts';
import { errorText } from '../model/thrown.ts';
import { $, succeeded } from './command.ts';
import { startContainer, stopContainers } from './container.ts';
import { type HostIdentity, prepareHost } from './host-files.ts';
import { ensureImage, LabImage } from './image.ts';
import { inventoryFile, inventoryText, writeInventory } from './inventory-file.ts';
import { describeLab, type Lab } from './lab.ts';
import { removeLabFolder } from './lab-folder.ts';
import {
  cacheFolder,
  DEFAULT_LAB,
  hostAddress,
  LAB_NUMBERS,
  LABS_FOLDER,
  LabNames,
  labRange,
  networkAddresses,
} from './layout.ts';
import { withLock } from './lock.ts';
import { collidingRoutes, makeNetworks, namespaceExists, namespaceFolderExists } from './network.ts';
import { labProcesses } from './processes.ts';
import { sshAnswers, waitUntilReady } from './ready.ts';
import { checkBasics, checkKernel, installRequirements } from './requirements.ts';
import { knownLabs, type LabState, readState, writeState } from './state.ts';
import { DEFAULT_TOPOLOGY, type LabHostDefinition, type Topology } from './topology.ts';

export interface LabOptions {
  /** `garden` by default. */
  readonly name?: string | undefined;
  /** The folder in which `.garden/lab/inventory.ini` is written. */
  readonly project: string;
  /** Told, line by line, what is being done. */
  readonly say: (line: string) => void;
}

export interface LabUpOptions extends LabOptions {
  /** Install the packages that the lab needs of this machine. */
  readonly install?: boolean | undefined;
  readonly topology?: Topology | undefined;
}

/** The first number whose addresses are free; decided by one garden at a time. */
async function chooseNumber(names: LabNames): Promise<number> {
  const taken = new Set((await knownLabs()).filter(({ name }) => name !== names.lab).map(({ state }) => state?.number));
  const collisions: string[] = [];
  for (let number = 0; number < LAB_NUMBERS; number += 1) {
    if (taken.has(number)) continue;
    const routes = await collidingRoutes(number);
    if (routes.length === 0) return number;
    collisions.push(`${labRange(number)}: ${routes.join(', ')}`);
  }
  throw new GardenError('all address ranges of labs are taken, by other labs or by routes of this machine', {
    hint: `${collisions.join('; ')}. Remove another lab with garden lab down.`.replace(/^\. /, ''),
  });
}

/** Decides what a new lab is made of, and writes it down. What fails here leaves nothing behind. */
async function decide(names: LabNames, topology: Topology, say: (line: string) => void): Promise<LabState> {
  try {
    await checkKernel(names.folder);
    const image = await ensureImage(cacheFolder(process.env), say);
    return await withLock(
      LABS_FOLDER,
      () => {},
      async () => {
        const number = await chooseNumber(names);
        const madeNamespaceFolder = !namespaceFolderExists();
        const state = { number, topology, image: image.folder, inventories: [], madeNamespaceFolder };
        await writeState(names, state);
        return state;
      },
    );
  } catch (error) {
    await removeLabFolder(names);
    throw error;
  }
}

/** The lab's key and the password of `deploy`; made once. Resolves to what the hosts need of them. */
async function credentials(names: LabNames): Promise<{ readonly publicKey: string; readonly passwordHash: string }> {
  const { privateKeyFile, passwordFile } = names;
  if (!existsSync(`${privateKeyFile}.pub`)) {
    await succeeded(
      'make a key',
      $`rm -f ${privateKeyFile}; ssh-keygen -q -t ed25519 -N ${''} -C ${`garden lab ${names.lab}`} -f ${privateKeyFile}`,
    );
  }
  if (!existsSync(passwordFile))
    await writeFile(passwordFile, `${randomBytes(12).toString('base64url')}\n`, { mode: 0o600 });
  const password = new Secret((await readFile(passwordFile, 'utf8')).trim());
  // crypt(5): $6$ is SHA-512. Only the salt is an argument; the password goes through standard input.
  const salt = `$6$${randomBytes(9).toString('base64url').replaceAll(/[-_]/g, '.')}`;
  const hash = 'my $password = <STDIN>; chomp $password; print crypt($password, $ARGV[0]);';
  const passwordHash = await succeeded(
    'hash a password',
    $({ input: `${password.reveal()}\n` })`perl -e ${hash} ${salt}`,
  );
  return { publicKey: (await readFile(`${privateKeyFile}.pub`, 'utf8')).trim(), passwordHash };
}

function hostsFile({ number, topology }: LabState): string {
  const hosts = topology.hosts.map((host) => `${hostAddress(number, topology, host)} ${host.name}`);
  return ['127.0.0.1 localhost', '::1 localhost ip6-localhost ip6-loopback', ...hosts, ''].join('\n');
}

function routerOf({ number, topology }: LabState, host: LabHostDefinition): string {
  const network = topology.networks.find(({ name }) => name === host.network);
  if (network === undefined) throw new Error(`${host.network} is not a network of the lab`);
  return networkAddresses(number, network).router;
}

/** Fills the upper folders of the hosts that have none yet, and writes the known_hosts of all. */
async function prepareHosts(names: LabNames, state: LabState, image: LabImage): Promise<void> {
  const { number, topology } = state;
  const unprepared = topology.hosts.filter((host) => !existsSync(names.host(host.name).prepared));
  if (unprepared.length > 0) {
    const shared = { ...(await credentials(names)), hostsFile: hostsFile(state) };
    const identities = unprepared.map(
      (host): HostIdentity => ({
        ...shared,
        name: host.name,
        address: `${hostAddress(number, topology, host)}/24`,
        router: routerOf(state, host),
      }),
    );
    await Promise.all(identities.map((identity) => prepareHost(names.host(identity.name), image, identity)));
  }
  const known = await Promise.all(
    topology.hosts.map(async (host) => {
      const [type, key] = (await readFile(names.host(host.name).prepared, 'utf8')).trim().split(' ');
      return `${hostAddress(number, topology, host)},${host.name} ${type} ${key}\n`;
    }),
  );
  await writeFile(names.knownHostsFile, known.join(''));
}

/** The hosts that do not run, or do not answer. */
async function deadHosts(names: LabNames, { number, topology }: LabState): Promise<readonly LabHostDefinition[]> {
  const running = new Set((await labProcesses(names)).filter(({ isInit }) => isInit).map(({ host }) => host));
  const answers = await Promise.all(
    topology.hosts.map(
      async (host) => running.has(host.name) && (await sshAnswers(hostAddress(number, topology, host))),
    ),
  );
  return topology.hosts.filter((_, index) => !answers[index]);
}

async function start(
  names: LabNames,
  state: LabState,
  hosts: readonly LabHostDefinition[],
  say: (line: string) => void,
) {
  const image = new LabImage(state.image);
  if (!existsSync(image.folder)) {
    throw new GardenError(`the image of the lab ${names.lab} is gone: ${image.folder}`, {
      hint: 'Make the lab anew: garden lab down, then garden lab up.',
    });
  }
  if (!namespaceExists(names) || hosts.length === state.topology.hosts.length) {
    // Without their network the hosts that still run are of no use, so all start anew.
    await stopContainers(names);
    await makeNetworks(names, state.number, state.topology);
  } else {
    await Promise.all(hosts.map((host) => stopContainers(names, host.name)));
  }
  await prepareHosts(names, state, image);
  say(`lab: starting ${hosts.map(({ name }) => name).join(', ')} …`);
  const started = await Promise.allSettled(
    hosts.map(async (host) => {
      await startContainer(names, image, host);
      return waitUntilReady(names, host.name, hostAddress(state.number, state.topology, host));
    }),
  );
  const failures = started.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) {
    throw new GardenError(failures.map(errorText).join('\n'), {
      hint: `Their consoles are in ${names.folder}/hosts. garden lab down removes the lab.`,
      cause: failures[0],
    });
  }
  for (const result of started) {
    if (result.status === 'fulfilled' && result.value !== undefined) say(`lab: warning: ${result.value}`);
  }
}

async function addInventory(names: LabNames, state: LabState, project: string): Promise<void> {
  const file = inventoryFile(project, names.lab);
  if (!state.inventories.includes(file)) {
    await writeState(names, { ...state, inventories: [...state.inventories, file] });
  }
  await writeInventory(file, inventoryText(names, state.number, state.topology));
}

/**
 * Brings a lab up: makes what is not there, starts what does not run, and writes the inventory into the project. Where all is
 * up it only looks. Labs with different names can be up side by side.
 *
 * @throws GardenError where the machine lacks something (all of it at once), or a host does not come up; UsageError for a wrong name.
 */
export async function labUp({
  name = DEFAULT_LAB,
  project,
  say,
  topology = DEFAULT_TOPOLOGY,
  install = false,
}: LabUpOptions): Promise<Lab> {
  const names = new LabNames(name);
  if (install) await installRequirements(say);
  await checkBasics();
  const began = performance.now();
  const waiting = () => say(`lab: waiting for another garden that works on the lab ${names.lab} …`);
  return withLock(names.folder, waiting, async () => {
    const known = await readState(names);
    if (known !== undefined && !isDeepStrictEqual(known.topology, JSON.parse(JSON.stringify(topology)))) {
      throw new GardenError(`the lab ${names.lab} was made with other hosts or networks than this garden's`, {
        hint: 'Make it anew: garden lab down, then garden lab up.',
      });
    }
    const state = known ?? (await decide(names, topology, say));
    const dead = await deadHosts(names, state);
    if (dead.length > 0) await start(names, state, dead, say);
    await addInventory(names, state, project);
    const lab = await describeLab(names, state, project);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const done = dead.length > 0 ? `up (${seconds} s)` : 'up already';
    say(`lab: ${done}: ${lab.hosts.map((host) => `${host.name} ${host.address}`).join(', ')}`);
    say(
      `lab: inventory ${lab.inventory}; log in with: ssh -i ${lab.privateKeyFile} -o UserKnownHostsFile=${lab.knownHostsFile} operator@${lab.hosts[0]?.address}`,
    );
    return lab;
  });
}
