import { GardenError } from '../../model/errors.ts';

/** Codes of faults that are answered by more than a message (MS-WSMV; their texts are in the server's language). */
export const FAULT = {
  accessDenied: 5,
  busy: 170,
  aborted: 995,
  keyDeleted: 2147943418,
  pipeEnded: 2147942509,
  timedOut: 2150858793,
  notFound: 2150858843,
  tooManyShells: 2150859173,
  tooManyOperations: 2150859174,
} as const;

const HINTS: ReadonlyMap<number, string> = new Map([
  [
    FAULT.accessDenied,
    'the account must be in Administrators or Remote Management Users there; a local administrator also needs LocalAccountTokenFilterPolicy=1',
  ],
  [FAULT.aborted, 'the WinRM service or the shell was stopped on the host'],
  [2147942402, 'is the program installed, and is its name right?'],
  [FAULT.notFound, 'the shell or the command is gone: it ran out of idle time, or the host was restarted'],
  [FAULT.tooManyShells, 'close other sessions of this user, or raise winrm/config/winrs MaxShellsPerUser'],
  [FAULT.tooManyOperations, 'raise winrm/config/service MaxConcurrentOperationsPerUser'],
  [2150858951, 'raise winrm/config MaxEnvelopeSizekb'],
]);

const TITLES: ReadonlyMap<number, string> = new Map([
  [FAULT.accessDenied, 'access denied'],
  [FAULT.tooManyShells, 'this user has too many shells open on the host'],
  [FAULT.tooManyOperations, 'this user has too many operations under way on the host'],
]);

/** An error that the server told by WS-Management. */
export class WsManFault extends GardenError {
  readonly code: number;
  readonly subcode: string;

  constructor(fault: { readonly code: number; readonly subcode: string; readonly text: string }) {
    const title = TITLES.get(fault.code);
    const text = fault.text.replace(/\s+/g, ' ').trim();
    super(title === undefined ? `WinRM: ${text} (code ${fault.code})` : `WinRM: ${title}: ${text}`, {
      hint: HINTS.get(fault.code),
    });
    this.code = fault.code;
    this.subcode = fault.subcode;
  }
}

/** Whether an error is a fault with one of these codes. */
export function isFault(error: unknown, ...codes: readonly number[]): boolean {
  return error instanceof WsManFault && codes.includes(error.code);
}
