#!/usr/bin/env bash
# The third of the three jobs by itself: the top spenders of some days, whose hours must have been done.
#   scripts/22_daily_top_spenders.sh --from 2012-03-01T00:00Z --until 2012-03-02T00:00Z [--target CLUSTER]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/howdah.sh"
job daily-top-spenders "$@"
