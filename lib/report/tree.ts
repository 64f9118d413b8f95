import type { Event } from '../model/events.ts';
import { eventLines } from './lines.ts';
import { PlayTree, type Terminal } from './play-tree.ts';
import { recapLines } from './recap.ts';
import type { Report, ReportOptions } from './report.ts';
import { Stopwatch } from './stopwatch.ts';
import { styles } from './style.ts';
import { FEW_HOSTS } from './tree-view.ts';

/**
 * A tree on a terminal while a play runs; below it, when the play is over, what a reader must not miss: what failed and
 * why, warnings, and with few hosts or with `-D` or `-v` what changed.
 */
export function treeReport(options: ReportOptions, terminal: Terminal): Report {
  const style = styles(options.coloured);
  const stopwatch = new Stopwatch(options.now);
  let check = false;
  let manyHosts = false;
  let tree: PlayTree | undefined;
  let below: string[] = [];
  // Trees and lines come onto the terminal one after another; events do not wait for that.
  let written: Promise<void> = Promise.resolve();
  const print = (lines: readonly string[]): void => {
    if (lines.length === 0) return;
    written = written.then(() => options.write(`${lines.join('\n')}\n`));
  };
  const endPlay = (): void => {
    tree?.end();
    tree = undefined;
    print(below);
    below = [];
  };

  const worthALine = (event: Event): boolean => {
    if (event.type === 'batch-started' || event.type === 'task-output') return false;
    if (event.type !== 'task-finished' || options.verbose > 0) return true;
    if (event.status === 'failed') return true;
    const changes = event.status !== 'ok' && event.status !== 'skipped';
    return changes && (options.diff || !manyHosts);
  };

  const listener = (event: Event): void => {
    stopwatch.see(event);
    switch (event.type) {
      case 'run-started':
        check = event.check;
        print(eventLines(event, options, style));
        break;
      case 'play-started': {
        endPlay();
        manyHosts = event.hosts.length > FEW_HOSTS;
        const started = new PlayTree(event.play, event.hosts, terminal, style);
        tree = started;
        written = written.then(() => started.show());
        break;
      }
      case 'run-finished':
        endPlay();
        print(recapLines(event, { check, stopwatch, rerun: options.rerun }, style));
        break;
      default: {
        tree?.see(event);
        const lines = worthALine(event) ? eventLines(event, options, style) : [];
        if (tree === undefined) print(lines);
        else below.push(...lines);
      }
    }
  };

  return {
    listener,
    async close() {
      endPlay();
      await written;
    },
  };
}
