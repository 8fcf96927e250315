import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { projectRoot } from "../support/project.js";
import { startProgram, writeFile, type Ended } from "../support/command.js";

/**
 * A host of one's own, where there is no sshd: `ssh` and `scp` on the path, which do as theirs do, with a folder as the
 * home there. Each call is one line of `calls`.
 */
export class LocalHost {
  readonly home: string;
  readonly #bin: string;
  readonly #there: string;
  readonly #calls: string;

  constructor(folder: string) {
    this.home = join(folder, "home of vm");
    this.#bin = join(folder, "bin");
    this.#there = join(folder, "bin there");
    this.#calls = join(folder, "calls");
    mkdirSync(this.home);
    mkdirSync(this.#there);
    this.#program(this.#bin, "ssh", `${this.#log("ssh")}${takeOptions("p")}shift\n${this.#atHome}exec sh -c "$*"\n`);
    this.copies(`exec cp "$1" "$HOME/\${2#*:}"\n`);
  }

  /** What scp does with its file, \`$1\`, and its place, \`$2\`. */
  copies(work: string): void {
    this.#program(this.#bin, "scp", `${this.#log("scp")}${takeOptions("P")}${this.#atHome}${work}`);
  }

  /** Has a program of the host do something else. */
  has(program: string, work: string): void {
    this.#program(this.#there, program, work);
  }

  /** Leaves the host no program but these. */
  hasOnly(...programs: readonly string[]): void {
    rmSync(this.#there, { recursive: true });
    for (const name of programs) this.has(name, `exec /bin/${name} "$@"\n`);
    this.#program(
      this.#bin,
      "ssh",
      `${takeOptions("p")}shift\n${this.#atHome}PATH='${this.#there}'\nexec sh -c "$*"\n`,
    );
  }

  /** The host cannot be reached. */
  isAway(): void {
    this.#program(
      this.#bin,
      "ssh",
      `${this.#log("ssh")}echo "ssh: connect to host vm port 22: No route to host" >&2\nexit 255\n`,
    );
  }

  get calls(): readonly string[] {
    return existsSync(this.#calls) ? readFileSync(this.#calls, "utf8").trimEnd().split("\n") : [];
  }

  /** Runs scripts/deploy_to_vm.sh where this host is. */
  deploy(...words: readonly string[]): Promise<Ended> {
    const path = [this.#bin, process.env["PATH"]].join(delimiter);
    return startProgram(join(projectRoot, "scripts/deploy_to_vm.sh"), words, projectRoot, { PATH: path }).ended;
  }

  get #atHome(): string {
    return `export HOME='${this.home}' PATH='${this.#there}':"$PATH"\ncd\n`;
  }

  #log(program: string): string {
    return `echo "${program} $(printf '%s ' "$@" | head -n 1)" >>'${this.#calls}'\n`;
  }

  #program(folder: string, name: string, text: string): void {
    chmodSync(writeFile(join(folder, name), `#!/bin/sh\n${text}`), 0o755);
  }
}

function takeOptions(port: string): string {
  return `while getopts "qo:i:${port}:" option; do :; done\nshift $((OPTIND - 1))\n`;
}
