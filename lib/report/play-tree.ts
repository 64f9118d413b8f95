import { DefaultRenderer, Listr, ListrLogger, type ListrTaskWrapper, ProcessOutput, type SimpleRenderer } from 'listr2';
import type { Event } from '../model/events.ts';
import type { Style } from './style.ts';
import { harmlessLine } from './text.ts';
import { type HostState, isLost, isSettled, PlayState } from './tree-state.ts';
import { FEW_HOSTS, type PlayView, viewPlay } from './tree-view.ts';

type Wrapper = ListrTaskWrapper<undefined, typeof CalmRenderer, typeof SimpleRenderer>;

/** A terminal: its size may change while it is written to. */
export type Terminal = NodeJS.WriteStream;

/** Events come by the thousand; more pictures a second than this nobody can see. */
const REFRESH_MS = 100;

/** listr2's tree, which draws at every change of every task: with 200 hosts that is too often. */
class CalmRenderer extends DefaultRenderer {
  #drawn = Number.NEGATIVE_INFINITY;

  override update(): void {
    const present = performance.now();
    // What is left out now is drawn by the next turn of the spinner, or at the end.
    if (present - this.#drawn < REFRESH_MS / 2) return;
    this.#drawn = present;
    super.update();
  }
}

/** A promise that is resolved from outside. */
interface Outcome {
  readonly lost: Promise<boolean>;
  readonly settle: (lost: boolean) => void;
}

function outcome(): Outcome {
  let settle: (lost: boolean) => void = () => {};
  const lost = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  return { lost, settle };
}

/**
 * One play as a listr2 tree: the play, and a line below it for each host. What is shown is decided in tree-view.ts;
 * this brings it onto the terminal.
 */
export class PlayTree {
  readonly #state: PlayState;
  readonly #terminal: Terminal;
  readonly #style: Style;
  readonly #outcomes: ReadonlyMap<string, Outcome>;
  readonly #settled = new Set<string>();
  readonly #wrappers = new Map<string, Wrapper>();
  readonly #shown = new Map<string, string>();
  /** Have come to their end, and are drawn as such with the next picture. */
  #ending: HostState[] = [];
  #top: Wrapper | undefined;

  constructor(play: string, hosts: readonly string[], terminal: Terminal, style: Style) {
    this.#state = new PlayState(play, hosts);
    this.#terminal = terminal;
    this.#style = style;
    this.#outcomes = new Map(hosts.map((host) => [host, outcome()]));
  }

  see(event: Event): void {
    this.#ending.push(...this.#state.see(event));
  }

  /** The play is over. */
  end(): void {
    this.#ending.push(...this.#state.end());
    this.#refresh();
  }

  /** Draws the tree until the play is over. */
  async show(): Promise<void> {
    const timer = setInterval(() => this.#refresh(), REFRESH_MS);
    try {
      await this.#list().run();
    } finally {
      clearInterval(timer);
    }
  }

  #list(): Listr<undefined, typeof CalmRenderer, 'simple'> {
    const hosts = [...this.#outcomes.keys()];
    // What a host shows when it is settled stays: listr2 does not draw it again. So hosts come and go by their title.
    const children = hosts.map((host) => ({
      // Not drawn, and yet a title: without one, listr2 would put the details elsewhere.
      title: ' ',
      rendererOptions: { persistentOutput: true, outputBar: 1 },
      task: async (_: undefined, wrapper: Wrapper): Promise<void> => {
        this.#wrappers.set(host, wrapper);
        // Where a short play was over before its tree could be drawn, this is the only picture.
        if (isSettled(this.#state.hosts.get(host)?.phase ?? 'waiting')) this.#refresh();
        if (await this.#outcomes.get(host)?.lost) throw new Error('lost');
      },
    }));
    const top = {
      title: this.#state.play,
      task: (_: undefined, wrapper: Wrapper) => {
        this.#top = wrapper;
        this.#refresh();
        return wrapper.newListr(children, { concurrent: true, exitOnError: false });
      },
    };
    return new Listr<undefined, typeof CalmRenderer, 'simple'>([top], {
      renderer: CalmRenderer,
      // garden takes care of signals itself; listr2 would end the process in the middle of the cleaning up.
      registerSignalListeners: false,
      exitOnError: false,
      rendererOptions: {
        formatOutput: 'truncate',
        collapseSubtasks: hosts.length > FEW_HOSTS,
        // The cause is shown by the host's details; the error that listr2 sees only tells it the icon.
        collapseErrors: false,
        showErrorMessage: false,
        logger: new ListrLogger({ useIcons: true, toStderr: [], processOutput: new ProcessOutput(this.#terminal) }),
      },
    });
  }

  #refresh(): void {
    const view = viewPlay(this.#state, this.#terminal.rows ?? 24, this.#style);
    if (this.#top !== undefined) {
      this.#set('', 'title', view.title, this.#top);
      this.#set('', 'output', harmlessLine(this.#state.notice), this.#top);
    }
    this.#draw(view);
    for (const host of this.#ending) {
      if (this.#wrappers.has(host.host)) this.#settled.add(host.host);
      this.#outcomes.get(host.host)?.settle(isLost(host.phase));
    }
    this.#ending = [];
  }

  #draw(view: PlayView): void {
    for (const [host, wrapper] of this.#wrappers) {
      if (this.#settled.has(host)) continue;
      const { title = '', details = [] } = view.hosts.get(host) ?? {};
      this.#set(host, 'title', title, wrapper);
      this.#set(host, 'output', details.join('\n'), wrapper);
    }
  }

  /** Each assignment makes listr2 draw, so only what differs is assigned. */
  #set(host: string, what: 'title' | 'output', text: string, wrapper: Wrapper): void {
    const key = `${what} ${host}`;
    if ((this.#shown.get(key) ?? '') === text) return;
    this.#shown.set(key, text);
    wrapper[what] = text;
  }
}
