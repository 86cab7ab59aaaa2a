#!/bin/sh
# The systemd unit is one that systemd reads without a complaint. `systemd-analyze verify` exits 0
# on warnings, so its text is what counts.
set -eu
cd "${srcdir:-.}"
if ! command -v systemd-analyze > /dev/null; then
	echo "systemd-analyze is not installed (Debian package systemd)"
	exit 77
fi
unit=conf/segauditd.service
if [ ! -f $unit ]; then
	echo "$unit is missing"
	exit 1
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# A wrong configuration is said once: systemd looks at the status of the main process only, so nothing may fail before it.
if grep -q '^ExecStartPre=' $unit || ! grep -Eq '^RestartPreventExitStatus=.*\b78\b' $unit; then
	echo "$unit: a configuration with errors would be tried again and again"
	exit 1
fi
# The programs that it starts are not installed here: any that exists will do for the check.
sed -E 's,^(Exec[A-Za-z]*=[-+!@:]*)[^ ]*segauditd,\1/bin/true,' "$unit" > "$dir/segauditd.service"
said=$(SYSTEMD_LOG_LEVEL=warning systemd-analyze --man=no --recursive-errors=no verify \
	"$dir/segauditd.service" 2>&1) || {
	echo "$said"
	exit 1
}
if [ -n "$said" ]; then
	echo "$said"
	exit 1
fi
# With its drop-in too, which adds to it and takes nothing away.
mkdir "$dir/segauditd.service.d"
cp conf/segauditd-remote.conf "$dir/segauditd.service.d"
said=$(SYSTEMD_LOG_LEVEL=warning systemd-analyze --man=no --recursive-errors=no verify \
	"$dir/segauditd.service" 2>&1) || :
if [ -n "$said" ]; then
	echo "with segauditd-remote.conf: $said"
	exit 1
fi
