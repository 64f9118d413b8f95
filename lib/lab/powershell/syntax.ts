/** Where something stands in a script; both begin at 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** An expression: what has a value. */
export type Expression = Position &
  (
    | { readonly kind: 'literal'; readonly value: string | number | bigint; readonly double?: boolean }
    | { readonly kind: 'bareWord'; readonly text: string }
    | { readonly kind: 'expandable'; readonly parts: readonly (string | Expression)[] }
    | {
        readonly kind: 'variable';
        readonly scope: string | undefined;
        readonly name: string;
        readonly splatted: boolean;
      }
    | { readonly kind: 'type'; readonly name: string }
    | { readonly kind: 'array'; readonly elements: readonly Expression[] }
    | { readonly kind: 'arraySubexpression'; readonly body: readonly Statement[] }
    | { readonly kind: 'subexpression'; readonly body: readonly Statement[] }
    | { readonly kind: 'parenthesis'; readonly statement: Statement }
    | { readonly kind: 'hashtable'; readonly entries: readonly (readonly [Expression, Statement])[] }
    | { readonly kind: 'scriptBlock'; readonly block: Block }
    | { readonly kind: 'unary'; readonly operator: string; readonly operand: Expression }
    | { readonly kind: 'step'; readonly operator: '++' | '--'; readonly prefix: boolean; readonly target: Expression }
    | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
    | { readonly kind: 'cast'; readonly type: string; readonly operand: Expression }
    | { readonly kind: 'member'; readonly target: Expression; readonly name: Expression; readonly isStatic: boolean }
    | {
        readonly kind: 'call';
        readonly target: Expression;
        readonly name: Expression;
        readonly isStatic: boolean;
        readonly arguments: readonly Expression[];
      }
    | { readonly kind: 'index'; readonly target: Expression; readonly index: Expression }
  );

/** What stands after a command's name. */
export type CommandElement = Position &
  (
    | { readonly kind: 'parameter'; readonly name: string; readonly value: Expression | undefined }
    | { readonly kind: 'argument'; readonly value: Expression }
  );

/** `2>&1`, `> file`, `3>$null`. */
export interface Redirection extends Position {
  /** 1 output, 2 error, 3 warning, 4 verbose, 5 debug, 6 information, or all. */
  readonly stream: number | 'all';
  /** Another stream, or a file. */
  readonly target: 1 | Expression;
  readonly append: boolean;
}

export interface Command extends Position {
  readonly kind: 'command';
  /** `&` calls in a scope of its own, `.` in this one. */
  readonly invocation: '&' | '.' | undefined;
  readonly name: Expression;
  readonly elements: readonly CommandElement[];
  readonly redirections: readonly Redirection[];
}

export interface ExpressionCommand extends Position {
  readonly kind: 'expression';
  readonly expression: Expression;
  readonly redirections: readonly Redirection[];
}

export type PipelineElement = Command | ExpressionCommand;

/** A label such as `:outer` names a loop for `break` and `continue`. */
export type Statement = Position &
  (
    | { readonly kind: 'pipeline'; readonly elements: readonly PipelineElement[] }
    | { readonly kind: 'assignment'; readonly operator: string; readonly target: Expression; readonly value: Statement }
    | {
        readonly kind: 'if';
        readonly clauses: readonly (readonly [Statement, readonly Statement[]])[];
        readonly otherwise: readonly Statement[] | undefined;
      }
    | {
        readonly kind: 'switch';
        readonly label: string | undefined;
        readonly mode: 'exact' | 'wildcard' | 'regex';
        readonly caseSensitive: boolean;
        readonly subject: Statement;
        /** A condition that is undefined is `default`. */
        readonly clauses: readonly (readonly [Expression | undefined, readonly Statement[]])[];
      }
    | {
        readonly kind: 'foreach';
        readonly label: string | undefined;
        readonly variable: Expression;
        readonly subject: Statement;
        readonly body: readonly Statement[];
      }
    | {
        readonly kind: 'for';
        readonly label: string | undefined;
        readonly start: Statement | undefined;
        readonly condition: Statement | undefined;
        readonly step: Statement | undefined;
        readonly body: readonly Statement[];
      }
    | {
        readonly kind: 'loop';
        readonly label: string | undefined;
        readonly test: 'before' | 'after';
        /** `until` ends where the condition is true. */
        readonly until: boolean;
        readonly condition: Statement;
        readonly body: readonly Statement[];
      }
    | {
        readonly kind: 'try';
        readonly body: readonly Statement[];
        readonly catches: readonly { readonly types: readonly string[]; readonly body: readonly Statement[] }[];
        readonly finally: readonly Statement[] | undefined;
      }
    | { readonly kind: 'trap'; readonly type: string | undefined; readonly body: readonly Statement[] }
    | { readonly kind: 'function'; readonly name: string; readonly filter: boolean; readonly block: Block }
    | {
        readonly kind: 'jump';
        readonly word: 'return' | 'throw' | 'exit' | 'break' | 'continue';
        /** What is returned, thrown or the exit code; the label of a loop. */
        readonly value: Statement | undefined;
        readonly label: string | undefined;
      }
  );

/** `[Parameter(Mandatory = $true)]`, `[ValidateSet('a', 'b')]`. */
export interface Attribute extends Position {
  readonly name: string;
  readonly positional: readonly Expression[];
  readonly named: ReadonlyMap<string, Expression | undefined>;
}

export interface BlockParameter extends Position {
  readonly name: string;
  readonly type: string | undefined;
  readonly attributes: readonly Attribute[];
  readonly initial: Expression | undefined;
}

/** The body of a script, a function or a script block. */
export interface Block {
  readonly parameters: readonly BlockParameter[];
  readonly attributes: readonly Attribute[];
  readonly begin: readonly Statement[] | undefined;
  readonly process: readonly Statement[] | undefined;
  /** What stands in no named part is the end. */
  readonly end: readonly Statement[] | undefined;
  /** The text between its braces. */
  readonly text: string;
}
