# --report without a browser: which files it may be, what it holds when a run fails or is interrupted, what it must not
# hold, and what it costs. What the pages show is the business of report.sh.
. "$E2E/lib.sh"

# What a script reads in a page.
data() { sed -n '/<script type="application\/json" id="data">/,/<\/script>/p' "$1" | sed -e 's/^<script[^>]*>//' -e 's,</script>,,'; }
# The numbers of the summary, in order; those of a tool's last words.
numbers() { sed -n '/<section id="summary"/,/<\/section>/p' "$1" | grep -oE '<data value="[^"]*"' | cut -d '"' -f 2; }
said() { grep -E "$1" err | tr ' (' '\n\n' | grep -oE '^[0-9]+(\.[0-9]+)?'; }

make_manifest 400 >manifest.csv
awk -F , 'BEGIN { OFS = FS } NR > 1 && NR % 5 == 0 { $6 += 1 } NR > 1 && NR % 9 == 0 { $1 = substr($1, 1, length($1) - 3) "fff" }
  NR == 50 { $6 = "many" } { print }' manifest.csv >changed.csv
start_sandbox --load manifest.csv --log requests
write_login

# A page is a file of its own.
expect_status 2 g3-diff manifest.csv changed.csv --report -
expect_text err 'standard output: name another file'
expect_status 2 g3-diff manifest.csv changed.csv -o changes --report -
expect_text err 'name a file, such as report.html'
expect_status 2 g3-diff manifest.csv changed.csv -o same --report same
expect_text err '-o and --report can'
expect_status 2 g3-verify -e "$SANDBOX" changed.csv --reject same --report same
expect_status 2 g3-merge --key a=b --index i --unmatched same --report same manifest.csv
expect_status 2 g3-ingest -e "$SANDBOX" --journal same --report same manifest.csv
expect_status 2 g3-fetch-index -e "$SANDBOX" --unmatched same --guids manifest.csv --report same
expect_status 2 g3-parse --report page.html manifest.csv
[ ! -e same ]
[ ! -e changes ]
expect_status 6 g3-diff manifest.csv changed.csv --report nowhere/page.html
expect_text err nowhere/page.html
[ ! -s out ] # it is known before anything is done
# Wrong usage leaves a page that is there.
echo old >page.html
expect_status 2 g3-diff manifest.csv --report page.html
expect_same page.html <(echo old)

# The same numbers as on the terminal, whatever the form of the output; the output is as it is without a report.
for form in '--to ndjson' '--to csv' '--to tsv' '--format sdk' --unordered; do
  for lookup in ids single sweep; do
    expect_status 1 g3-verify -e "$SANDBOX" --lookup $lookup $form changed.csv
    mv out plain
    expect_status 1 g3-verify -e "$SANDBOX" --lookup $lookup $form changed.csv --report page.html
    [ "$form" = --unordered ] || expect_same plain out
    expect_same <(said ' rows: ') <(numbers page.html)
    data page.html | jq -c '.rows[]' | sort >findings
    [ -e first ] || mv findings first
    [ ! -e findings ] || expect_same first findings
  done
done
# In the order of the output; lists and rows as JSON.
expect_status 1 g3-verify -e "$SANDBOX" --lookup sweep changed.csv --report page.html
expect_same <(jq -r .guid out) <(data page.html | jq -r '.rows[] | select(.[0] != "rejected")[1]')
data page.html | jq -e '.rows[] | select(.[0] == "no_record") | .[2] | fromjson | .acl | length == 2' >/dev/null
data page.html | jq -e '[.rows[] | select(.[0] == "rejected")] == [["rejected", "", "", "", "50", "file_size \"many\" is not a whole number",
  "'"$(sed -n 50p changed.csv)"'"]]' >/dev/null

# Metadata, contents, records that only the index has.
printf 'guid,sex\n%s,male\n%s,male\n' "$(guid 1)" "$(guid 2)" >m.csv
printf '{"dbgap": {"sex": "female"}}' | g3-metadata create -q -e "$SANDBOX" --basic-auth-file login "$(guid 1)" >answer
expect_status 1 g3-verify -e "$SANDBOX" --kind metadata --source dbgap m.csv --report page.html
expect_same <(said ' rows: ') <(numbers page.html)
data page.html | jq -e '.rows | map(.[0]) == ["dbgap.sex", "no_record"]' >/dev/null
expect_text err '2 rows: 0 matched, 1 differ, 1 missing'
echo four >four
printf 'guid,size,urls\na,4,file://%s\nb,5,file://%s\nc,5,file:///nonexistent\n' "$PWD/four" "$PWD/four" >c.csv
expect_status 1 g3-verify --content c.csv --report page.html
expect_same <(said ' files: ') <(numbers page.html)
data page.html | jq -e '.rows == [["file_size", "a", "4", "5"], ["content", "c", "file:///nonexistent"]]' >/dev/null
expect_status 1 g3-verify -e "$SANDBOX" --extra extra.csv <(head -n 398 manifest.csv) --from csv --report page.html
expect_same <(said ' rows: ') <(numbers page.html)
data page.html | jq -e '.rows | length == 3 and all(.[0] == "in the index only" and (.[1] | length) > 30)' >/dev/null

# Contents are read by several engines: their counts come together.
expect_status 1 g3-verify --content -e "$SANDBOX" -j 3 <(printf 'guid,size,urls\n'; for i in 1 2 3 4 5; do printf '%s,1,%s/index/_stats\n' "$i" "$SANDBOX"; done) --from csv --report page.html
data page.html | jq -e '.latency.counts | add == 5' >/dev/null

# Manifests merged; an ingest looked at beforehand, undone.
expect_status 0 g3-merge --manifests manifest.csv manifest.csv --report page.html
expect_same <(said ' rows became ') <(numbers page.html)
expect_status 1 g3-ingest --check changed.csv --report page.html
expect_same <(said ' rows can be ') <(numbers page.html)
expect_status 0 g3-ingest -e "$SANDBOX" --basic-auth-file login --journal journal -o results <(printf 'guid,md5,size,urls\n%s,%032d,1,s3://b/7\n' "$(guid 77)" 7) --from csv --report page.html
expect_same <(said ' rows: ') <(numbers page.html)
expect_status 0 g3-ingest -e "$SANDBOX" --basic-auth-file login --undo journal --report page.html
expect_same <(said ' rows: ') <(numbers page.html)
expect_text page.html 'undone'

# Verifies rows of a pipe that stays open, so that the run can't end by itself; goes on once it is at work.
make_manifest 3000 | awk -F , 'BEGIN { OFS = FS } NR > 1 { $6 += 1 } { print }' >many.csv
mkfifo rows ready
begin_run() { # ENDPOINT LOG
  g3-verify -e "$1" --lookup single --retries 0 -j 2 --from csv rows --report page.html >out 2>err &
  pid=$!
  exec 3>rows
  cat many.csv >&3 &
  writer=$!
  until [ "$(wc -l <"$2")" -gt 1000 ]; do kill -0 $pid; done
}
end_run() {
  status=0
  wait $pid || status=$?
  exec 3>&-
  wait $writer || true
}

# A run that the service fails: what was found until then.
g3-sandbox --port 0 --load many.csv --log dying-requests >ready &
dying=$!
read -r endpoint <ready
begin_run "$endpoint" dying-requests
kill -KILL $dying
wait $dying 2>/dev/null || true
end_run
[ $status = 5 ] || { cat err; fail "status $status where the service dies"; }
expect_text page.html '<p class="outcome bad"><strong>Failed</strong> (exit status 5): '
expect_text page.html 'What follows is what was done and found until then.'
expect_same <(said ' rows: ') <(numbers page.html)

# A run that is interrupted.
: >requests
begin_run "$SANDBOX" requests
kill -INT $pid
end_run
[ $status = 130 ]
expect_text page.html '<strong>Interrupted</strong> (exit status 130)'
expect_same <(said ' rows: ') <(numbers page.html)

# A page that can't be written in the end: said, and no half page has the name.
rm -f page.html
expect_status 6 bash -c "trap '' XFSZ; ulimit -f 30; exec g3-diff -q manifest.csv changed.csv --report page.html -o /dev/null"
[ ! -e page.html ]

# No secret gets into it, nor a login that stands in a URL.
printf 'user:very-secret-word' >basic
chmod 600 basic
status=0
g3-verify --index-url "${SANDBOX/:\/\//:\/\/someone:hidden-word@}/index" --basic-auth-file basic changed.csv --report page.html >out 2>err || status=$?
if grep -lE 'very-secret-word|hidden-word' page.html out err; then fail 'a secret is told'; fi

# What it costs in memory does not grow with what is found: 64 MiB are the most (with more rows than it keeps).
[ -n "${G3_TEST_DIVISOR:-}" ] || {
  make_manifest 60000 >old.csv
  awk -F , 'BEGIN { OFS = FS } NR > 1 { $6 += 1; $7 = $7 $7 $7 $7 $7 $7 $7 $7 $7 $7 $7 $7 $7 $7 $7 $7 $7 $7 } { print }' old.csv >new.csv
  start_sandbox --load old.csv
  g3-verify -q -e "$SANDBOX" --lookup ids new.csv --report page.html >out 2>err &
  pid=$!
  most=0
  while kill -0 $pid 2>/dev/null; do
    now=$(awk '/^VmHWM/ { print $2 }' /proc/$pid/status 2>/dev/null || true)
    [ -z "$now" ] || most=$now
    sleep 0.02
  done
  wait $pid || true
  [ "$most" -gt 1000 ]
  [ "$most" -lt 65536 ] || fail "$most kB for a report"
}
