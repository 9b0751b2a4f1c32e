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
wordpress=${WORDPRESS:-/usr/share/wordpress}
PATH=$PATH:/usr/sbin
. "$here/trying/setting_up.sh"

for program in php mariadbd mariadb-install-db mariadb-admin mariadb setsid; do
    command -v "$program" >/dev/null || { echo "There is no $program: see the packages in $0." >&2; exit 1; }
done
[ -f "$wordpress/wp-settings.php" ] || { echo "There is no WordPress in $wordpress: set WORDPRESS." >&2; exit 1; }

echo "Setting up WordPress in $folder"
mkdir "$folder/database" "$folder/site"
socket=$folder/database.socket
mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$folder/database" --skip-test-db \
    --auth-root-authentication-method=normal >"$folder/install.log" 2>&1
mariadbd --no-defaults --user="$(id -un)" --datadir="$folder/database" --socket="$socket" --skip-networking \
    --skip-log-bin --pid-file="$folder/database.pid" >"$folder/database.log" 2>&1 &
pids="$! $pids"
wait_for "$folder/database.log" "ready for connections" "$!"
mariadb --no-defaults --socket="$socket" --user=root -e 'CREATE DATABASE wordpress CHARACTER SET utf8mb4'

export TRY_SITE_FOLDER="$folder/site" TRY_DATABASE="localhost:$socket"
cp -rL "$wordpress/." "$folder/site/"
rm -rf "$folder/site/wp-content"
mkdir -p "$folder/site/wp-content/mu-plugins" "$folder/site/wp-content/themes"
for themes in "$wordpress/wp-content/themes" /var/lib/wordpress/wp-content/themes; do
    cp -rL "$themes/." "$folder/site/wp-content/themes/" 2>/dev/null || true
done
cp "$here/try-wordpress/wp-config.php" "$here/try-wordpress/router.php" "$folder/site/"

serve
php "$here/try-wordpress/install.php" >"$folder/try.json" 2>>"$folder/install.log"
cp "$here/wordpress/scopenote-webhooks.php" "$folder/site/wp-content/mu-plugins/"
PHP_CLI_SERVER_WORKERS=4 setsid php -S "127.0.0.1:$port" -t "$folder/site" "$folder/site/router.php" >"$folder/site.log" 2>&1 &
groups="$! $groups"
wait_for "$folder/site.log" "Development Server" "$!"
versions=$(php -r 'require getenv("TRY_SITE_FOLDER") . "/wp-includes/version.php"; echo "WordPress $wp_version with PHP " . PHP_VERSION;')
echo "$versions, Scopenote at $TRY_SERVICE"

cd "$here/try-wordpress"
PYTHONPATH="$here/trying" "$python" steps.py "$folder/try.json" switch_webhooks.php
