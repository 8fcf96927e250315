"""Reads raw files with the parser of run_sql.py: a JSON list of them on stdin, their rows or errors on stdout."""

import base64
import json
import sys

import run_sql


def read(file):
    data = base64.b64decode(file["bytes"])
    try:
        return [list(row) for row in run_sql.read_raw(data, file["name"], file["raw"], file["encoding"])]
    except run_sql.JobError as error:
        return {"code": error.code, "message": str(error)}


if __name__ == "__main__":
    json.dump([read(file) for file in json.load(sys.stdin)], sys.stdout)
