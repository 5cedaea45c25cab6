#!/usr/bin/env bash
# Publishes samples/WebApp trimmed and self-contained, runs it, stops it with SIGTERM, and runs it again: what it held must be there, the cache, the
# cart in the session and the settings.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=eng/serving.sh
source eng/serving.sh

output="$(mktemp -d)"
title="trimmed sample"
log="$output/log.txt"
app=""
stop() {
  if [[ -n "$app" ]]; then
    kill -KILL "$app" 2>/dev/null || true
  fi
  rm -rf "$output"
}
trap stop EXIT

start() {
  : >"$log"
  (cd "$output/app" && exec ./WebApp --urls http://127.0.0.1:0 --contentRoot "$output/app" --SnapshotKv:Path "$output/data/store" \
    --Logging:LogLevel:Microsoft.Hosting.Lifetime Information) >>"$log" 2>&1 &
  app=$! parent=$!
  await_listening || fail "it ended instead of starting"
}

# A browser as far as it matters here: it keeps cookies, and sends the hidden fields of the page's first form along.
browse() {
  curl --silent --show-error --fail --max-time 60 --cookie "$output/cookies" --cookie-jar "$output/cookies" "$@"
}

submit() {
  local path="$1" page field hidden=()
  shift
  page="$(browse "$url$path")"
  while read -r field; do
    hidden+=(--data-urlencode "$field")
  done < <(sed '/<\/form>/q' <<<"$page" | sed -n -E 's/.*<input type="hidden" name="([^"]*)" value="([^"]*)">.*/\1=\2/p')
  for field in "$@"; do
    hidden+=(--data-urlencode "$field")
  done
  browse --output /dev/null "${hidden[@]}" "$url$path"
}

dotnet publish samples/WebApp --configuration Release --runtime linux-x64 --self-contained -p:PublishTrimmed=true -warnaserror --output "$output/app"

start
[[ "$(ask)" == *"computed, in"* ]] || fail "the first answer did not come from computing"
[[ "$(ask)" == *"from the cache, in"* ]] || fail "the second answer did not come from the cache"
submit /cart more=pen
submit /settings freeDelivery=on "notice=It runs trimmed" author=Ada reason=Test
[[ "$(browse "$url/cart")" == *"It runs trimmed"* ]] || fail "a changed setting was not followed"
terminate
ls "$output"/data/store/snapshots/data-*.msgpack.gz >/dev/null || fail "it left no snapshot"

start
page="$(ask)"
[[ "$page" == *"9,592</strong> primes"* ]] || fail "the answer after the restart is wrong"
[[ "$page" == *"from the cache, in"* ]] || fail "the cache did not outlive the process"
[[ "$page" == *"Visits to this page, ever</dt><dd>3<"* ]] || fail "the counter did not go on after the restart"
page="$(browse "$url/cart")"
[[ "$page" == *"1 piece<"*"<dd>free</dd>"*" 24.00<"* ]] || fail "the cart did not outlive the process"
[[ "$page" == *"It runs trimmed"* ]] || fail "the settings did not outlive the process"
[[ "$(browse "$url/settings")" == *"<strong>Ada</strong>"* ]] || fail "who changed them was forgotten"
[[ "$(browse "$url/sessions")" == *"One session"* ]] || fail "the session is not listed"
[[ "$(browse "$url/health")" == Healthy ]] || fail "it is not healthy"
terminate

echo "the trimmed sample kept cache, counter, cart and settings over a restart ($(du -sh "$output/app" | cut -f1) published)"
