#!/usr/bin/env bash
# The first of the three jobs by itself: raw lines of some hours become typed hits and sales.
#   scripts/20_prepare.sh --from 2012-03-01T00:00Z --until 2012-03-02T00:00Z [--target CLUSTER]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/howdah.sh"
job prepare "$@"
