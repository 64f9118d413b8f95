import { DefaultRenderer, Listr, ListrLogger, type ListrTaskWrapper, ProcessOutput, type SimpleRenderer } from 'listr2';
import type { Event } from '../model/events.ts';
import type { Style } from './style.ts';
import { PlayState } from './tree-state.ts';
import { viewPlay } from './tree-view.ts';
import { columns } from './width.ts';

type Wrapper = ListrTaskWrapper<undefined, typeof CalmRenderer, typeof SimpleRenderer>;

/** A terminal: its size may change while it is written to. */
export type Terminal = NodeJS.WriteStream;

/** Events come by the thousand; more pictures a second than this nobody can see. */
const REFRESH_MS = 100;

/** For a terminal that does not know its size. */
const USUAL = { rows: 24, columns: 80 };

const ERASE_AND_UP = '\u001b[2K\u001b[1A';

/** listr2 copies a stream with the size that it has when a list begins; here it stays that of the terminal. */
class LiveOutput extends ProcessOutput {
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    super(terminal);
    this.#terminal = terminal;
  }

  override get stdout(): Terminal {
    return Object.defineProperties(super.stdout, {
      columns: { get: () => this.#terminal.columns },
      rows: { get: () => this.#terminal.rows },
    });
  }
}

/** listr2's drawing of lines, but not at every change, with icons of our own, and in a window whose size changes. */
class CalmRenderer extends DefaultRenderer {
  #drawn = Number.NEGATIVE_INFINITY;
  #picture = '';
  #width = process.stdout.columns;
  /** Bound before listr2 takes the terminal over, to hold back what others write. */
  readonly #write = process.stdout.write.bind(process.stdout);

  override update(): void {
    const present = performance.now();
    // What is left out now is drawn by the next turn of the spinner, or at the end.
    if (present - this.#drawn < REFRESH_MS / 2 || isResized()) return;
    this.#drawn = present;
    this.#eraseWrapped();
    super.update();
  }

  override create(options?: Parameters<DefaultRenderer['create']>[0]): string {
    this.#picture = super.create(options);
    return this.#picture;
  }

  protected override style(): string {
    return '';
  }

  protected override format(message: string, _icon: string, level: number): string[] {
    return message.split('\n').flatMap((line) => super.format(line, '', level));
  }

  /** Where the window was made narrower, the terminal has broken the lines of the last picture: it has more than were drawn. */
  #eraseWrapped(): void {
    const width = process.stdout.columns;
    if (width < this.#width) {
      const more = this.#picture
        .split('\n')
        .reduce((sum, line) => sum + Math.max(0, Math.ceil(columns(line) / width) - 1), 0);
      this.#write(ERASE_AND_UP.repeat(more));
    }
    this.#width = width;
  }
}

/** Whether the window has another size than this process has been told yet; a picture would be drawn for the old one. */
function isResized(): boolean {
  const [width] = process.stdout.getWindowSize();
  return width !== process.stdout.columns;
}

/**
 * One play on a terminal, drawn over and over until it is over. What is shown is decided in tree-view.ts; this brings
 * it onto the terminal by listr2.
 */
export class PlayTree {
  readonly #state: PlayState;
  readonly #terminal: Terminal;
  readonly #style: Style;
  readonly #over: Promise<void>;
  #settle: () => void = () => {};
  #turn = 0;

  constructor(play: string, hosts: readonly string[], terminal: Terminal, style: Style) {
    this.#state = new PlayState(play, hosts);
    this.#terminal = terminal;
    this.#style = style;
    this.#over = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  see(event: Event): void {
    this.#state.see(event);
  }

  /** The play is over. */
  end(): void {
    this.#state.end();
    this.#settle();
  }

  /** Draws the play until it is over; its last picture stays. */
  async show(): Promise<void> {
    const list = new Listr<undefined, typeof CalmRenderer, 'simple'>(
      [
        {
          title: ' ',
          rendererOptions: { persistentOutput: true, outputBar: 1 },
          task: (_: undefined, wrapper: Wrapper) => this.#draw(wrapper),
        },
      ],
      {
        renderer: CalmRenderer,
        // garden takes care of signals itself; listr2 would end the process in the middle of the cleaning up.
        registerSignalListeners: false,
        rendererOptions: {
          formatOutput: 'truncate',
          logger: new ListrLogger({ useIcons: true, toStderr: [], processOutput: new LiveOutput(this.#terminal) }),
        },
      },
    );
    await list.run();
  }

  async #draw(wrapper: Wrapper): Promise<void> {
    const timer = setInterval(() => this.#refresh(wrapper), REFRESH_MS);
    try {
      this.#refresh(wrapper);
      await this.#over;
    } finally {
      clearInterval(timer);
      this.#refresh(wrapper);
    }
  }

  #refresh(wrapper: Wrapper): void {
    const room = { rows: this.#terminal.rows || USUAL.rows, columns: this.#terminal.columns || USUAL.columns };
    const [title = '', ...lines] = viewPlay(this.#state, room, this.#turn++, this.#style);
    wrapper.title = title;
    wrapper.output = lines.join('\n');
  }
}
