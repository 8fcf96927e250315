import type { Emit } from "../core/events.ts";
import { bytesText, countText } from "./bytes.ts";
import type { Io } from "./io.ts";

/** Shows what deploying, rolling back and collecting tell. */
export function releaseEvents(io: Io): Emit {
  return (event) => {
    const text = (name: string): string => String(event[name]);
    const number = (name: string): number => Number(event[name]);
    switch (event.event) {
      case "deploy.progress":
        io.status(
          `uploading: ${number("files")} of ${countText(number("ofFiles"), "file")}, ${bytesText(number("bytes"))} of ${bytesText(number("ofBytes"))}`,
        );
        break;
      case "deploy.kept":
        io.say(
          `what was uploaded stays in ${text("folder")} (${number("files")} of ${countText(number("ofFiles"), "file")} verified): the next deploy of the same goes on with it; the current release is as it was`,
        );
        break;
      case "lock.waiting":
        io.say(`waiting for ${text("for")}: ${text("doing")} is going on`);
        break;
      case "lock.taken-over":
        io.say(`took over the lock of ${text("from")}, which has died`);
        break;
      case "gc.removed":
        io.status(`removed ${text("path")}`);
        break;
      default:
        break;
    }
  };
}
