/** What is known of one call while it is under way. */
export interface CallFacts {
  /** What was to be done, for messages: "cannot open a session". */
  readonly what: string;
  /** Milliseconds within which the answer must be there. @default no limit: a statement may take hours */
  readonly deadline?: number;
}

/** The way to one server: a message there, its answer back. Whatever the transport, one at a time. */
export interface Exchange {
  /** Gives the bytes of the answer. @throws ConnectError */
  send(message: Buffer, facts: CallFacts): Promise<Buffer>;
  /** Lets go of the connection; what is under way fails with `reason`. */
  close(reason?: Error): void;
}
