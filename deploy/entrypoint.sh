#!/bin/sh
# The entry point of the container: `main`, `client-key N` or `client N`. Everything else runs `sessiond` with these arguments.
#
# Keys are in files that only the user of the container can read, as `api_key = "…"` of a configuration file.
set -eu
umask 077

fail() {
    echo "entrypoint: $*" >&2
    exit 1
}

# Writes a configuration file with a key, whole or not at all.
keep() {
    printf 'api_key = "%s"\n' "$2" >"$1.new"
    mv "$1.new" "$1"
}

number() {
    case "${1:-}" in
        '' | 0* | *[!0-9]* | ????*) fail "a client's number is from 1 to 499, and not '${1:-}'" ;;
    esac
    [ "$1" -le 499 ] || fail "a client's number is from 1 to 499, and not '$1'"
}

# The administrator's key, which the first start makes.
main() {
    config=${SESSIOND_CONFIG:?names the file of the key}
    if [ ! -s "$config" ]; then
        key=$(od -An -N32 -v -tx1 /dev/urandom | tr -d ' \n')
        [ ${#key} -eq 64 ] || fail "cannot read 32 random bytes for the administrator's key"
        keep "$config" "$key"
        echo "entrypoint: the administrator's key is in $config" >&2
    fi
    exec sessiond serve --listen "${SESSIOND_LISTEN:-0.0.0.0:8000}"
}

# A key for client N in its own directory. It creates sessions and finds those alone that it has created.
client_key() {
    number "${1:-}"
    url=${BACKEND_URL:?names the server}
    config=${SESSIOND_CONFIG:?names the file of the administrator\'s key}
    file=${CLIENT_CONFIG:?names the file for the key of the client}
    if [ -s "$file" ] && SESSIOND_CONFIG=$file sessiond whoami --url "$url" >/dev/null 2>&1; then
        echo "entrypoint: client $1 has its key" >&2
        return
    fi
    [ -r "$config" ] || fail "cannot read the administrator's key in $config: start the server first"
    made=$(sessiond key create --url "$url" --name "client-$1" --role client --json)
    secret=$(printf '%s\n' "$made" | sed -n 's/^ *"secret": *"\([A-Za-z0-9_-]*\)".*/\1/p')
    [ -n "$secret" ] || fail "the server returned no key for client $1"
    keep "$file" "$secret"
    echo "entrypoint: the key of client $1 is in $file" >&2
}

case "${1:-main}" in
    main)
        main
        ;;
    client-key)
        client_key "${2:-}"
        ;;
    client)
        number "${2:-}"
        exec sessiond client "$2" --address 0.0.0.0
        ;;
    *)
        exec sessiond "$@"
        ;;
esac
