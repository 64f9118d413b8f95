import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Semaphore } from '../lib/model/semaphore.ts';
import { type Keys, makeKeys } from './keys.ts';
import { type Network, SSH_PORT } from './network.ts';

const execute = promisify(execFile);

/** How many hosts are started at once. */
const STARTING = 4;

interface Host {
  readonly child: ChildProcess;
  /** sshd as seen from here; it is process 1 in there. */
  readonly pid: number;
}

/** The hosts of the benchmark: each an sshd with an address, files and processes of its own. */
export class Hosts {
  readonly keys: Keys;
  readonly #network: Network;
  readonly #layers: string;
  readonly #running: Host[] = [];

  private constructor(keys: Keys, network: Network, layers: string) {
    this.keys = keys;
    this.#network = network;
    this.#layers = layers;
  }

  /** @param folder a private one, for keys and mount points */
  static async make(folder: string, network: Network): Promise<Hosts> {
    const layers = join(folder, 'layers');
    await mkdir(layers, { recursive: true });
    return new Hosts(await makeKeys(folder), network, layers);
  }

  /** Has so many hosts running. With `fresh`, nothing was ever done on them. */
  async ensure(count: number, { fresh = false } = {}): Promise<void> {
    const starting = new Semaphore(STARTING);
    await Promise.all(
      Array.from({ length: count }, (_, index) =>
        starting.run(async () => {
          const known = this.#running[index];
          if (known && !fresh) return;
          if (known) await stop(known);
          else await this.#trust(index);
          this.#running[index] = await this.#start(index);
        }),
      ),
    );
  }

  /** Runs a script on a host, past SSH. Resolves to what it printed. */
  async run(host: number, script: string): Promise<string> {
    const { pid } = this.#host(host);
    const target = ['--target', String(pid), '--mount', '--pid'];
    return (await execute('nsenter', [...target, 'sh', '-ec', script])).stdout;
  }

  /**
   * How many processes have been started on a host so far. It is read in there, since each space of process ids counts its
   * own: so this very question adds the same to it each time.
   */
  async processesStarted(host: number): Promise<number> {
    return Number(await this.run(host, 'echo $$'));
  }

  #host(index: number): Host {
    const host = this.#running[index];
    if (!host) throw new Error(`host ${index} is not running`);
    return host;
  }

  /** Makes a host known at each distance that is measured. */
  async #trust(index: number): Promise<void> {
    const names = new Set([0, 20, 80].map((delay) => hostKeyName(this.#network.address(index, delay))));
    await this.keys.trust([...names]);
  }

  async #start(index: number): Promise<Host> {
    const { ip } = this.#network.address(index, 0);
    const spaces = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private'];
    const sshd = ['-f', this.keys.serverConfig, '-o', `ListenAddress=${ip}:${SSH_PORT}`];
    const script = join(import.meta.dirname, 'host.sh');
    const child = spawn('unshare', [...spaces, 'sh', script, this.#layers, ...sshd], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const log: string[] = [];
    const { pid, stderr } = child;
    if (pid === undefined || stderr === null) throw new Error('unshare is missing (Debian: util-linux)');
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: stderr }).on('line', (line) => {
        if (line.startsWith('Server listening')) resolve();
        else if (log.length < 20) log.push(line);
      });
      child.once('exit', () => reject(new Error(`sshd for ${ip} did not start:\n${log.join('\n')}`)));
    });
    return { child, pid: await onlyChildOf(pid) };
  }
}

/** How a host is written in known_hosts(5). */
export function hostKeyName({ ip, port }: { readonly ip: string; readonly port: number }): string {
  return port === SSH_PORT ? ip : `[${ip}]:${port}`;
}

async function stop({ child, pid }: Host): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  process.kill(pid, 'SIGKILL');
  await ended;
}

/** From proc(5), /proc/PID/task/TID/children. */
async function onlyChildOf(pid: number): Promise<number> {
  return Number((await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim());
}
