import { GardenError } from '../../model/errors.ts';

const SHELL = 'http://schemas.microsoft.com/wbem/wsman/1/windows/shell';
const TRANSFER = 'http://schemas.xmlsoap.org/ws/2004/09/transfer';
const COMMAND_SHELL = `${SHELL}/cmd`;
const CONFIGURATION = 'http://schemas.microsoft.com/wbem/wsman/1/config';
const ANONYMOUS = 'http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous';

const NAMESPACES = Object.entries({
  s: 'http://www.w3.org/2003/05/soap-envelope',
  a: 'http://schemas.xmlsoap.org/ws/2004/08/addressing',
  w: 'http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd',
  p: 'http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd',
  rsp: SHELL,
})
  .map(([prefix, uri]) => `xmlns:${prefix}="${uri}"`)
  .join(' ');

/** What can be asked of a server (MS-WSMV 3.1.4.5, .11 to .14). */
export type Action = 'Create' | 'Command' | 'Send' | 'Receive' | 'Signal' | 'Delete' | 'Get';

/** A request, as yet without identity. */
export interface Operation {
  readonly action: Action;
  readonly shell?: string | undefined;
  readonly options?: Readonly<Record<string, string>>;
  /** XML, already escaped. */
  readonly body: string;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** @throws GardenError for what XML 1.0 cannot carry: control characters and halves of characters. */
function escapeXml(text: string): string {
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/u.test(text)) {
    throw new GardenError('the command has a control character that WinRM cannot carry', {
      hint: 'send it on standard input, or encoded',
    });
  }
  return text.replace(/[&<>"\r]/g, (character) => ESCAPES[character] ?? character);
}

/** Opens a shell. Code page 65001 makes its output UTF-8. */
export function createShell(shell: string): Operation {
  return {
    action: 'Create',
    options: { WINRS_NOPROFILE: 'FALSE', WINRS_CODEPAGE: '65001' },
    body:
      `<rsp:Shell ShellId="${shell}" Name="garden"><rsp:InputStreams>stdin</rsp:InputStreams>` +
      '<rsp:OutputStreams>stdout stderr</rsp:OutputStreams></rsp:Shell>',
  };
}

/** Starts a command line through cmd.exe, with standard input as a pipe. */
export function startCommand(shell: string, command: string, line: string): Operation {
  return {
    action: 'Command',
    shell,
    options: { WINRS_CONSOLEMODE_STDIN: 'FALSE', WINRS_SKIP_CMD_SHELL: 'FALSE' },
    body: `<rsp:CommandLine CommandId="${command}"><rsp:Command>${escapeXml(line)}</rsp:Command></rsp:CommandLine>`,
  };
}

export function sendInput(shell: string, command: string, data: Buffer, end: boolean): Operation {
  const attributes = `Name="stdin" CommandId="${escapeXml(command)}"${end ? ' End="true"' : ''}`;
  return {
    action: 'Send',
    shell,
    body: `<rsp:Send><rsp:Stream ${attributes}>${data.toString('base64')}</rsp:Stream></rsp:Send>`,
  };
}

export function receiveOutput(shell: string, command: string): Operation {
  const stream = `<rsp:DesiredStream CommandId="${escapeXml(command)}">stdout stderr</rsp:DesiredStream>`;
  return {
    action: 'Receive',
    shell,
    options: { WSMAN_CMDSHELL_OPTION_KEEPALIVE: 'TRUE' },
    body: `<rsp:Receive>${stream}</rsp:Receive>`,
  };
}

/** Ends a command, or frees one that has ended. */
export function terminateCommand(shell: string, command: string): Operation {
  const code = `<rsp:Code>${SHELL}/signal/terminate</rsp:Code>`;
  return { action: 'Signal', shell, body: `<rsp:Signal CommandId="${escapeXml(command)}">${code}</rsp:Signal>` };
}

export function deleteShell(shell: string): Operation {
  return { action: 'Delete', shell, body: '' };
}

/** Asks for the server's limits, which administrators may see. */
export const GET_CONFIGURATION: Operation = { action: 'Get', body: '' };

/** @param timeout after which the server answers that there is nothing to tell, in milliseconds */
export function envelope(
  { action, shell, options, body }: Operation,
  message: {
    readonly to: string;
    readonly messageId: string;
    readonly sessionId: string;
    readonly timeout: number;
    /** In bytes. */
    readonly maximumSize: number;
  },
): string {
  const must = 's:mustUnderstand="true"';
  const may = 's:mustUnderstand="false"';
  const named = Object.entries(options ?? {}).map(([name, value]) => `<w:Option Name="${name}">${value}</w:Option>`);
  const base = action === 'Create' || action === 'Delete' || action === 'Get' ? TRANSFER : SHELL;
  return [
    `<s:Envelope ${NAMESPACES}><s:Header><a:To>${escapeXml(message.to)}</a:To>`,
    `<w:ResourceURI ${must}>${action === 'Get' ? CONFIGURATION : COMMAND_SHELL}</w:ResourceURI>`,
    `<a:ReplyTo><a:Address ${must}>${ANONYMOUS}</a:Address></a:ReplyTo>`,
    `<a:Action ${must}>${base}/${action}</a:Action>`,
    `<w:MaxEnvelopeSize ${must}>${message.maximumSize}</w:MaxEnvelopeSize>`,
    `<a:MessageID>${message.messageId}</a:MessageID>`,
    `<w:Locale xml:lang="en-US" ${may}/><p:DataLocale xml:lang="en-US" ${may}/>`,
    `<p:SessionId ${may}>${message.sessionId}</p:SessionId>`,
    `<w:OperationTimeout>PT${(message.timeout / 1000).toFixed(3)}S</w:OperationTimeout>`,
    shell === undefined
      ? ''
      : `<w:SelectorSet><w:Selector Name="ShellId">${escapeXml(shell)}</w:Selector></w:SelectorSet>`,
    named.length === 0 ? '' : `<w:OptionSet ${must}>${named.join('')}</w:OptionSet>`,
    `</s:Header><s:Body>${body}</s:Body></s:Envelope>`,
  ].join('');
}
