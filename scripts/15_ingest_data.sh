#!/usr/bin/env bash
# Puts raw files where the coordinators look: the web logs and the sales, divided into hours, each with its flag.
#   scripts/15_ingest_data.sh --web-logs FILE --sales FILE [--products FILE] [--sales-shift-days 455] ...
# Everything it takes: scripts/15_ingest_data.sh --help
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
exec "$root/node_modules/.bin/jiti" "$root/scripts/land.ts" --data "$root/data" "$@"
