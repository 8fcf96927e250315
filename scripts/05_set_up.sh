#!/usr/bin/env bash
# Makes a cluster ready: folders, the release, hive-site.xml, databases and tables. --through-oozie has the project's
# workflow create the tables, as the original did.
#   scripts/05_set_up.sh [--target NAME] [--through-oozie] [--dry-run]
# Everything it takes: scripts/05_set_up.sh --help
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/howdah.sh"
howdah setup --project "$root" "$@"
