/** How to get what is missing. `tried`: somebody did it. */
export interface Hint {
  readonly system: "Debian, Ubuntu" | "Fedora" | "macOS";
  readonly command: string;
  readonly tried: boolean;
}

/** How to get the programs that a sandbox needs. */
export const hints = {
  java: [
    { system: "Debian, Ubuntu", command: "sudo apt-get install openjdk-17-jre-headless", tried: true },
    { system: "Fedora", command: "sudo dnf install java-17-openjdk-headless", tried: false },
    { system: "macOS", command: "brew install --cask temurin@17", tried: false },
  ],
  maven: [
    { system: "Debian, Ubuntu", command: "sudo apt-get install maven", tried: true },
    { system: "Fedora", command: "sudo dnf install maven", tried: false },
    { system: "macOS", command: "brew install maven", tried: false },
  ],
  python: [
    { system: "Debian, Ubuntu", command: "sudo apt-get install python3 python3-venv", tried: true },
    { system: "Fedora", command: "sudo dnf install python3", tried: false },
    { system: "macOS", command: "brew install python@3.11", tried: false },
  ],
} as const satisfies Readonly<Record<string, readonly Hint[]>>;

/** Each as a text for people. */
export function hintTexts(list: readonly Hint[]): readonly string[] {
  return list.map(({ system, command, tried }) => `${system}: ${command}${tried ? "" : " (not tried)"}`);
}
