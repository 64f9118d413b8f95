import { openJournal } from '../../engine/journal.ts';
import { UsageError } from '../../model/errors.ts';
import type { Listener } from '../../model/events.ts';
import { errorText } from '../../model/thrown.ts';

/**
 * The journal of a run, opened with its first event, so that a command line with a mistake in it leaves no trace.
 *
 * @param warn told once when the journal cannot be written any more; the run goes on, since to stop half-way is worse
 */
export function journal(stateFolder: string, run: string, warn: (text: string) => void): Listener {
  let write: Listener | undefined;
  let broken = false;
  const open = (): Listener => {
    try {
      return openJournal(stateFolder, run);
    } catch (error) {
      // Nothing has been done yet, so this is told as wrong usage is.
      throw new UsageError([
        {
          message: `cannot write the journal of this run in ${stateFolder}: ${errorText(error)}`,
          hint: 'Run garden in a folder that you may write to.',
        },
      ]);
    }
  };
  return (event) => {
    write ??= open();
    if (broken) return;
    try {
      write(event);
    } catch (error) {
      broken = true;
      warn(`the journal of this run ends here: ${errorText(error)}`);
    }
  };
}
