#!/usr/bin/env bash
# The first of the three jobs by itself: raw lines of some hours become typed hits and sales.
#   scripts/20_prepare.sh --from 2012-03-01T00:00Z --until 2012-03-02T00:00Z
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
exec node "$root/bundle/howdah.js" run prepare --project "$root" --as-range "$@"
