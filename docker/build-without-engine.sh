#!/usr/bin/env bash
# Builds the image and tries it, as root on a Debian machine that has no container engine.
#
#   docker/build-without-engine.sh [FOLDER]
#
# FOLDER keeps what takes long (the base) for the next time; without it everything is built in a new folder and
# thrown away. Where the base image cannot be pulled, a stand-in is made of Debian and the Python 3.12 found here.
# The image is tried in a network of its own in which nothing can be reached. What that cannot show is in README.md.
set -euo pipefail

IMAGE=scopenote
BASE=python:3.12-slim
# What the real base is made of; Python 3.12 on an older Debian has an SQLite that the queues of jobs cannot use.
SUITE=trixie
LIBRARIES=ca-certificates,libbz2-1.0,libffi8,liblzma5,libncursesw6,libnsl2,libreadline8t64,libsqlite3-0,libssl3t64,libuuid1,netbase,tzdata,zlib1g
PORT=8000
EXAMPLE=18-one-group-three-regions.md
PATIENCE_S=120

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '\n== %s\n' "$*"; }
fail() { printf 'failed: %s\n' "$*" >&2; exit 1; }
buildah_here() { buildah --root "$folder/store" --runroot "$folder/run" --storage-driver vfs "$@"; }

install_tools() {
    local missing=() tool
    for tool in buildah debootstrap curl; do
        command -v "$tool" >/dev/null || missing+=("$tool")
    done
    command -v ip >/dev/null || missing+=(iproute2)
    if ((${#missing[@]})); then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    fi
}

# --- the base ---------------------------------------------------------------------------------------------------

find_base() {
    if buildah_here inspect --type image "$BASE" >/dev/null 2>&1; then
        echo "kept from before"
    elif timeout 60 buildah --root "$folder/store" --runroot "$folder/run" --storage-driver vfs \
        pull --quiet "$BASE" >/dev/null 2>&1; then
        echo "pulled"
    else
        echo "cannot be pulled: a stand-in of Debian and a Python of this machine"
        make_stand_in
    fi
}

make_stand_in() {
    local python prefix site
    python=$(find_python) || fail "there is no Python 3.12 here to make a stand-in of; install one (pyenv has it)"
    prefix=$("$python" -c 'import sys; print(sys.base_prefix)')
    # From wherever this machine has its packages.
    site=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $(. /etc/os-release && echo "$VERSION_CODENAME")" | sed -n 1p)
    if [[ ! -e $folder/rootfs.done ]]; then
        rm -rf "$folder/rootfs"
        debootstrap --variant=minbase --include="$LIBRARIES" "$SUITE" "$folder/rootfs" "$site" >"$folder/debootstrap.log"
        rm -rf "$folder/rootfs"/var/cache/apt/archives/*.deb "$folder/rootfs"/var/lib/apt/lists/*
        touch "$folder/rootfs.done"
    fi
    # The interpreter and its library only; what was installed for it here is no part of the real image.
    rm -rf "$folder/rootfs/usr/local"
    mkdir -p "$folder/rootfs/usr/local"
    tar -C "$prefix" --exclude=__pycache__ --exclude=site-packages --exclude='lib/python3.12/test' --exclude='*.a' \
        -cf - bin/python3.12 lib/python3.12 lib/libpython3.12.so.1.0 | tar -C "$folder/rootfs/usr/local" -xf -
    mkdir -p "$folder/rootfs/usr/local/lib/python3.12/site-packages"
    ln -s python3.12 "$folder/rootfs/usr/local/bin/python"
    ln -s python3.12 "$folder/rootfs/usr/local/bin/python3"
    commit_stand_in
}

commit_stand_in() {
    local base
    base=$(buildah_here from scratch)
    buildah_here add --quiet "$base" "$folder/rootfs" / >/dev/null
    buildah_here run --isolation chroot "$base" -- sh -c \
        'ldconfig && python -m ensurepip >/dev/null 2>&1 && ln -s pip3 /usr/local/bin/pip && pip --version >/dev/null'
    buildah_here config --env PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin --cmd python3 "$base"
    buildah_here commit --quiet --rm "$base" "$BASE" >/dev/null
}

find_python() {
    local python
    for python in $(type -ap python3.12) "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.12.*/bin/python3.12; do
        [[ $("$python" -c 'import sys; print(*sys.version_info[:2])' 2>/dev/null) == "3 12" ]] && echo "$python" && return
    done
    return 1
}

# --- the image --------------------------------------------------------------------------------------------------

build_image() {
    # The certificates that this machine trusts, for a package index behind a proxy. HEALTHCHECK is of Docker's format.
    local certificates=/etc/ssl/certs/ca-certificates.crt arguments=(--build-arg PIP_CERT=/etc/ssl/certs/ca-certificates.crt)
    [[ -e $certificates ]] || fail "$certificates is missing; install ca-certificates"
    [[ -n ${PIP_INDEX_URL:-} ]] && arguments+=(--build-arg "PIP_INDEX_URL=$PIP_INDEX_URL")
    buildah_here bud --isolation chroot --format docker --pull-never \
        --volume /etc/ssl/certs:/etc/ssl/certs:ro "${arguments[@]}" \
        --file "$root/Dockerfile" --tag "$IMAGE" "$root" >"$folder/build.log" 2>&1 ||
        { tail -n 30 "$folder/build.log" >&2; fail "the image was not built; all of it is in $folder/build.log"; }
}

tell_sizes() {
    local place
    place=$(buildah_here mount "$container")
    (cd "$place" && du --summarize --total --block-size=1MB opt/scopenote/.venv opt/scopenote/ranks opt/scopenote/app) |
        awk '{ printf "%6d MB  %s\n", $1, $2 == "total" ? "on top of the base" : $2 }'
    du --summarize --block-size=1MB "$place" | awk '{ printf "%6d MB  in all, not compressed\n", $1 }'
    (cd "$place/opt/scopenote/.venv/lib/python3.12/site-packages" && du --summarize --block-size=1MB ./*) |
        sort --reverse --numeric-sort | sed -n 1,6p | awk '{ printf "%12d MB  %s\n", $1, $2 }'
}

# --- the trial, in a network with nothing in it -----------------------------------------------------------------

inside() { buildah_here run --isolation chroot --volume "$folder/data:/data" --env SCOPENOTE_ALLOW_OPEN=1 "$container" -- "$@"; }
ask() { curl --silent --show-error --noproxy '*' --max-time 30 "$@"; }
read_json() { inside python -c "import json, sys; answer = json.load(sys.stdin); print($1)"; }
check_health() { inside sh -c "$(<"$folder/health")"; }

start_service() {
    inside scopenote serve >"$folder/serve.log" 2>&1 &
    runner=$!
    local waited
    for ((waited = 0; waited < 10 * PATIENCE_S; waited++)); do
        ask --fail "http://127.0.0.1:$PORT/healthz" >/dev/null 2>&1 && break
        kill -0 "$runner" 2>/dev/null || break
        sleep 0.1
    done
    ask --fail "http://127.0.0.1:$PORT/healthz" >/dev/null || { cat "$folder/serve.log" >&2; fail "the service did not answer"; }
    service=$(find_last_child "$runner")
}

# The service is what the chain of builders' processes leads to.
find_last_child() {
    local process=$1 child
    while child=$(pgrep --oldest --parent "$process"); do process=$child; done
    echo "$process"
}

stop_service() {
    [[ -n ${runner:-} ]] || return 0
    local begun_ms waited_ms
    begun_ms=$(date +%s%3N)
    kill -TERM "${service:-$runner}" 2>/dev/null || true
    wait "$runner" || true # ended by the signal, as it was told to
    runner=
    ! grep --quiet Traceback "$folder/serve.log" || { cat "$folder/serve.log" >&2; fail "it did not end well"; }
    ((waited_ms = $(date +%s%3N) - begun_ms))
    echo "stopped by SIGTERM after $waited_ms ms, $(grep --max-count 1 '^subprocess' "$folder/serve.log")"
}

try_image() {
    ip link set lo up
    if ask --max-time 3 http://192.0.2.1/ >/dev/null 2>&1; then fail "something can be reached"; fi
    [[ -z $(ip route) ]] || fail "there is a way out of this network"
    trap 'stop_service >/dev/null' EXIT
    touch "$folder/started"
    runner='' service=''

    say "Refuses to serve other machines unless told that it may"
    if buildah_here run --isolation chroot --volume "$folder/data:/data" "$container" -- scopenote serve 2>"$folder/refused.log"; then
        fail "it served anyone without being told to"
    fi
    grep --max-count 1 SCOPENOTE_ALLOW_OPEN "$folder/refused.log" || { cat "$folder/refused.log" >&2; fail "for another reason"; }

    say "Starts without a network"
    start_service
    cat "$folder/serve.log"
    ask "http://127.0.0.1:$PORT/readyz" && echo
    echo "user $(awk '/^Uid:/ { print $2 }' "/proc/$service/status"), $(inside python --version), capabilities $(awk '/^CapEff:/ { print $2 }' "/proc/$service/status")"

    say "Classifies $EXAMPLE"
    inside python -c 'import json, sys; print(json.dumps({"id": "example", "markdown": open(sys.argv[1]).read()}))' "examples/$EXAMPLE" >"$folder/request.json"
    ask --fail --header 'Content-Type: application/json' --data "@$folder/request.json" "http://127.0.0.1:$PORT/classify" >"$folder/answer.json"
    read_json 'f"""tag {answer["tag"]}: {answer["rationale"]}"""' <"$folder/answer.json"
    local id
    id=$(read_json 'answer["id"]' <"$folder/answer.json")

    say "Counts tokens exactly, without a download"
    inside python -c 'from app.prompting.counting import load_counter; from app.settings import load_settings
counter = load_counter("gpt-4o", folders=[load_settings().tiktoken_cache_dir]); print(counter.name, "exact" if counter.exact else "estimated")'

    say "The health check"
    check_health && echo "0 while it serves"

    say "Restarts with what it knew"
    stop_service
    if check_health 2>/dev/null; then fail "the health check passes with nothing to ask"; fi
    echo "health check: not 0 while stopped"
    start_service
    ask --fail "http://127.0.0.1:$PORT/classifications/$id" | read_json 'f"""kept: {answer["id"]}, tag {answer["tag"]}"""'
    stop_service

    say "Writes to the volume only"
    find "$folder/data" -type f -printf '%M %U %h\n' | sed "s:$folder::" | sort | uniq --count
    local strays place
    place=$(buildah_here mount "$container")
    strays=$(find "$place" -xdev -newer "$folder/started" -type f -not -path "$place/tmp/*" -printf '%P\n')
    [[ -z $strays ]] || fail "written outside of it: $strays"
    echo "and nothing else"
}

main() {
    [[ $(id -u) == 0 ]] || fail "run this as root: it makes file systems"
    if [[ ${1:-} == --try ]]; then
        folder=$2 container=$3
        try_image
        return
    fi
    local throw_away=false
    if [[ -n ${1:-} ]]; then
        mkdir -p "$1" && folder=$(cd "$1" && pwd)
    else
        folder=$(mktemp -d /tmp/scopenote-image.XXXXXX)
        throw_away=true
    fi
    container=
    trap 'clean_up '"$throw_away" EXIT

    install_tools
    say "Base image $BASE"
    find_base
    say "Build"
    build_image
    container=$(buildah_here from --pull-never "$IMAGE")
    # The volume is a folder of ours below, which must not be hidden by one that belongs to the container.
    buildah_here config --volume /data- "$container"
    buildah_here inspect --type image --format '{{(index .Docker.Config.Healthcheck.Test 1)}}' "$IMAGE" >"$folder/health"
    tell_sizes
    rm -rf "$folder/data"
    install --directory --mode 0700 --owner 10001 --group 10001 "$folder/data"
    unshare --net "${BASH_SOURCE[0]}" --try "$folder" "$container"
    say "All of it worked."
}

clean_up() {
    [[ -z $container ]] || buildah_here rm "$container" >/dev/null
    if [[ $1 == true ]]; then rm -rf "$folder"; fi
}

main "$@"
