#!/usr/bin/env bash
# Does what an engine would do with samples/Container, without one: carries out the Dockerfile's own lines in a directory, then runs what came of
# them the way compose.yaml asks for: not as root, the root read-only, no capabilities, as process 1, one volume. The base images are stood in for
# by this machine's own files. What needs an engine is said to be skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=eng/serving.sh
source eng/serving.sh

skip() {
  echo "SKIPPED: the container's steps: $1"
  exit 0
}

((EUID == 0)) || skip "only root can imitate an engine"
unshare --mount --pid --fork true 2>/dev/null || skip "this machine does not let anybody mount"
# Mounts of its own: none is seen elsewhere, and all go with this process.
if [[ "${1-}" != "--inside" ]]; then
  exec unshare --mount --propagation private bash "eng/${BASH_SOURCE[0]##*/}" --inside
fi

scratch="$(mktemp -d)"
title="container's steps"
log="$scratch/log.txt"
: >"$log"
started=0
cleanup() {
  # Each takes its process 1 with it.
  jobs -p | xargs --no-run-if-empty kill -KILL 2>/dev/null || true
  umount --recursive --lazy "$scratch" 2>/dev/null || true
  rm -rf --one-file-system "$scratch"
}
trap cleanup EXIT
# A mount of its own under everything, so that one command takes all of them away before anything is deleted.
mount --bind "$scratch" "$scratch"

# --- images ---------------------------------------------------------------------------------------------------------------------------------------

# This machine's programs, read-only, in the place of a base image.
base_image() {
  local root="$1" part
  mkdir -p "$root"
  mount --bind "$root" "$root"
  mkdir "$root"/{proc,dev,tmp,root}
  chmod 1777 "$root/tmp"
  for part in usr etc bin sbin lib lib64; do
    if [[ -L "/$part" ]]; then
      cp --no-dereference "/$part" "$root/$part"
    elif [[ -d "/$part" ]]; then
      mkdir "$root/$part"
      mount --bind --read-only "/$part" "$root/$part"
    fi
  done
  mount --rbind /dev "$root/dev"
}

build="$scratch/build"
final="$scratch/final"
base_image "$build"
base_image "$final"
mkdir -p "$build/root/.nuget"
mount --rbind /proc "$build/proc"
# The build finds the packages that this machine has fetched already.
mount --bind "${NUGET_PACKAGES:-$HOME/.nuget}" "$build/root/.nuget"

# --- the Dockerfile's lines -----------------------------------------------------------------------------------------------------------------------

root=""
directory="/"
user=""
volume=""
entrypoint=""
environment=()

copy() {
  local from="" owner="" source target
  while [[ "$1" == --* ]]; do
    case "$1" in
      --from=build) from="$build" ;;
      --chown=*) owner="${1#--chown=}" ;;
      *) fail "COPY with $1 is not known here" ;;
    esac
    shift
  done
  if [[ -z "$from" ]]; then
    # From the context: what is committed or about to be, as the dockerignore file lets through.
    [[ "$1 $2" == ". ." ]] || fail "COPY $1 $2 is not known here"
    git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents --no-dereference --target-directory="$root$directory"
    return
  fi
  source="$from$1" target="$root$2"
  mkdir -p "$target"
  if [[ -n "$owner" ]]; then
    # What is copied changes hands; the directory that it is copied into, which was there before, does not.
    local entry
    for entry in "$source"*; do
      cp --archive "$entry" "$target"
      chown --recursive "$owner" "$target/${entry##*/}"
    done
  else
    cp --recursive "$source." "$target"
  fi
}

carry_out() {
  local instruction="$1" arguments="$2"
  echo "-- $instruction $arguments"
  case "$instruction" in
    FROM) if [[ "$arguments" == *" AS build" ]]; then root="$build"; else root="$final"; fi ;;
    WORKDIR) directory="$arguments" && mkdir -p "$root$arguments" ;;
    COPY) read -r -a words <<<"$arguments" && copy "${words[@]}" ;;
    RUN)
      # The build's tools want their variables; an image has none of this machine's.
      env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 \
        DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false \
        chroot "$root" /bin/sh -c "cd '$directory' && $arguments" >"$log" 2>&1 || fail "RUN $arguments ended with $?"
      ;;
    ENV) environment+=("$arguments") ;;
    USER) user="$arguments" ;;
    VOLUME) volume="$arguments" ;;
    ENTRYPOINT) entrypoint="$arguments" ;;
    EXPOSE | STOPSIGNAL) ;;
    *) fail "the instruction $instruction is not known here" ;;
  esac
}

while read -r instruction arguments; do
  if [[ -n "$instruction" && "$instruction" != \#* ]]; then
    carry_out "$instruction" "$arguments"
  fi
done <samples/Container/Dockerfile

[[ "$user" == *:* && "$user" != 0:* ]] || fail "USER $user is not a pair of numbers that root has no part in"
# ["a", "b"] is one word a line.
mapfile -t entrypoint < <(sed -E 's/^\[|\]$//g; s/, */\n/g; s/"//g' <<<"$entrypoint")

# --- what compose.yaml asks for -------------------------------------------------------------------------------------------------------------------

for line in "user: \"$user\"" "read_only: true" "cap_drop: [ALL]" "no-new-privileges:true" "- data:$volume" "- /tmp:"; do
  grep -q -F -e "$line" samples/Container/compose.yaml || fail "compose.yaml does not say '$line'"
done

mount -t tmpfs -o mode=1777,size=64m tmpfs "$final/tmp"
mount -o remount,bind,ro "$final"
if touch "$final/app/written" 2>/dev/null; then
  fail "the root is not read-only"
fi

# A volume as it is asked for: its directory, mounted where the image says.
use_volume() {
  umount "$final$volume" 2>/dev/null || true
  mount --bind "$1" "$final$volume"
}

# A new volume of an engine begins as what the image holds at its place: the owner above all.
new_volume() {
  mkdir "$scratch/$1"
  cp --archive "$final$volume/." "$scratch/$1"
  use_volume "$scratch/$1"
}

# The port is the kernel's choice and not the image's, since others may use this machine.
start() {
  : >"$log"
  started=$((started + 1))
  # shellcheck disable=SC2016
  unshare --pid --uts --fork --kill-child bash -c 'hostname "$1" && shift && mount -t proc proc "$1/proc" && exec chroot "$@"' -- \
    "container-$started" "$final" /usr/bin/setpriv \
    --reuid "${user%:*}" --regid "${user#*:}" --clear-groups --no-new-privs --bounding-set -all --inh-caps -all \
    env -i --chdir="$directory" PATH=/usr/local/bin:/usr/bin:/bin "${environment[@]}" URLS=http://127.0.0.1:0 \
    Logging__LogLevel__Microsoft.Hosting.Lifetime=Information "${entrypoint[@]}" >"$log" 2>&1 &
  parent=$!
  await_listening || return 1
  # Its process 1, as seen from here.
  app="$(cat "/proc/$parent/task/$parent/children")"
  app="${app%% *}"
}

serves_and_keeps() {
  start || fail "$1: it ended instead of starting"
  [[ "$(ask)" == *"computed, in"* ]] || fail "$1: the first answer did not come from computing"
  terminate
  start || fail "$1: it ended instead of starting again"
  [[ "$(ask)" == *"from the cache, in"* ]] || fail "$1: what it held did not outlive it"
  terminate
  echo "ok: $1"
}

is_refused() {
  local step="$1" status=0
  shift
  # An unhandled exception ends a process 1 by a signal, which the shell would tell of.
  if start 2>/dev/null; then
    fail "$step: it started"
  fi
  wait "$parent" 2>/dev/null || status=$?
  ((status != 0)) || fail "$step: it ended as if all were well"
  local expected
  for expected in "$@"; do
    grep -q -F -e "$expected" "$log" || fail "$step: the log does not say '$expected'"
  done
  echo "ok: $step"
}

new_volume fresh
[[ "$(stat --format '%u:%g %a' "$final$volume")" == "$user 700" ]] || fail "the volume belongs to $(stat --format '%u:%g %a' "$final$volume")"
serves_and_keeps "a new volume takes its owner from the image, and keeps what is written"

# A rolling update starts the next one while the last one runs.
start || fail "it ended instead of starting"
first="$parent" first_app="$app" first_log="$log" log="$scratch/second.txt"
is_refused "a second one on the same volume is told who has it" "in use by process 1 ('WebApp') on 'container-$started'" "a rolling deployment must stop the old instance"
parent="$first" app="$first_app" log="$first_log"
terminate

mkdir -p "$scratch/foreign"
chmod 755 "$scratch/foreign"
use_volume "$scratch/foreign"
is_refused "a volume of root's is refused before anything is served" \
  "tried to make '$volume/store' in '$volume' as uid ${user%:*}, gid ${user#*:}" "chown the directory or the container's volume" "securityContext.fsGroup"

chown "0:${user#*:}" "$scratch/foreign"
chmod 2775 "$scratch/foreign"
serves_and_keeps "a volume that fsGroup has given to the group is enough"

echo "the container's steps went well; SKIPPED for want of an engine: pulling base images, layers, networks"
