import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import { ConnectionLost, GardenError } from '../../model/errors.ts';
import { WsManFault } from './faults.ts';

/** Prefixes differ between servers, so they are left out. Numbers stay text: identifiers may look like them. */
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  alwaysCreateTextNode: true,
  trimValues: true,
  isArray: (name) => name === 'Stream' || name === 'Selector',
});

const text = z.object({ '#text': z.string().default('') }).transform((node) => node['#text']);
const number = text.pipe(z.string().regex(/^-?\d{1,10}$/)).transform(Number);

const replySchema = z.object({
  Envelope: z.object({
    Header: z.object({ RelatesTo: text.optional() }),
    Body: z.object({
      Fault: z
        .object({
          Code: z.object({ Subcode: z.object({ Value: text }).optional() }).optional(),
          Reason: z.object({ Text: text }).optional(),
          Detail: z
            .object({ WSManFault: z.object({ '@Code': z.string(), Message: z.unknown() }).optional() })
            .optional(),
        })
        .optional(),
      ResourceCreated: z
        .object({
          ReferenceParameters: z.object({
            SelectorSet: z.object({ Selector: z.array(z.object({ '@Name': z.string(), '#text': z.string() })) }),
          }),
        })
        .optional(),
      CommandResponse: z.object({ CommandId: text }).optional(),
      ReceiveResponse: z
        .object({
          Stream: z.array(z.object({ '@Name': z.string(), '#text': z.string().default('') })).default([]),
          CommandState: z.object({ '@State': z.string(), ExitCode: number.optional() }).optional(),
        })
        .optional(),
      Config: z.object({ MaxEnvelopeSizekb: number }).optional(),
    }),
  }),
});

/** The body of an answer. */
export type Reply = z.infer<typeof replySchema>['Envelope']['Body'];

/**
 * Reads an answer.
 *
 * @throws WsManFault where it is one; ConnectionLost where it is no answer to this message.
 */
export function parseReply(xml: string, messageId: string): Reply {
  if (/<!(DOCTYPE|ENTITY)/i.test(xml))
    throw new ConnectionLost('the server’s answer has a document type, which is refused');
  let document: unknown;
  try {
    document = parser.parse(xml, true);
  } catch (error) {
    throw new ConnectionLost('the server’s answer is no XML', { cause: error });
  }
  const parsed = replySchema.safeParse(document);
  if (!parsed.success) {
    throw new ConnectionLost('the server’s answer is not what WinRM answers', { hint: 'is this a WinRM server?' });
  }
  const { Header: header, Body: body } = parsed.data.Envelope;
  if (header.RelatesTo !== undefined && header.RelatesTo.toLowerCase() !== messageId.toLowerCase()) {
    throw new ConnectionLost('the server answered another message than the one that was sent');
  }
  const fault = body.Fault;
  if (!fault) return body;
  const told = fault.Detail?.WSManFault;
  throw new WsManFault({
    code: Number(told?.['@Code'] ?? 0),
    subcode: (fault.Code?.Subcode?.Value ?? '').replace(/^.*:/, ''),
    text: innerText(told?.Message) || fault.Reason?.Text || 'a fault without a message',
  });
}

/** The texts of a fault may be nested in what its provider has to say. */
function innerText(node: unknown): string {
  if (typeof node === 'string') return node;
  if (Array.isArray(node)) return node.map(innerText).filter(Boolean).join(' ');
  if (typeof node !== 'object' || node === null) return '';
  const inner = Object.entries(node).filter(([name]) => !name.startsWith('@'));
  return inner
    .map(([, value]) => innerText(value))
    .filter(Boolean)
    .join(' ')
    .trim();
}

/** The name that the server gave to a new shell. */
export function shellIdOf(reply: Reply): string {
  const selectors = reply.ResourceCreated?.ReferenceParameters.SelectorSet.Selector ?? [];
  const id = selectors.find((selector) => selector['@Name'] === 'ShellId')?.['#text'];
  if (id === undefined) throw new GardenError('the server opened a shell and does not say which');
  return id;
}

export function commandIdOf(reply: Reply): string {
  const id = reply.CommandResponse?.CommandId;
  if (id === undefined) throw new GardenError('the server started a command and does not say which');
  return id;
}

/** What a command has written, and its exit status when it has ended. */
export interface Output {
  readonly pieces: readonly { readonly stream: 'stdout' | 'stderr'; readonly data: Buffer }[];
  readonly done: boolean;
  /** 32 bits with a sign, as Windows shows it. */
  readonly status: number;
}

export function outputOf(reply: Reply): Output {
  const { Stream: streams = [], CommandState: state } = reply.ReceiveResponse ?? {};
  return {
    // Each piece is base64 of its own; a character may begin in one and end in the next.
    pieces: streams.map((stream) => ({
      stream: stream['@Name'] === 'stderr' ? ('stderr' as const) : ('stdout' as const),
      data: Buffer.from(stream['#text'], 'base64'),
    })),
    done: state?.['@State'].endsWith('/Done') ?? false,
    status: (state?.ExitCode ?? 0) | 0,
  };
}
