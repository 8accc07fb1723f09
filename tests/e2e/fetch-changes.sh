# An index that grows and shrinks while it is fetched: what stays comes exactly once, nothing comes twice,
# and the counts are compared.
. "$E2E/lib.sh"

make_manifest 8000 dg.TEST/ dg.4503/ - >manifest.csv
# Records to write meanwhile: their GUIDs, digits reversed, fall between the others.
awk -F, 'NR > 1 && NR <= 400 {
  uuid = $1; sub(/^.*\//, "", uuid); digits = uuid; gsub(/-/, "", digits); back = ""
  for (i = 32; i > 0; i--) back = back substr(digits, i, 1)
  prefix = NR % 3 == 0 ? "dg.TEST/" : NR % 3 == 1 ? "new/" : ""
  printf "{\"did\":\"%s%s-%s-%s-%s-%s\",\"form\":\"object\",\"size\":%d,\"hashes\":{\"md5\":\"%s\"},\"urls\":[]}\n",
    prefix, substr(back, 1, 8), substr(back, 9, 4), substr(back, 13, 4), substr(back, 17, 4), substr(back, 21), NR, digits
}' manifest.csv >new.ndjson
tail -n +2 manifest.csv | awk 'NR % 50 == 0' | cut -d, -f1 >doomed

post() { # JSON
  curl -sf -o /dev/null -u admin:secret -H 'Content-Type: application/json' -d "$1" "$SANDBOX/index/index/"
}

delete() { # GUID
  local rev
  rev=$(curl -sf "$SANDBOX/index/index/$1" | jq -r .rev)
  curl -sf -o /dev/null -u admin:secret -X DELETE "$SANDBOX/index/index/$1?rev=$rev"
}

# Changes the index by COMMAND for each line of FILE until the process PID has ended.
change_meanwhile() { # PID COMMAND FILE
  while kill -0 "$1" 2>/dev/null && IFS= read -r line; do "$2" "$line"; done <"$3"
}

# Fetches while `$1` is done to the index with each line of `$2`; the status is left in STATUS.
fetch_meanwhile() { # COMMAND FILE
  local fetch
  g3-fetch-index -e "$SANDBOX" -j 2 --batch 50 -o index.csv 2>err &
  fetch=$!
  change_meanwhile $fetch "$1" "$2"
  STATUS=0
  wait $fetch || STATUS=$?
  tail -n +2 index.csv | cut -d, -f1 | LC_ALL=C sort >fetched
  [ -z "$(uniq -d fetched)" ] || fail "came twice: $(uniq -d fetched | head -n 3)"
}

# It grows: all is there, and the count is within what the service said before and after.
start_sandbox --load manifest.csv --collation locale --latency 10ms
fetch_meanwhile post new.ndjson
[ $STATUS = 0 ] || { cat err; fail "exit status $STATUS"; }
if grep -q warning err; then cat err; fail 'a warning about nothing'; fi
tail -n +2 manifest.csv | cut -d, -f1 | LC_ALL=C sort >expected
LC_ALL=C comm -23 expected fetched >missing
[ ! -s missing ] || { head missing; fail 'records that were there all the time are missing'; }
LC_ALL=C comm -13 expected fetched >added
jq -r .did new.ndjson | LC_ALL=C sort >new
[ -s added ] || fail 'nothing was written in time: the test shows nothing'
[ -z "$(LC_ALL=C comm -23 added new)" ] || fail 'records that never were'

# It shrinks.
stop_sandboxes
start_sandbox --load manifest.csv --collation locale --latency 10ms
fetch_meanwhile delete doomed
[ $STATUS = 0 ] || { cat err; fail "exit status $STATUS"; }
LC_ALL=C sort doomed | LC_ALL=C comm -23 expected - >staying
LC_ALL=C comm -23 staying fetched >missing
[ ! -s missing ] || { head missing; fail 'records that were there all the time are missing'; }
[ -z "$(LC_ALL=C comm -13 expected fetched)" ] || fail 'records that never were'
