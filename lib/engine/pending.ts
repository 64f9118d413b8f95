import { createHash } from 'node:crypto';
import { lines, type Script, sh } from '../model/script.ts';

/** A notification as it is written on the target before the change is made, so that no crash can lose it. */
export interface Marker {
  /** `role/handler`, or `play/handler` for one that stands in a play. */
  readonly handler: string;
  /** The task that notified it. */
  readonly by: string;
  /** ISO 8601, by the controller's clock. */
  readonly since: string;
  readonly run: string;
}

/** Where the markers are, by the session's own variable: `/var/lib/garden/pending` for root. */
const FOLDER = sh`"$garden_state"/pending`;

function fileName(handler: string): string {
  return createHash('sha256').update(handler).digest('hex').slice(0, 24);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/** Writes the markers. Each is renamed into its place, so that none is ever read half. */
export function writeMarkers(markers: readonly Marker[]): Script {
  const writes = markers.map(({ handler, by, since, run }) => {
    const name = fileName(handler);
    return sh`printf '%s\n' ${[handler, by, since, run].map(oneLine)} >${FOLDER}/.${name} && mv ${FOLDER}/.${name} ${FOLDER}/${name} || exit 1`;
  });
  return lines([sh`mkdir -p ${FOLDER} || exit 1`, ...writes]);
}

export function removeMarkers(handlers: readonly string[]): Script {
  return sh`cd ${FOLDER} 2>/dev/null && rm -f -- ${handlers.map(fileName)}`;
}

/** Prints all markers that are there. */
export function readMarkers(): Script {
  return sh`for marker in ${FOLDER}/*; do [ -f "$marker" ] && cat "$marker"; done; :`;
}

/** Parses what {@link readMarkers} printed: four lines each. */
export function parseMarkers(stdout: string): readonly Marker[] {
  const rows = stdout.split('\n');
  const found: Marker[] = [];
  for (let start = 0; start + 3 < rows.length; start += 4) {
    const [handler = '', by = '', since = '', run = ''] = rows.slice(start, start + 4);
    found.push({ handler, by, since, run });
  }
  return found;
}
