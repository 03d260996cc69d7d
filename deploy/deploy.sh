#!/bin/sh
# The server and the pages of its clients in containers: `./deploy.sh main`, then `./deploy.sh client 2`.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

usage() {
    cat <<'TEXT'
Usage: deploy.sh main          build the image, and start the server at http://localhost:8000
       deploy.sh client N      start client N (1 to 499): page at port 8500 + N, proxy at port 8000 + N
       deploy.sh key           print the administrator's key
       deploy.sh status        show what runs
       deploy.sh down [N]      stop client N, or everything; the data stays in its volumes

Variables: SESSIOND_MODEL_URL, SESSIOND_MODEL, SESSIOND_MODEL_KEY (the language model), SESSION_TIMEOUT (minutes, 60),
SESSIOND_PORT (8000), SESSIOND_IMAGE (sessiond), SESSIOND_FEATURES (gguf for language models in GGUF files)
TEXT
}

fail() {
    echo "deploy.sh: $*" >&2
    exit 1
}

need_docker() {
    command -v docker >/dev/null 2>&1 || fail "docker is missing: install Docker Engine with its compose plugin"
    docker compose version >/dev/null 2>&1 || fail "'docker compose' is missing: install Docker's compose plugin"
    docker info >/dev/null 2>&1 || fail "no Docker daemon answers: start it, or use sudo if it is for root alone"
}

number() {
    case "${1:-}" in
        '' | 0* | *[!0-9]* | ????*) fail "a client's number is from 1 to 499, and not '${1:-}'" ;;
    esac
    [ "$1" -le 499 ] || fail "a client's number is from 1 to 499, and not '$1'"
}

# Whether a program listens at a port of this machine.
is_taken() {
    if command -v ss >/dev/null 2>&1; then
        ss -Hltn "sport = :$1" 2>/dev/null | grep -q .
    elif command -v curl >/dev/null 2>&1; then
        # Exit code 7: no connection.
        rc=0
        curl -s -o /dev/null --max-time 2 "http://127.0.0.1:$1/" || rc=$?
        [ "$rc" -ne 7 ]
    else
        # Docker itself reports a port that is taken.
        return 1
    fi
}

# Fails if a port is taken by something other than this project's own container.
free() {
    project=$1
    service=$2
    shift 2
    own=$(docker ps --quiet --filter "label=com.docker.compose.project=$project" \
        --filter "label=com.docker.compose.service=$service")
    [ -z "$own" ] || return 0
    for port in "$@"; do
        if is_taken "$port"; then
            fail "port $port is taken ('ss -ltnp sport = :$port' shows the program): stop that program, or use $hint"
        fi
    done
}

main_compose() {
    docker compose -f "$here/compose.yaml" "$@"
}

client_compose() {
    n=$1
    shift
    N=$n PAGE=$((8500 + n)) PROXY=$((8000 + n)) \
        docker compose -p "sessiond-client-$n" -f "$here/compose.client.yaml" "$@"
}

# The numbers of the clients that have containers of their own project.
clients() {
    docker ps --all --filter label=com.docker.compose.project --format '{{.Label "com.docker.compose.project"}}' |
        sed -n 's/^sessiond-client-\([1-9][0-9]*\)$/\1/p' | sort -nu
}

case "${1:-}" in
    main)
        [ $# -eq 1 ] || { usage >&2; exit 2; }
        need_docker
        port=${SESSIOND_PORT:-8000}
        hint="another one with SESSIOND_PORT"
        free sessiond main "$port"
        main_compose up --build --detach --wait main
        echo "The server is at http://localhost:$port. '$0 key' prints the administrator's key; '$0 client 2' starts a client."
        ;;
    client)
        [ $# -eq 2 ] || { usage >&2; exit 2; }
        number "$2"
        need_docker
        docker volume inspect sessiond-keys >/dev/null 2>&1 || fail "there is no server yet: run '$0 main' first"
        [ -n "$(docker ps --quiet --filter label=com.docker.compose.project=sessiond \
            --filter label=com.docker.compose.service=main)" ] || fail "the server does not run: run '$0 main' first"
        hint="another number for the client"
        free "sessiond-client-$2" client $((8500 + $2)) $((8000 + $2))
        client_compose "$2" up --detach
        echo "Client $2: page http://localhost:$((8500 + $2)), proxy http://localhost:$((8000 + $2))"
        ;;
    key)
        need_docker
        main_compose exec -T main sed -n 's/^api_key = "\(.*\)"$/\1/p' /etc/sessiond/sessiond.toml
        ;;
    status)
        need_docker
        main_compose ps
        for n in $(clients); do
            client_compose "$n" ps
        done
        ;;
    down)
        need_docker
        if [ $# -gt 1 ]; then
            number "$2"
            client_compose "$2" down
        else
            for n in $(clients); do
                client_compose "$n" down
            done
            main_compose down
        fi
        ;;
    -h | --help | help)
        usage
        ;;
    *)
        usage >&2
        exit 2
        ;;
esac
