#!/usr/bin/env bash
# The second of the three jobs by itself: sessions of some hours, and the sales that they led to. The hour
# before must have been done.
#   scripts/21_map_session_sales.sh --from 2012-03-01T00:00Z --until 2012-03-02T00:00Z
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
exec node "$root/bundle/howdah.js" run map-session-sales --project "$root" --as-range "$@"
