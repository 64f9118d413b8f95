import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { GardenError } from '../../model/errors.ts';
import type { WinrmClient } from './client.ts';
import { createShell, deleteShell, startCommand } from './envelope.ts';
import { FAULT, isFault } from './faults.ts';
import { commandIdOf, shellIdOf } from './reply.ts';

/** cmd.exe cuts a longer line, and newer ones say nothing of it. */
const LONGEST_LINE = 8191;
/** How long to wait for a free shell, in milliseconds, time after time. */
const BACK_OFF = [500, 1000, 2000] as const;

/** A command that runs, and in which shell. */
export interface StartedCommand {
  readonly shell: string;
  readonly command: string;
}

const newId = (): string => randomUUID().toUpperCase();

/** The shell of a connection, and those that were given up for it. All of them are deleted in the end. */
export class Shells {
  readonly #client: WinrmClient;
  readonly #open = new Set<string>();
  #current: Promise<string> | undefined;

  constructor(client: WinrmClient) {
    this.#client = client;
  }

  /** Opens the shell where there is none. @throws WsManFault, Unreachable, ConnectionLost. */
  current(): Promise<string> {
    this.#current ??= this.#create().catch((error: unknown) => {
      this.#current = undefined;
      throw error;
    });
    return this.#current;
  }

  async #create(): Promise<string> {
    const wanted = newId();
    for (const pause of [...BACK_OFF, undefined]) {
      try {
        const id = shellIdOf(await this.#client.request(createShell(wanted), { repeatable: true }));
        this.#open.add(id);
        return id;
      } catch (error) {
        if (!isFault(error, FAULT.tooManyShells) || pause === undefined) throw error;
        await delay(pause);
      }
    }
    throw new GardenError('no shell could be opened');
  }

  /**
   * Starts a command line; once more in a new shell where the old one is gone or worn out (Windows counts the commands
   * of a shell and does not forget the ended ones).
   *
   * @throws GardenError for a line that is too long; WsManFault, Unreachable, ConnectionLost.
   */
  async start(line: string): Promise<StartedCommand> {
    if (line.length > LONGEST_LINE) {
      throw new GardenError(`the command line has ${line.length} characters, and cmd.exe takes ${LONGEST_LINE}`, {
        hint: 'send what is long on standard input',
      });
    }
    const shell = await this.current();
    try {
      return await this.#startIn(shell, line);
    } catch (error) {
      if (!isFault(error, FAULT.tooManyOperations, FAULT.keyDeleted, FAULT.notFound)) throw error;
      this.#current = undefined;
      return await this.#startIn(await this.current(), line);
    }
  }

  async #startIn(shell: string, line: string): Promise<StartedCommand> {
    // Not repeated where its answer is lost: it may have been started.
    const reply = await this.#client.request(startCommand(shell, newId(), line), { repeatable: false });
    return { shell, command: commandIdOf(reply) };
  }

  /** Deletes every shell, whatever happened to it. Never rejects. */
  async delete(): Promise<void> {
    await this.#current?.catch(() => {});
    await Promise.all(
      [...this.#open].map(async (id) => {
        await this.#client.request(deleteShell(id), { repeatable: true }).catch(() => {});
        this.#open.delete(id);
      }),
    );
  }
}
