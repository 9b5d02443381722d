# What scripts that record have in common; to be sourced, with `ns` and `namespaces` set.
#
# They make network namespaces "$ns-NAME", record in them, and leave nothing behind.
set -euo pipefail

fail() { echo "${0##*/}: $*" >&2; exit 1; }

need() { # need TOOL...: root, and programs
    local tool
    [ "$(id -u)" = 0 ] || fail "run as root"
    for tool; do
        [ -n "$(type -P "$tool")" ] || fail "$tool is missing"
    done
}

in_ns() { local name=$1; shift; ip netns exec "$ns-$name" "$@"; }

cleanup() {
    local name pid
    for name in $namespaces; do
        [ -e "/run/netns/$ns-$name" ] || continue
        for pid in $(ip netns pids "$ns-$name"); do kill "$pid" 2>/dev/null || true; done
        ip netns del "$ns-$name"
    done
}

begin() { # a folder for work, and the namespaces
    local name
    work=$(mktemp -d)
    chmod 777 "$work" # tcpdump gives up root
    trap 'cleanup; rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM
    cleanup # what a killed run has left
    for name in $namespaces; do ip netns add "$ns-$name"; done
}

no_ipv6() {
    local name
    for name in $namespaces; do
        in_ns "$name" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
    done
}

serve() { ip netns exec "$ns-$1" "${@:2}" >/dev/null 2>&1 & disown; }

dumps=()
# listen FILE NAMESPACE DEVICE in|out OPTIONS...: record to $work/FILE.pcap until `stop_listening`
listen() {
    local log=$work/$1.log
    : >"$log"
    ip netns exec "$ns-$2" tcpdump -i "$3" -Q "$4" -n "${@:5}" -w "$work/$1.pcap" 2>"$log" &
    dumps+=($!)
    until grep -q "listening on" "$log"; do
        kill -0 $! || fail "$(cat "$log")"
        sleep 0.05
    done
}

stop_listening() {
    kill "${dumps[@]}" 2>/dev/null || true # one that has counted enough packets is gone
    wait "${dumps[@]}"
    dumps=()
}

no_loss() { # no_loss FILE...: stop where tcpdump has lost packets
    local file
    for file; do
        grep -q "^0 packets dropped by kernel" "$work/$file.log" || fail "tcpdump lost packets: $file"
    done
}
