import type { Position } from './syntax.ts';
import { EnumValue, isNull, PsObject, type PsValue } from './values.ts';

const BASES: Readonly<Record<string, readonly string[]>> = {
  'System.IO.FileNotFoundException': ['System.IO.IOException'],
  'System.IO.DirectoryNotFoundException': ['System.IO.IOException'],
  'System.Management.Automation.ItemNotFoundException': ['System.Management.Automation.SessionStateException'],
  'System.Management.Automation.ParameterBindingException': ['System.Management.Automation.RuntimeException'],
  'System.Management.Automation.CommandNotFoundException': ['System.Management.Automation.RuntimeException'],
  'System.Management.Automation.MethodInvocationException': ['System.Management.Automation.RuntimeException'],
  'System.Management.Automation.PSInvalidCastException': ['System.InvalidCastException'],
  'System.ArgumentNullException': ['System.ArgumentException'],
  'System.DivideByZeroException': ['System.ArithmeticException'],
};

/** An exception of .NET. @param type its full name @param hresult its number, as Int32 */
export function exception(type: string, message: string, inner: PsValue = null, hresult = -2146233088): PsObject {
  const names = [type, ...(BASES[type] ?? []), 'System.Exception', 'System.Object'];
  return new PsObject([...new Set(names)], {
    properties: { Message: message, InnerException: inner, HResult: hresult, StackTrace: null },
    text: () => `${type}: ${message}`,
  });
}

export interface FailureDetails {
  /** The full name of the exception's type. */
  readonly type?: string;
  /** The first part of FullyQualifiedErrorId. */
  readonly id?: string;
  /** A name of ErrorCategory. */
  readonly category?: string;
  readonly target?: PsValue;
  readonly hresult?: number;
  readonly inner?: PsValue;
}

const CATEGORIES = [
  'NotSpecified',
  'OpenError',
  'CloseError',
  'DeviceError',
  'DeadlockDetected',
  'InvalidArgument',
  'InvalidData',
  'InvalidOperation',
  'InvalidResult',
  'InvalidType',
  'MetadataError',
  'NotImplemented',
  'NotInstalled',
  'ObjectNotFound',
  'OperationStopped',
  'OperationTimeout',
  'SyntaxError',
  'ParserError',
  'PermissionDenied',
  'ResourceBusy',
  'ResourceExists',
  'ResourceUnavailable',
  'ReadError',
  'WriteError',
  'FromStdErr',
  'SecurityError',
  'ProtocolError',
  'ConnectionError',
  'AuthenticationError',
  'LimitsExceeded',
  'QuotaExceeded',
  'NotEnabled',
];

/** An ErrorRecord. @param command that wrote it: the second part of FullyQualifiedErrorId */
export function errorRecord(cause: PsObject, details: FailureDetails, position?: Position, command?: string): PsObject {
  const category = details.category ?? 'NotSpecified';
  const message = messageOf(cause);
  const target = details.target ?? null;
  const id = [details.id ?? cause.typeNames[0] ?? 'Exception', ...(command ? [command] : [])].join(',');
  const reason = cause.typeNames[0]?.split('.').at(-1) ?? 'Exception';
  const line = position?.line ?? 0;
  const place = `At line:${line} char:${position?.column ?? 0}`;
  return new PsObject(['System.Management.Automation.ErrorRecord', 'System.Object'], {
    properties: {
      Exception: cause,
      FullyQualifiedErrorId: id,
      TargetObject: target,
      ErrorDetails: null,
      ScriptStackTrace: `at <ScriptBlock>, <No file>: line ${line}`,
      CategoryInfo: new PsObject('System.Management.Automation.ErrorCategoryInfo', {
        properties: {
          Category: new EnumValue(
            'System.Management.Automation.ErrorCategory',
            category,
            Math.max(0, CATEGORIES.indexOf(category)),
          ),
          Activity: command ?? '',
          Reason: reason,
          TargetName: typeof target === 'string' ? target : '',
          TargetType: isNull(target) ? '' : typeof target === 'string' ? 'String' : 'Object',
        },
        text: () => `${category}: (${typeof target === 'string' ? target : ''}:) [${command ?? ''}], ${reason}`,
      }),
      InvocationInfo: new PsObject('System.Management.Automation.InvocationInfo', {
        properties: {
          ScriptLineNumber: line,
          OffsetInLine: position?.column ?? 0,
          PositionMessage: place,
          MyCommand: command ?? null,
        },
      }),
    },
    text: () => message,
  });
}

export function messageOf(cause: PsObject): string {
  const message = cause.property('Message')?.get();
  return typeof message === 'string' ? message : '';
}

/** An error that ends the statement, or the script where nothing catches it. */
export class Failure extends Error {
  readonly record: PsObject;
  /** One that `throw` or -ErrorAction Stop made: it ends the script; others end their statement only. */
  readonly endsScript: boolean;

  constructor(record: PsObject, endsScript = false) {
    super(record.text?.() ?? '');
    this.record = record;
    this.endsScript = endsScript;
  }

  get exception(): PsObject {
    const cause = this.record.property('Exception')?.get();
    return cause instanceof PsObject ? cause : exception('System.Exception', this.message);
  }
}

/** An error of the engine or a cmdlet. */
export function failure(message: string, details: FailureDetails = {}, position?: Position, command?: string): Failure {
  const type = details.type ?? 'System.Management.Automation.RuntimeException';
  return new Failure(errorRecord(exception(type, message, details.inner, details.hresult), details, position, command));
}

/** A script uses what the subset does not know. Nothing in the script can catch it: it is our gap, not the script's error. */
export class NotInSubset extends Error {
  readonly position: Position | undefined;

  constructor(what: string, position?: Position) {
    super(
      `${position ? `line ${position.line}, column ${position.column}: ` : ''}${what} is not part of the PowerShell subset`,
    );
    this.position = position;
  }
}

/** `break`, `continue`, `return` and `exit` on their way out. */
export class Jump {
  readonly word: 'break' | 'continue' | 'return' | 'exit';
  readonly label: string | undefined;
  readonly code: number;

  constructor(word: 'break' | 'continue' | 'return' | 'exit', label?: string, code = 0) {
    this.word = word;
    this.label = label;
    this.code = code;
  }
}
