#!/bin/bash
# run.sh [NAME[:VARIANT]…] - the families of evasions of what a plain conduit carries: tests/families.sh
# says how. AT-16 (timing) shows a stated limit.
set -eu -o pipefail
tests=$(cd "${srcdir:-$(dirname "$0")/../..}/tests" && pwd)
exec "$tests/families.sh" "$tests/speak" speak "$tests/speak/conf" AT "$@"
