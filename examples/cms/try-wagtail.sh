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
. "$here/trying/setting_up.sh"

echo "Setting up Wagtail in $folder"
if [ -n "${SITE_VENV:-}" ]; then
    bin=$SITE_VENV/bin
else
    "$python" -m venv "$folder/venv"
    bin=$folder/venv/bin
    "$bin/pip" install --quiet --disable-pip-version-check "${WAGTAIL:-wagtail==8.0.1}" >"$folder/pip.log" 2>&1
fi
mkdir "$folder/site"
cd "$folder/site"
"$bin/wagtail" start mysite . >"$folder/start.log" 2>&1
mkdir -p blog/migrations
touch blog/__init__.py blog/migrations/__init__.py
cp "$here/try-wagtail/models.py" "$here/try-wagtail/apps.py" "$here/wagtail/scopenote_webhooks.py" blog/
cp "$here/try-wagtail/site_settings.py" mysite/settings/try_wagtail.py
cp "$here/try-wagtail/try_urls.py" mysite/try_urls.py
cp "$here/try-wagtail/steps.py" "$here/trying/trying.py" .

serve
export TRY_WEBHOOK_URL="$TRY_SERVICE/webhooks/site" DJANGO_SETTINGS_MODULE=mysite.settings.try_wagtail
{
    "$bin/python" manage.py makemigrations blog
    "$bin/python" manage.py migrate
} >"$folder/start.log" 2>&1
"$bin/python" manage.py runserver --noreload "127.0.0.1:$port" >"$folder/site.log" 2>&1 &
pids="$! $pids"
wait_for "$folder/site.log" "Starting development server" "$!"
echo "$("$bin/python" -c 'import django, wagtail; print("Wagtail", wagtail.__version__, "with Django", django.__version__)'), Scopenote at $TRY_SERVICE"

"$bin/python" steps.py
