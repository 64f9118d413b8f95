import { join, relative, resolve } from 'node:path';
import { Journals, type PastRun } from '../../engine/journal-reader.ts';
import type { SelectionOptions } from '../../engine/selection.ts';
import { UsageError } from '../../model/errors.ts';
import type { Inventory } from '../../model/host.ts';
import type { Rerun } from '../options/selection.ts';

/** A part of a playbook on some of its hosts. */
export interface Part {
  /** Names of hosts. */
  readonly limit: readonly string[];
  readonly select: SelectionOptions;
}

/** How the journal names a playbook's file: as it is seen from the folder where garden is started. */
export function journalName(folder: string, file: string): string {
  return relative(folder, resolve(folder, file));
}

/** What the journals of a project say of the runs of a playbook, or of all playbooks. */
export class PastRuns {
  readonly #journals: Journals;
  readonly #file: string | undefined;

  constructor(folder: string, file?: string | undefined) {
    this.#journals = new Journals(join(folder, '.garden'));
    this.#file = file === undefined ? undefined : journalName(folder, file);
  }

  /**
   * The hosts that the last run has not brought to its end, as far as the inventory still has them.
   *
   * @throws UsageError where there was no such run, or none of its hosts is left.
   */
  unfinished(inventory: Inventory, run?: string | undefined): readonly string[] {
    const past = this.#past(run);
    const hosts = present(past.unfinished, inventory);
    if (hosts.length > 0) return hosts;
    throw new UsageError([
      {
        message: `every host came to its end in the run ${past.run}`,
        hint: 'there is nothing to take up again; run the whole playbook',
      },
    ]);
  }

  /**
   * What a run is taken up with again. `failed`: the hosts that have not come to the end of it, with the whole playbook.
   * `changed`: the hosts on which something changed, each with the roles, and the tasks outside of roles, that changed it.
   *
   * @throws UsageError where there is nothing of the kind.
   */
  again({ which, run }: Rerun, inventory: Inventory): Part {
    if (which === 'failed') return { limit: this.unfinished(inventory, run), select: {} };
    const past = this.#past(run);
    const hosts = new Set(present([...new Set(past.changes.map(({ host }) => host))], inventory));
    const changes = past.changes.filter(({ host }) => hosts.has(host));
    if (changes.length === 0) {
      throw new UsageError([{ message: `nothing changed in the run ${past.run}`, hint: 'run the whole playbook' }]);
    }
    return { limit: [...hosts], select: { places: changes } };
  }

  #past(run: string | undefined): PastRun {
    const past = run === undefined ? this.#journals.latest(this.#file) : this.#journals.named(run);
    if (past === undefined) {
      throw new UsageError([
        {
          message: `there is no journal of a run of ${this.#file ?? 'a playbook'} in .garden/runs`,
          hint: 'checks do not count; start garden in the folder where it was run',
        },
      ]);
    }
    if (this.#file === undefined || past.file === this.#file) return past;
    throw new UsageError(`the run ${past.run} was one of ${past.file ?? 'no playbook'}, not of ${this.#file}`);
  }
}

function present(names: readonly string[], inventory: Inventory): readonly string[] {
  const known = new Set(inventory.all.map(({ name }) => name));
  return names.filter((name) => known.has(name));
}
