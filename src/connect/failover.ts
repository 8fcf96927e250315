import { ConnectError } from "./errors.ts";

/** What messages say of several servers of one service. */
interface FailoverFacts<Server> {
  readonly where: (server: Server) => string;
  /** Told of each server that did not do, before the next is tried. */
  readonly failed?: (server: Server, error: ConnectError) => void;
  /** What to do when none does. @default what the last one's error says */
  readonly next?: string;
}

/**
 * What the first of some servers gives that answers; one that refuses is not asked over again elsewhere.
 * @throws ConnectError: the only one's, or one that tells what each said
 */
export async function firstThatAnswers<Server, Answer>(
  servers: readonly Server[],
  ask: (server: Server) => Promise<Answer>,
  { where, failed, next }: FailoverFacts<Server>,
): Promise<Answer> {
  const refusals: ConnectError[] = [];
  for (const server of servers) {
    try {
      return await ask(server);
    } catch (error) {
      if (!(error instanceof ConnectError) || !error.elsewhere) throw error;
      refusals.push(error);
      failed?.(server, error);
    }
  }
  const last = refusals.at(-1)!;
  const [message, place] =
    refusals.length === 1
      ? [last.message, last.where ?? where(servers[0]!)]
      : [
          `none of the servers answers: ${refusals.map((one) => `${one.where}: ${one.message}`).join("; ")}`,
          servers.map(where).join(", "),
        ];
  if (refusals.length === 1 && next === undefined) throw last;
  throw new ConnectError(message, {
    code: last.code,
    progress: last.progress,
    transient: last.transient,
    elsewhere: last.elsewhere,
    where: place,
    next: next ?? last.next ?? "look at the servers' own logs",
    cause: last,
  });
}

/** The same things in an order that chance has made (Fisher and Yates). */
export function shuffled<T>(things: readonly T[]): readonly T[] {
  const mixed = [...things];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [mixed[i], mixed[j]] = [mixed[j]!, mixed[i]!];
  }
  return mixed;
}
