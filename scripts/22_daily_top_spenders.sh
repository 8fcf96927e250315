#!/usr/bin/env bash
# The third of the three jobs by itself: the top spenders of some days, whose hours must have been done.
#   scripts/22_daily_top_spenders.sh --from 2012-03-01T00:00Z --until 2012-03-02T00:00Z
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
exec node "$root/bundle/howdah.js" run daily-top-spenders --project "$root" --as-range "$@"
