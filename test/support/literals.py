"""Writes values of parameters as run_sql.py does: a JSON list of [type, value] on stdin, one of literals on stdout."""

import json
import sys

import run_sql

if __name__ == "__main__":
    json.dump([run_sql.sql_literal({"name": "p", "type": t}, v) for t, v in json.load(sys.stdin)], sys.stdout)
