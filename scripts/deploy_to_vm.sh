#!/usr/bin/env bash
# Packages a build and brings it to a host that has the cluster's clients: to ~/codeDrops there, by ssh and scp.
#   scripts/deploy_to_vm.sh USER@HOST [--folder codeDrops] [--target NAME] [--port N] [--identity FILE]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/howdah.sh"
script deploy-to-vm.ts "$@"
