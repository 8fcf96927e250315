"""Runs a program on a terminal of its own: COLUMNS ROWS PROGRAM ARGUMENT…; what it writes goes to stdout as it is."""

import fcntl
import os
import pty
import struct
import sys
import termios

if __name__ == "__main__":
    columns, rows, *command = sys.argv[1:]
    child, terminal = pty.fork()
    if child == 0:
        # The size is there before the program looks.
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))
        os.execvp(command[0], command)
    while True:
        try:
            written = os.read(terminal, 65536)
        except OSError:
            # Linux says so when the last of the terminal's users is gone.
            break
        if not written:
            break
        sys.stdout.buffer.write(written)
        sys.stdout.buffer.flush()
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
