#!/bin/bash
# run.sh [NAME[:VARIANT]…] - the families of evasions of what a plain conduit carries: tests/families.sh
# says how. Not here, as recognition cannot decide them: AT-01, AT-15 and AT-17 (what is inside an allowed
# protocol, for later inspectors) and AT-16 (timing, a stated limit). UDP is in tests/replay/speak-*.
set -eu -o pipefail
tests=$(cd "${srcdir:-$(dirname "$0")/../..}/tests" && pwd)
exec "$tests/families.sh" "$tests/speak" speak "$tests/speak/conf" AT "$@"
