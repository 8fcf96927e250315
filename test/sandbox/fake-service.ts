import { spawn } from "node:child_process";
import { appendFileSync, existsSync } from "node:fs";
import { createServer } from "node:http";

/** What a service of tests does; files are looked at again and again, so that a test can change it. */
export interface ServiceBehaviour {
  readonly name: string;
  readonly port: number;
  /** A line is added to this file at each start: the name and the process id. */
  readonly starts: string;
  /** It listens only when this file is there. */
  readonly after?: string;
  /** It does not listen while this file is there. */
  readonly muteFile?: string;
  /** It prints this and ends with 1 while this file is not there. */
  readonly fails?: { readonly says: string; readonly until: string };
  /** It does not end when asked to. */
  readonly stubborn?: boolean;
  /** It starts a process that outlives it. */
  readonly offspring?: boolean;
}

if (process.argv[2] !== undefined) serve(JSON.parse(process.argv[2]) as ServiceBehaviour);

function serve({ name, port, starts, after, muteFile, fails, stubborn, offspring }: ServiceBehaviour): void {
  appendFileSync(starts, `${name} ${process.pid}\n`);
  if (fails !== undefined && !existsSync(fails.until)) {
    process.stdout.write(`${fails.says}\n`);
    process.exit(1);
  }
  process.on("SIGTERM", () => {
    if (stubborn !== true) process.exit(0);
  });
  if (offspring === true) spawn("sleep", ["300"], { detached: true, stdio: "ignore" }).unref();
  const server = createServer((_, response) => response.end(`{"version": "${name}"}`));
  server.keepAliveTimeout = 1;
  let listening = false;
  setInterval(() => {
    const wanted = (after === undefined || existsSync(after)) && (muteFile === undefined || !existsSync(muteFile));
    if (wanted === listening) return;
    listening = wanted;
    if (wanted) server.listen(port, "127.0.0.1");
    else {
      server.close();
      server.closeAllConnections();
    }
  }, 10);
}
