import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { GardenError } from '../model/errors.ts';
import { $, lastLines } from './command.ts';
import type { LabNames } from './layout.ts';
import { labProcesses } from './processes.ts';
import { until } from './until.ts';

const SSH_PORT = 22;
const CONNECT_TIMEOUT = 1000;
/** How long a host of a busy machine may take to answer, and then to have started all its services, in milliseconds. */
const START_TIMEOUT = 180_000;

/** Whether an SSH server answers (RFC 4253, 4.2: it speaks first). */
export function sshAnswers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: SSH_PORT });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(CONNECT_TIMEOUT, () => end(false));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
    socket.once('data', (chunk: Buffer) => end(chunk.toString('latin1').startsWith('SSH-2.0-')));
  });
}

/** The arguments for ssh(1) that log in to a lab's host by its key and with its host key known. */
function sshArguments(names: LabNames): readonly string[] {
  return [
    ...['-F', 'none', '-i', names.privateKeyFile],
    ...['-o', `UserKnownHostsFile=${names.knownHostsFile}`, '-o', 'GlobalKnownHostsFile=/dev/null'],
    ...['-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10'],
  ];
}

/**
 * Waits until a host can be logged in to and has started its services.
 *
 * @returns a warning where some of its services have failed
 * @throws GardenError where it does not come up, with what stands on its console.
 */
export async function waitUntilReady(names: LabNames, host: string, address: string): Promise<string | undefined> {
  const { console } = names.host(host);
  let alive = true;
  const answers = await until(async () => {
    if (await sshAnswers(address)) return true;
    alive = (await labProcesses(names)).some((process) => process.host === host);
    return !alive;
  }, START_TIMEOUT);
  const fail = async (what: string) => {
    const log = lastLines(await readFile(console, 'utf8').catch(() => ''));
    return new GardenError(`${host} ${what}\n${log}`.trim(), {
      hint: `Its console is in ${console}. garden lab down removes the lab.`,
    });
  };
  if (!alive) throw await fail('ended while it was starting');
  if (!answers) throw await fail(`does not answer on ${address} port ${SSH_PORT} after ${START_TIMEOUT / 1000} s`);
  const state = 'systemctl is-system-running --wait; systemctl --failed --plain --no-legend';
  const { stdout, stderr } = await $({ timeout: START_TIMEOUT })`ssh ${sshArguments(names)} root@${address} ${state}`;
  const [running = '', ...failed] = stdout.trim().split('\n');
  if (running === 'running') return undefined;
  if (running === 'degraded') return `${host}: failed units: ${failed.map((line) => line.split(' ')[0]).join(', ')}`;
  throw await fail(`has not started: ${running || lastLines(stderr)}`);
}
