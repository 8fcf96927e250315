import { get } from "node:http";
import { connect } from "node:net";
import { messageOf, systemCode } from "../core/errors.ts";
import type { Ports } from "./ports.ts";
import type { Question } from "./services.ts";

/** Asks a service whether it works. Gives what is wrong, or undefined. Never throws; waits `deadline` ms at most. */
export async function ask(question: Question, ports: Ports, deadline = 2000): Promise<string | undefined> {
  const port = ports[question.port];
  try {
    if (question.ask === "greet") {
      await answers(port, question.say, deadline);
      return undefined;
    }
    const text = await fetched(port, question.path, deadline);
    return question.answer.test(text) ? undefined : `port ${port} answers, but is not ready yet`;
  } catch (error) {
    return `port ${port}: ${messageOf(error)}`;
  }
}

/**
 * The first thing that is wrong with a service, or undefined. One after another: a question of a server that is not ready
 * costs it time while it starts.
 */
export async function askAll(
  questions: readonly Question[],
  ports: Ports,
  deadline?: number,
): Promise<string | undefined> {
  for (const question of questions) {
    const wrong = await ask(question, ports, deadline);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function fetched(port: number, path: string, deadline: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(
      { host: "127.0.0.1", port, path, headers: { Accept: "application/json", Host: `localhost:${port}` } },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => (text += part));
        response.on("error", reject);
        response.on("end", () =>
          response.statusCode === 200 ? resolve(text) : reject(new Error(`it answers ${response.statusCode ?? 0}`)),
        );
      },
    );
    request.setTimeout(deadline, () => request.destroy(new Error(`no answer within ${deadline} ms`)));
    request.on("error", reject);
  });
}

/**
 * Whether something at a port answers what is said to it, or hangs up: a process that was halted does neither, though the
 * system goes on accepting connections for it.
 */
function answers(port: number, greeting: Uint8Array, deadline: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: deadline });
    const done = (): void => {
      socket.destroy();
      resolve();
    };
    socket.on("timeout", () => socket.destroy(new Error(`no answer within ${deadline} ms`)));
    socket.on("error", (error) => (systemCode(error) === "ECONNRESET" ? done() : reject(error)));
    // Nothing follows, so that a server hangs up which takes this for the beginning of something longer.
    socket.on("connect", () => socket.end(greeting));
    socket.once("data", done).once("end", done);
  });
}
