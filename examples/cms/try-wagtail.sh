#!/bin/sh
# Tries Scopenote with a real Wagtail: sets up a site in a temporary folder, publishes, and looks at what comes of it.
# Needs Python 3.11 or newer and pip's package index. Ends with a status other than 0 where anything is not as it should be.
#
#   examples/cms/try-wagtail.sh
#
# PYTHON: the Python for the site (python3). SCOPENOTE: the command (.venv/bin/scopenote of this project).
# WAGTAIL: what pip installs (wagtail==8.0.1). SITE_VENV: an environment with Wagtail that is there already.
# KEEP=1 leaves the folder with its logs.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
scopenote=${SCOPENOTE:-$here/../../.venv/bin/scopenote}
python=${PYTHON:-python3}
folder=$(mktemp -d)
site_pid= service_pid=

clean_up() {
    status=$?
    trap - EXIT
    for pid in $site_pid $service_pid; do
        kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true
    done
    if [ "$status" -ne 0 ]; then
        for log in "$folder"/*.log; do
            echo "--- $(basename "$log")" && tail -n 20 "$log"
        done >&2
    fi
    if [ "${KEEP:-}" = 1 ]; then echo "kept: $folder"; else rm -rf "$folder"; fi
    exit "$status"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# Nothing of the surroundings decides, and nothing is asked of an LLM.
for name in $(env | grep -oE '^(SCOPENOTE|OPENAI|DJANGO)_[A-Z_]+'); do unset "$name"; done
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 PYTHONDONTWRITEBYTECODE=1

[ -x "$scopenote" ] || { echo "There is no $scopenote: run \`make install\`, or set SCOPENOTE." >&2; exit 1; }

echo "Setting up Wagtail in $folder"
if [ -n "${SITE_VENV:-}" ]; then
    bin=$SITE_VENV/bin
else
    "$python" -m venv "$folder/venv"
    bin=$folder/venv/bin
    "$bin/pip" install --quiet --disable-pip-version-check "${WAGTAIL:-wagtail==8.0.1}" >"$folder/pip.log" 2>&1
fi
mkdir "$folder/site" "$folder/definitions"
cd "$folder/site"
"$bin/wagtail" start mysite . >"$folder/start.log" 2>&1
mkdir -p blog/migrations
touch blog/__init__.py blog/migrations/__init__.py
cp "$here/try-wagtail/models.py" "$here/try-wagtail/apps.py" "$here/wagtail/scopenote_webhooks.py" blog/
cp "$here/try-wagtail/site_settings.py" mysite/settings/try_wagtail.py
cp "$here/try-wagtail/try_urls.py" mysite/try_urls.py
cp "$here/try-wagtail/steps.py" steps.py

draw() { "$python" -c 'import base64, secrets; print(base64.b64encode(secrets.token_bytes(32)).decode())'; }
port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
TRY_SITE=http://127.0.0.1:$port
TRY_SITE_KEY=$(draw)
TRY_WEBHOOK_SECRET=whsec_$(draw)
TRY_SCOPENOTE=$scopenote
export TRY_SITE TRY_SITE_KEY TRY_WEBHOOK_SECRET TRY_SCOPENOTE

cat >"$folder/definitions/baking.md" <<'DEFINITION'
---
title: Baking
description: Bread, pastry and ovens.
---
DEFINITION
export SCOPENOTE_CATEGORIES="$folder/definitions" SCOPENOTE_DATABASE_URL="sqlite:///$folder/store.db" SCOPENOTE_JUDGE=local

wait_for() {  # a log, what stands in it, whose log it is
    tries=0
    until grep -qs "$2" "$1"; do
        kill -0 "$3" 2>/dev/null && [ "$tries" -lt 300 ] || { echo "It did not start: $1" >&2; exit 1; }
        tries=$((tries + 1))
        sleep 0.2
    done
}

"$scopenote" serve --host 127.0.0.1 --port 0 >"$folder/service.log" 2>&1 &
service_pid=$!
wait_for "$folder/service.log" "Editor's page: " "$service_pid"
TRY_SERVICE=$(sed -n "s|^Editor's page: \(.*\)/classify.*|\1|p" "$folder/service.log")
TRY_WEBHOOK_URL=$TRY_SERVICE/webhooks/site
export TRY_SERVICE TRY_WEBHOOK_URL

export DJANGO_SETTINGS_MODULE=mysite.settings.try_wagtail
{
    "$bin/python" manage.py makemigrations blog
    "$bin/python" manage.py migrate
} >"$folder/start.log" 2>&1
"$bin/python" manage.py runserver --noreload "127.0.0.1:$port" >"$folder/site.log" 2>&1 &
site_pid=$!
wait_for "$folder/site.log" "Starting development server" "$site_pid"
echo "$("$bin/python" -c 'import django, wagtail; print("Wagtail", wagtail.__version__, "with Django", django.__version__)'), Scopenote at $TRY_SERVICE"

"$bin/python" steps.py
