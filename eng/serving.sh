# shellcheck shell=bash
# What the check-*.sh scripts share, to be sourced: an application that serves HTTP is started, asked, and stopped as an orchestrator does.
# A script sets `title`, how it is called in what it says, and `log`, the file that the application's output goes to; its own start()
# leaves the process to wait for in `parent`, and in `app` the one that gets the signals.

# Where it is said, also from within a function whose errors go elsewhere.
exec 3>&2
fail() {
  echo "$title: $1" >&3
  cat "$log" >&3
  exit 1
}

# Until the log tells the port of the loopback, which the kernel has chosen; that goes into `url`. False when the process ends before.
await_listening() {
  local try
  for try in $(seq 1 300); do
    url="$(sed -n -E 's|.*Now listening on: (http://[0-9.:]+).*|\1|p' "$log" | head -n 1)"
    if [[ -n "$url" ]]; then
      return 0
    fi
    kill -0 "$parent" 2>/dev/null || return 1
    sleep 0.1
  done
  fail "it did not listen within 30 s (attempt $try)"
}

# What `docker stop` does; the exit code is the application's.
terminate() {
  kill -TERM "$app"
  local status=0
  wait "$parent" || status=$?
  app=""
  # 143 is the signal itself; a host that ends well after it says 0.
  ((status == 0)) || fail "it ended with $status after SIGTERM"
}

# The page that counts primes, which asks the cache first.
ask() {
  curl --silent --show-error --fail --max-time 60 "$url/?below=100000"
}
