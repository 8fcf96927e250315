import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HowdahError, systemCode } from "howdah";

/** A host that ssh reaches. */
export interface HostOptions {
  /** `user@host`, `host`, or a name of ssh's configuration. */
  readonly destination: string;
  readonly port?: string | undefined;
  readonly identity?: string | undefined;
  /** `KEY=VALUE` each, as `ssh -o` takes them. */
  readonly options: readonly string[];
  readonly signal: AbortSignal;
}

/** What the host's side of the work said: a word, and what belongs to it. */
export interface Answer {
  readonly word: string;
  readonly rest: string;
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** ssh's own failures, as against those of what it ran. */
const sshFailed = 255;

export class Host {
  readonly #at: HostOptions;

  constructor(at: HostOptions) {
    this.#at = at;
  }

  /** Runs unpack.sh there. Throws `HOST_UNREACHED`, `HOST_FAILED`, `NO_SSH`. */
  async run(...words: readonly string[]): Promise<Answer> {
    const { destination } = this.#at;
    const script = readFileSync(join(import.meta.dirname, "unpack.sh"), "utf8");
    const command = ["sh", "-s", ...words.map(quoted)].join(" ");
    const ended = await this.#start("ssh", [...this.#words("-p"), destination, command], script);
    const [, word, rest] = /^howdah: (\S+) ?([^\n]*(?:\n(?!howdah: )[^\n]+)*)/m.exec(ended.out) ?? [];
    if (ended.code === 0 && word !== undefined) return { word, rest: (rest ?? "").trim() };
    const said = reasonOf("ssh", ended);
    if (ended.code === sshFailed)
      throw this.error(
        "HOST_UNREACHED",
        `${destination} cannot be reached: ${said}`,
        `look whether ssh gets there: ssh ${this.shown}`,
      );
    throw this.error(
      "HOST_FAILED",
      `${destination} could not do its part: ${said}`,
      `look at it there: ssh ${this.shown}`,
    );
  }

  /** Copies a file there; the path is relative to the home folder. Throws `COPY_FAILED`, `NO_SSH`. */
  async copy(file: string, to: string): Promise<void> {
    const { destination } = this.#at;
    // A colon divides host and path: an address with colons stands in brackets.
    const [, user = "", host] = /^(.*@)?(.*)$/.exec(destination)!;
    const place = `${user}${host!.includes(":") && !host!.startsWith("[") ? `[${host}]` : host}:${to}`;
    const ended = await this.#start("scp", ["-q", ...this.#words("-P"), file, place]);
    if (ended.code === 0) return;
    throw this.error(
      "COPY_FAILED",
      `the archive did not get to ${destination}: ${reasonOf("scp", ended)}`,
      "run the same again: it begins anew",
    );
  }

  /** What one would type to get there. */
  get shown(): string {
    return [...this.#given("-p"), this.#at.destination].map(quoted).join(" ");
  }

  error(code: string, message: string, next: string): HowdahError {
    return new HowdahError(message, { code, fault: "server", where: this.#at.destination, next });
  }

  #given(portOption: string): readonly string[] {
    const { port, identity, options } = this.#at;
    return [
      ...options.flatMap((one) => ["-o", one]),
      ...(port === undefined ? [] : [portOption, port]),
      ...(identity === undefined ? [] : ["-i", identity]),
    ];
  }

  #words(portOption: string): readonly string[] {
    // Of two of the same name ssh takes the first: the user's.
    return [...this.#given(portOption), "-o", "ConnectTimeout=15"];
  }

  #start(program: string, args: readonly string[], input = ""): Promise<Ended> {
    const { signal } = this.#at;
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { signal, stdio: ["pipe", "pipe", "pipe"] });
      let [out, err] = ["", ""];
      child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
      child.on("error", (error) => {
        if (signal.aborted) reject(signal.reason as Error);
        else if (systemCode(error) === "ENOENT")
          reject(
            new HowdahError(`there is no ${program} on this machine`, {
              code: "NO_SSH",
              next: "install OpenSSH's clients, or deploy straight to HDFS: scripts/00_deploy.sh",
              cause: error,
            }),
          );
        else reject(error);
      });
      child.on("close", (code) => (signal.aborted ? reject(signal.reason as Error) : resolve({ code, out, err })));
      // ssh that does not get there reads nothing.
      child.stdin.on("error", () => undefined).end(input);
    });
  }
}

/** Why a program failed, in its words; that it has come to know the host is no reason. */
function reasonOf(program: string, { code, out, err }: Ended): string {
  const lines = (err.trim() || out.trim()).split(/\r?\n/);
  return (
    lines.filter((line) => !line.startsWith("Warning: Permanently added ")).join("\n") ||
    `${program} ended with ${code}`
  );
}

/** A text as one word of whatever shell the host has. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
