#!/usr/bin/env bash
# Straight from the laptop to HDFS: builds the project, and makes it the current release there.
#   scripts/00_deploy.sh [--target NAME] [--dry-run]
# Everything it takes: scripts/00_deploy.sh --help
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/howdah.sh"
howdah deploy --project "$root" "$@"
