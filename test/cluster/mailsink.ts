import { createServer, type Server } from "node:net";
import { closed, listen } from "../support/faults.js";

/** A mail server that keeps what it gets: as much of SMTP (RFC 5321) as a sender without TLS and login needs. */
export interface MailSink {
  readonly mails: readonly { readonly from: string; readonly to: readonly string[]; readonly text: string }[];
  close(): Promise<void>;
}

export async function mailSink(port: number): Promise<MailSink> {
  const mails: { from: string; to: string[]; text: string }[] = [];
  const server: Server = createServer((socket) => {
    let pending = "";
    let from = "";
    let to: string[] = [];
    let text: string[] | undefined;
    const address = (line: string): string => /<(.*?)>/.exec(line)?.[1] ?? "";
    const answerTo = (line: string): string => {
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === "MAIL") from = address(line);
      if (verb === "RCPT") to.push(address(line));
      if (verb === "DATA") text = [];
      return verb === "DATA" ? "354 go on" : verb === "QUIT" ? "221 bye" : "250 localhost";
    };
    const heard = (line: string): void => {
      if (text === undefined) return void socket.write(`${answerTo(line)}\r\n`);
      if (line !== ".") return void text.push(line.replace(/^\./, ""));
      mails.push({ from, to, text: text.join("\n") });
      to = [];
      text = undefined;
      socket.write("250 kept\r\n");
    };
    socket.setEncoding("utf8").on("error", () => undefined);
    socket.on("data", (chunk: string) => {
      const lines = (pending + chunk).split("\r\n");
      pending = lines.pop()!;
      lines.forEach(heard);
    });
    socket.write("220 localhost\r\n");
  });
  await listen(server, port);
  return { mails, close: () => closed(server) };
}
