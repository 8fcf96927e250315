import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { systemCode } from "../core/errors.ts";

/** How a program ended. */
export interface Ended {
  /** 127 when there is no such program, as in a shell; 128 when a signal ended it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ChildOptions {
  readonly cwd?: string;
  /** @default this process's own */
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  /** A line for its standard input, which then stays open until it ends, so that it can notice that nobody waits. */
  readonly input?: string;
  /** Given each line of its output as it comes. @default they are gathered in `stdout` */
  readonly onLine?: (line: string) => void;
}

/** Between asking a program to end and ending it. */
const grace = 3000;

/**
 * Runs a program to its end. When the signal comes, the program and all that it has started are ended, and the
 * signal's reason is thrown.
 */
export async function runChild(
  program: string,
  args: readonly string[],
  { cwd, env, signal, input, onLine }: ChildOptions = {},
): Promise<Ended> {
  signal?.throwIfAborted();
  const ended = await new Promise<Ended>((resolve, reject) => {
    // A group of its own: `mvn` and `pip` are scripts, whose children must end with them.
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    // A program that ends before it has read everything breaks the pipe; its exit code says why.
    child.stdin.on("error", () => undefined);
    if (input === undefined) child.stdin.end();
    else child.stdin.write(`${input}\n`);
    if (onLine === undefined) child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    else createInterface({ input: child.stdout }).on("line", onLine);
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    let timer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      if (child.pid === undefined) return;
      const { pid } = child;
      killGroup(pid, "SIGTERM");
      timer = setTimeout(() => killGroup(pid, "SIGKILL"), grace);
    };
    signal?.addEventListener("abort", stop, { once: true });
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    };
    child.on("error", (error) => {
      settle();
      if (systemCode(error) === "ENOENT") resolve({ exitCode: 127, stdout, stderr });
      else reject(error);
    });
    child.on("close", (code) => {
      settle();
      resolve({ exitCode: code ?? 128, stdout, stderr });
    });
  });
  signal?.throwIfAborted();
  return ended;
}

function killGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if (systemCode(error) !== "ESRCH") throw error;
  }
}
