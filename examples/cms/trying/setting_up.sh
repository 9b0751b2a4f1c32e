# What every try of a CMS needs: a folder that goes at the end, a definition, secrets, and a running Scopenote.
# It is read by the scripts beside it, which set `here`, and `pids` and `groups` to what they start.
scopenote=${SCOPENOTE:-$here/../../.venv/bin/scopenote}
python=${PYTHON:-python3}
folder=$(mktemp -d)
pids= groups=

clean_up() {
    status=$?
    trap - EXIT
    # Workers may outlive the process that started them, unless the whole group ends.
    for pid in $groups; do
        kill -- "-$pid" 2>/dev/null || true
    done
    for pid in $pids; do
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
for name in $(env | grep -oE '^(SCOPENOTE|OPENAI|DJANGO|TRY)_[A-Z_]+'); do unset "$name"; done
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 PYTHONDONTWRITEBYTECODE=1

[ -x "$scopenote" ] || { echo "There is no $scopenote: run \`make install\`, or set SCOPENOTE." >&2; exit 1; }

draw_secret() { "$python" -c 'import base64, secrets; print(base64.b64encode(secrets.token_bytes(32)).decode())'; }
draw_port() { "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

wait_for() {  # a log, what stands in it, whose log it is
    tries=0
    until grep -qs "$2" "$1"; do
        kill -0 "$3" 2>/dev/null && [ "$tries" -lt 300 ] || { echo "It did not start: $1" >&2; exit 1; }
        tries=$((tries + 1))
        sleep 0.2
    done
}

serve() {  # sets TRY_SERVICE
    "$scopenote" serve --host 127.0.0.1 --port 0 >"$folder/service.log" 2>&1 &
    pids="$! $pids"
    wait_for "$folder/service.log" "Editor's page: " "$!"
    TRY_SERVICE=$(sed -n "s|^Editor's page: \(.*\)/classify.*|\1|p" "$folder/service.log")
    export TRY_SERVICE
}

mkdir "$folder/definitions"
cat >"$folder/definitions/baking.md" <<'DEFINITION'
---
title: Baking
description: Bread, pastry and ovens.
---
DEFINITION
port=$(draw_port)
TRY_SITE=http://127.0.0.1:$port
TRY_SITE_KEY=$(draw_secret)
TRY_WEBHOOK_SECRET=whsec_$(draw_secret)
TRY_SCOPENOTE=$scopenote
export TRY_SITE TRY_SITE_KEY TRY_WEBHOOK_SECRET TRY_SCOPENOTE
export SCOPENOTE_CATEGORIES="$folder/definitions" SCOPENOTE_DATABASE_URL="sqlite:///$folder/store.db" SCOPENOTE_JUDGE=local
