import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HowdahError, onDisk, systemCode } from "howdah";

/** Holds a landing folder for this process; a dead owner is taken over. Gives what lets go. Throws `LOCKED`. */
export function lockLanding(landing: string): () => void {
  const path = join(landing, "_landing.lock");
  onDisk("lock the landing", path, () => mkdirSync(landing, { recursive: true }));
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: "wx" });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (systemCode(error) !== "EEXIST")
        onDisk("lock the landing", path, () => {
          throw error;
        });
    }
    const owner = Number(readFileSync(path, "utf8"));
    if (isRunning(owner))
      throw new HowdahError(`process ${owner} is landing into this folder`, {
        code: "LOCKED",
        where: path,
        next: "wait until it is done; if that process is something else, remove the file",
      });
    rmSync(path, { force: true });
  }
}

/** Another process. In a container a dead owner often had the very number that this process has. */
function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}
