#!/usr/bin/env bash
# Builds the project for a cluster, and makes one archive of the build: build-files-RELEASE.tar.gz.
#   scripts/package.sh [--target NAME] [--out FILE] [-D name=value …]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/howdah.sh"
script package.ts "$@"
