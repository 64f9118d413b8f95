import type { MessageSecurity } from './sealed-body.ts';

/** What a log-in may need to know of the connection that it is made on. */
export interface Surroundings {
  /** The host as the user named it. */
  readonly host: string;
  /** Binds the log-in to the TLS connection (see {@link endPointBinding}), unless that is switched off. */
  readonly binding: Buffer | undefined;
}

/** A log-in under way: tokens go back and forth until it is complete. */
export interface Handshake {
  /**
   * Takes the server's token and gives the next one of ours; undefined where there is nothing more to say. The first
   * call has no token.
   *
   * @throws Unreachable with the cause in words.
   */
  step(token: Buffer | undefined): Promise<Buffer | undefined>;
  /** Whether nothing is wanted from the server any more. */
  readonly complete: boolean;
  /** Seals messages when the log-in is complete. */
  security(): MessageSecurity;
}

/** A way to log in. */
export interface Authentication {
  /** As people call it, for messages. */
  readonly title: string;
  /** The scheme as it stands in the `Authorization` header. */
  readonly scheme: string;
  /** A whole header for every request, for schemes that belong to no connection. */
  readonly header?: (() => string) | undefined;
  readonly begin?: ((surroundings: Surroundings) => Handshake) | undefined;
  /** Whether messages are sealed on TLS connections, too. */
  readonly sealsOverTls?: boolean;
}
