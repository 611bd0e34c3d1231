#!/bin/sh
# Install what tests need from the system and is missing: PostgreSQL's server programs, Chromium, and two parsers
# that read our calendars: libical, which the system's Python asks, and ical.js, which Node does.
set -eu
missing="$*"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || missing="$missing chromium"
/usr/bin/python3 -c 'import gi; gi.require_version("ICalGLib", "3.0")' 2>/dev/null || missing="$missing gir1.2-ical-3.0 python3-gi"
command -v node >/dev/null 2>&1 || missing="$missing nodejs"
command -v npm >/dev/null 2>&1 || missing="$missing npm"
if [ -n "$missing" ]; then
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "Please install: $missing" >&2
        exit 1
    fi
    as_root=""
    [ "$(id -u)" = 0 ] || as_root="sudo"
    echo "Installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    $as_root apt-get update -qq
    # shellcheck disable=SC2086
    $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

# Outside the repository; tests/calendar/parsers.py looks for it there.
icaljs="${XDG_CACHE_HOME:-$HOME/.cache}/pilotmatch/ical.js-2.2.1"
if [ ! -d "$icaljs/node_modules/ical.js" ]; then
    mkdir -p "$icaljs"
    npm install --silent --no-fund --no-audit --ignore-scripts --prefix "$icaljs" ical.js@2.2.1
fi
