#!/bin/sh
# Tries Scopenote with a real WordPress: sets up a site in a temporary folder, publishes, and looks at what comes of it.
# Needs Python 3.11 or newer, and of Debian's packages (others' do as well):
#
#   apt-get install wordpress mariadb-server php-cli php-mysql php-curl php-xml php-mbstring
#   examples/cms/try-wordpress.sh
#
# Ends with a status other than 0 where anything is not as it should be.
# PYTHON: the Python for the steps (python3). SCOPENOTE: the command (.venv/bin/scopenote of this project).
# WORDPRESS: the folder with WordPress's own files (/usr/share/wordpress). KEEP=1 leaves the folder with its logs.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
scopenote=${SCOPENOTE:-$here/../../.venv/bin/scopenote}
python=${PYTHON:-python3}
wordpress=${WORDPRESS:-/usr/share/wordpress}
folder=$(mktemp -d)
database_pid= site_pid= service_pid=

clean_up() {
    status=$?
    trap - EXIT
    # PHP's workers outlive the process that started them, unless the whole group ends.
    [ -z "$site_pid" ] || kill -- "-$site_pid" 2>/dev/null || true
    for pid in $service_pid $database_pid; do
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
for name in $(env | grep -oE '^(SCOPENOTE|OPENAI|TRY)_[A-Z_]+'); do unset "$name"; done
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 PYTHONDONTWRITEBYTECODE=1
PATH=$PATH:/usr/sbin

[ -x "$scopenote" ] || { echo "There is no $scopenote: run \`make install\`, or set SCOPENOTE." >&2; exit 1; }
for program in php mariadbd mariadb-install-db mariadb-admin mariadb setsid; do
    command -v "$program" >/dev/null || { echo "There is no $program: see the packages in $0." >&2; exit 1; }
done
[ -f "$wordpress/wp-settings.php" ] || { echo "There is no WordPress in $wordpress: set WORDPRESS." >&2; exit 1; }

draw() { "$python" -c 'import base64, secrets; print(base64.b64encode(secrets.token_bytes(32)).decode())'; }
draw_port() { "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

wait_for() {  # a log, what stands in it, whose log it is
    tries=0
    until grep -qs "$2" "$1"; do
        kill -0 "$3" 2>/dev/null && [ "$tries" -lt 300 ] || { echo "It did not start: $1" >&2; exit 1; }
        tries=$((tries + 1))
        sleep 0.2
    done
}

echo "Setting up WordPress in $folder"
mkdir "$folder/database" "$folder/definitions" "$folder/site"
socket=$folder/database.socket
mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$folder/database" --skip-test-db \
    --auth-root-authentication-method=normal >"$folder/install.log" 2>&1
mariadbd --no-defaults --user="$(id -un)" --datadir="$folder/database" --socket="$socket" --skip-networking \
    --skip-log-bin --pid-file="$folder/database.pid" >"$folder/database.log" 2>&1 &
database_pid=$!
wait_for "$folder/database.log" "ready for connections" "$database_pid"
mariadb --no-defaults --socket="$socket" --user=root -e 'CREATE DATABASE wordpress CHARACTER SET utf8mb4'

port=$(draw_port)
TRY_SITE=http://127.0.0.1:$port
TRY_SITE_KEY=$(draw)
TRY_SITE_FOLDER=$folder/site
TRY_DATABASE=localhost:$socket
TRY_WEBHOOK_SECRET=whsec_$(draw)
TRY_SCOPENOTE=$scopenote
export TRY_SITE TRY_SITE_KEY TRY_SITE_FOLDER TRY_DATABASE TRY_WEBHOOK_SECRET TRY_SCOPENOTE

cp -rL "$wordpress/." "$folder/site/"
rm -rf "$folder/site/wp-content"
mkdir -p "$folder/site/wp-content/mu-plugins" "$folder/site/wp-content/themes"
for themes in "$wordpress/wp-content/themes" /var/lib/wordpress/wp-content/themes; do
    cp -rL "$themes/." "$folder/site/wp-content/themes/" 2>/dev/null || true
done
cp "$here/try-wordpress/wp-config.php" "$here/try-wordpress/router.php" "$folder/site/"

cat >"$folder/definitions/baking.md" <<'DEFINITION'
---
title: Baking
description: Bread, pastry and ovens.
---
DEFINITION
export SCOPENOTE_CATEGORIES="$folder/definitions" SCOPENOTE_DATABASE_URL="sqlite:///$folder/store.db" SCOPENOTE_JUDGE=local

"$scopenote" serve --host 127.0.0.1 --port 0 >"$folder/service.log" 2>&1 &
service_pid=$!
wait_for "$folder/service.log" "Editor's page: " "$service_pid"
TRY_SERVICE=$(sed -n "s|^Editor's page: \(.*\)/classify.*|\1|p" "$folder/service.log")
export TRY_SERVICE

php "$here/try-wordpress/install.php" >"$folder/try.json" 2>>"$folder/install.log"
cp "$here/wordpress/scopenote-webhooks.php" "$folder/site/wp-content/mu-plugins/"
PHP_CLI_SERVER_WORKERS=4 setsid php -S "127.0.0.1:$port" -t "$folder/site" "$folder/site/router.php" >"$folder/site.log" 2>&1 &
site_pid=$!
wait_for "$folder/site.log" "Development Server" "$site_pid"
versions=$(php -r 'require getenv("TRY_SITE_FOLDER") . "/wp-includes/version.php"; echo "WordPress $wp_version with PHP " . PHP_VERSION;')
echo "$versions, Scopenote at $TRY_SERVICE"

"$python" "$here/try-wordpress/steps.py" "$folder/try.json" "$here/try-wordpress/switch_webhooks.php"
