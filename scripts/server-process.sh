# shellcheck shell=bash
# The processes of a private server from start to end, and the commands that scripts/rabbitmq and scripts/mariadb share.
#
# The script that sources this has set
#   name            its own name: the variables NAME_STATE and so on are its
#   root            the folder of the checkout
#   state           the folder of the instance
#   owner           the process with which the instance ends, or nothing
#   processes       what runs, the server itself first: the pid of each is in state/PROCESS.pid
#   log             the name of the server's log, in state/log
#   ready_seconds   how long a start may take
# and has the functions up, print_url, read_instance and is_ready.

server=${processes[0]}
[[ $state == /* ]] || state=$PWD/$state

fail() {
    echo "$name: $*" >&2
    exit 1
}

is_free() {
    ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# ---- processes ------------------------------------------------------------------------------------------------

# alive PROCESS: it runs, and is ours. A zombie is dead; a pid may have been given anew.
alive() {
    local pid line
    [[ -s $state/$1.pid ]] && pid=$(<"$state/$1.pid") || return 1
    line=$(cat "/proc/$pid/stat" 2>/dev/null) || return 1
    line=${line##*) }
    [[ ${line:0:1} != [ZX] ]] && grep -qzFx "RAFALE_SERVICE=$state" "/proc/$pid/environ" 2>/dev/null
}

# await_end PROCESS SECONDS: wait for it to end
await_end() {
    local tenths=$(($2 * 10))
    while alive "$1"; do
        ((tenths-- > 0)) || return 1
        sleep 0.1
    done
}

# end PROCESS SIGNAL SECONDS: signal it and wait; kill it when it does not end
end() {
    alive "$1" || return 0
    kill "-$2" "$(<"$state/$1.pid")" 2>/dev/null || true
    await_end "$1" "$3" && return 0
    kill -KILL "$(<"$state/$1.pid")" 2>/dev/null || true
    await_end "$1" 10
}

# end_all SIGNAL SECONDS: the same for all of them, one after another
end_all() {
    local process
    for process in "${processes[@]}"; do end "$process" "$1" "$2"; done
}

# signal SIGNAL: to the server
signal() {
    alive "$server" || fail "no $server runs in $state"
    kill "-$1" "$(<"$state/$server.pid")"
}

# await_ready: wait until the server that was just started answers
await_ready() {
    local deadline=$((SECONDS + ready_seconds)) why=""
    until is_ready; do
        sleep 0.1
        # Only its existence counts here: until `env` has become the server, the environment is not the server's.
        [[ -d /proc/$(<"$state/$server.pid") ]] || why="the $server ended while it started"
        ((SECONDS <= deadline)) || why="the $server was not ready within $ready_seconds s"
        if [[ -n $why ]]; then
            tail -qn 20 "$state/log/console.log" "$state/log/$log" >&2 2>/dev/null || true
            end_all KILL 10
            fail "$why: the end of its log is above, the rest in $state/log"
        fi
    done
}

# watch_owner: destroy the instance when the process that asked for it is gone, however it went
watch_owner() {
    [[ -z $owner ]] && return
    alive watcher && return
    # shellcheck disable=SC2016
    env RAFALE_SERVICE="$state" "${name^^}_STATE=$state" setsid bash -c '
        while line=$(cat "/proc/$1/stat" 2>/dev/null) && line=${line##*) } && [[ ${line:0:1} != [ZX] ]]; do sleep 1; done
        exec "$2" destroy' _ "$owner" "$root/scripts/$name" </dev/null >/dev/null 2>&1 &
    echo $! >"$state/watcher.pid"
}

# ---- commands -------------------------------------------------------------------------------------------------

stop() {
    if alive "$server"; then kill -CONT "$(<"$state/$server.pid")" 2>/dev/null || true; fi
    end_all TERM 30
}

restart() {
    read_instance
    stop
    if [[ ${1:-} != --keep ]]; then rm -rf "$state/data"; fi
    up --keep
}

destroy() {
    end_all KILL 10
    if alive watcher && [[ $(<"$state/watcher.pid") != "$$" ]]; then end watcher KILL 5; fi
    rm -rf "$state"
}

status() {
    if ! alive "$server"; then
        echo "stopped"
        return 3
    fi
    local line
    line=$(cat "/proc/$(<"$state/$server.pid")/stat")
    line=${line##*) }
    if [[ ${line:0:1} == T ]]; then echo "paused"; else echo "running"; fi
    print_url
}

# run_command COMMAND ARGUMENT...: one that both scripts know; the head of the script for any other
run_command() {
    local command=$1
    shift
    case $command in
    up) up "$@" ;;
    stop) stop ;;
    crash)
        signal KILL
        await_end "$server" 10
        ;;
    restart) restart "$@" ;;
    pause) signal STOP ;;
    resume) signal CONT ;;
    status) status ;;
    url) print_url ;;
    destroy) destroy ;;
    *) sed -n '2,/^set /{s/^# \{0,1\}//;/^set /d;p}' "$root/scripts/$name" ;;
    esac
}
