#!/usr/bin/env bash
# The second of the three jobs by itself: sessions of some hours, and the sales that they led to. The hour
# before must have been done.
#   scripts/21_map_session_sales.sh --from 2012-03-01T00:00Z --until 2012-03-02T00:00Z [--target CLUSTER]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/howdah.sh"
job map-session-sales "$@"
