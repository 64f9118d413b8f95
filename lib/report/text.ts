// Control characters (C0 without tab and newline, DEL, C1), and those that reorder or hide text on a terminal (bidirectional
// overrides and isolates, line separators): a host could use them to fake a status line, to set the window's title, or worse.
const DANGEROUS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

function visible(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return `^${String.fromCharCode(code + 0x40)}`;
  if (code === 0x7f) return '^?';
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

/**
 * Makes what a host printed harmless for a terminal. Control characters become visible as `cat -v` shows them (`^[` for
 * Escape); the end of a line may be CR LF. Tabs and newlines stay.
 */
export function harmless(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(DANGEROUS, visible);
}

/** The same for what must stay on one line. */
export function harmlessLine(text: string): string {
  return harmless(text).replaceAll('\n', ' ⏎ ').replaceAll('\t', ' ');
}

/** `1 host`, `2 hosts`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

/** So many names can be read; of more than that the number tells more. */
const MOST_NAMES = 20;

/** `web1, web2, web3`; of many names the first ones, and how many more there are. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).map(harmlessLine).join(', ');
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}

/** A span of time that is a matter of milliseconds, for people: `0.4 ms`, `42 ms`. */
export function shortDuration(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** A span of time for people: `0.3 s`, `42 s`, `3 min 5 s`, `1 h 2 min`. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${whole % 60} s`;
}
