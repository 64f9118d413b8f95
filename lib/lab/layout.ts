import { homedir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../model/errors.ts';
import type { LabHostDefinition, LabNetwork, Topology } from './topology.ts';

/** The lab that is meant where no name is given. */
export const DEFAULT_LAB = 'garden';
/** Below it every lab has a folder of its own. */
export const LABS_FOLDER = '/var/lib/garden/lab';
/** Labs have the numbers 0 to 15. */
export const LAB_NUMBERS = 16;
/** The second byte of the addresses of lab 0: the labs' addresses are 10.81.0.0 to 10.96.255.255. */
const FIRST_RANGE = 81;
/** The controller's and the router's last bytes in every network. */
const CONTROLLER = 1;
const ROUTER = 254;

/** Where images and packages are kept between labs: `$XDG_CACHE_HOME/garden/lab`, else `/var/cache/garden/lab`. */
export function cacheFolder(environment: NodeJS.ProcessEnv): string {
  const base = environment.XDG_CACHE_HOME?.replace(/^~(?=\/)/, homedir());
  return join(base || '/var/cache', 'garden', 'lab');
}

/**
 * Checks a lab's name. It is short, because the kernel's interface names (`NAME-NETWORK`) have at most 15 characters.
 *
 * @throws UsageError for one that cannot be used.
 */
function checkLabName(name: string): string {
  if (/^[a-z][a-z0-9]{0,7}$/.test(name)) return name;
  throw new UsageError([
    {
      message: `"${name}" cannot be the name of a lab`,
      hint: 'Use 1 to 8 lower-case letters and digits, a letter first.',
    },
  ]);
}

/** What a lab is called on this machine. All of it derives from the lab's name, so that `down` finds it without a state file. */
export class LabNames {
  readonly lab: string;

  /** @throws UsageError for a name that cannot be used. */
  constructor(lab: string) {
    this.lab = checkLabName(lab);
  }

  /** Everything that the lab keeps on disk. */
  get folder(): string {
    return join(LABS_FOLDER, this.lab);
  }

  get stateFile(): string {
    return join(this.folder, 'state.json');
  }

  /** The private key that all hosts let in. */
  get privateKeyFile(): string {
    return join(this.folder, 'id_ed25519');
  }

  get knownHostsFile(): string {
    return join(this.folder, 'known_hosts');
  }

  /** The password of the user `deploy`, readable by root alone. */
  get passwordFile(): string {
    return join(this.folder, 'deploy-password');
  }

  /** The network namespace with the lab's bridges; it is the router between them. */
  get namespace(): string {
    return `garden-lab-${this.lab}`;
  }

  /** The controller's end of the link into a network, in the main namespace. */
  controllerInterface(network: string): string {
    return `${this.lab}-${network}`;
  }

  /** Where the lab's processes are, below each hierarchy's mount point, where no systemd manages the control groups. */
  get controlGroup(): string {
    return `garden-lab/${this.lab}`;
  }

  /** The transient unit of a host, where systemd manages the control groups. */
  unit(host: string): string {
    return `garden-lab-${this.lab}-${host}.service`;
  }

  host(name: string): HostPaths {
    return hostPaths(join(this.folder, 'hosts', name));
  }
}

/** The files of one host. */
export interface HostPaths {
  readonly folder: string;
  /** The layer over the image: all that distinguishes this host from the image is in it. */
  readonly upper: string;
  readonly work: string;
  /** Where the layers are mounted, in the host's own mount namespace only. */
  readonly root: string;
  readonly script: string;
  readonly console: string;
  /** Made last when the upper folder is filled. */
  readonly prepared: string;
}

function hostPaths(folder: string): HostPaths {
  return {
    folder,
    upper: join(folder, 'upper'),
    work: join(folder, 'work'),
    root: join(folder, 'root'),
    script: join(folder, 'run.sh'),
    console: join(folder, 'console.log'),
    prepared: join(folder, 'prepared'),
  };
}

/** The IPv4 range of a lab, as `ip route` writes it. */
export function labRange(number: number): string {
  return `10.${FIRST_RANGE + number}.0.0/16`;
}

/** The addresses in a lab's network; each network is a /24. */
export function networkAddresses(number: number, network: LabNetwork) {
  const address = (last: number) => `10.${FIRST_RANGE + number}.${network.number}.${last}`;
  return { controller: address(CONTROLLER), router: address(ROUTER), host: address };
}

/**
 * The address of a host.
 *
 * @throws Error for a host in a network that the topology does not have (a fault in the topology).
 */
export function hostAddress(number: number, topology: Topology, host: LabHostDefinition): string {
  const network = topology.networks.find(({ name }) => name === host.network);
  if (network === undefined) throw new Error(`${host.name} is in the network ${host.network}, which does not exist`);
  return networkAddresses(number, network).host(host.number);
}
