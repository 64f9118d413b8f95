import type { Event } from '../model/events.ts';
import { Ending } from './ending.ts';
import { EventLines } from './event-lines.ts';
import { PlayTree, type Terminal } from './play-tree.ts';
import type { Report, ReportOptions } from './report.ts';
import { styles } from './style.ts';
import { FEW_HOSTS } from './tree-view.ts';

/** So many lines of a recap fill more than a window. */
const CROWD = 30;

/**
 * A tree on a terminal while a play runs; below it, when the play is over, what a reader must not miss: what failed and
 * why, warnings, and with few hosts or with `-D` or `-v` what changed.
 */
export function treeReport(options: ReportOptions, terminal: Terminal): Report {
  const style = styles(options.coloured);
  const words = new EventLines(options, style);
  const ending = new Ending({ ...options, crowd: CROWD }, style);
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
    if (event.type === 'batch-started') return false;
    if (event.type !== 'task-finished' || options.verbose > 0) return true;
    if (event.status === 'failed') return true;
    const changes = event.status !== 'ok' && event.status !== 'skipped';
    return changes && (options.diff || !manyHosts);
  };

  const listener = (event: Event): void => {
    ending.see(event);
    switch (event.type) {
      case 'run-started':
        print(words.of(event));
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
        print(ending.lines(event));
        break;
      default: {
        tree?.see(event);
        const lines = worthALine(event) ? words.of(event) : [];
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
