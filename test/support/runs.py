"""Runs run_sql.py several times in one process, which spares starting Java for each.

A JSON list of argument lists on stdin; a JSON list of {exitCode, stdout, stderr} on stdout.
"""

import contextlib
import io
import json
import sys

import run_sql


def run(arguments):
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        try:
            code = run_sql.main(arguments)
        except SystemExit as end:
            code = end.code
    return {"exitCode": code, "stdout": stdout.getvalue(), "stderr": stderr.getvalue()}


if __name__ == "__main__":
    json.dump([run(arguments) for arguments in json.load(sys.stdin)], sys.stdout)
