#!/bin/bash
# run.sh [NAME[:VARIANT]…] - the families of evasions of a screen conduit: tests/families.sh says how.
set -eu -o pipefail
tests=$(cd "${srcdir:-$(dirname "$0")/../..}/tests" && pwd)
exec "$tests/families.sh" "$tests/screen" screen "$tests/screen/conf" 'RD|VN' "$@"
