# g3-verify told to stop: what is in flight is finished, the differences so far are written in order.
. "$E2E/lib.sh"

make_manifest 5000 >index.csv
sed '2,$s/,s3:/,s4:/' index.csv >spoilt.csv
start_sandbox --load index.csv --log requests
expect_status 1 g3-verify -e "$SANDBOX" --lookup ids spoilt.csv
mv out wanted
before=$(wc -l <requests)

# The rows come from a pipe that stays open, so that the run can't end by itself.
mkfifo rows
g3-verify -e "$SANDBOX" --lookup single -j 2 --from csv rows >out 2>err &
pid=$!
exec 3>rows
head -3000 spoilt.csv >&3 &
writer=$!
# It is at work once the service has been asked for some.
until [ "$(wc -l <requests)" -gt $((before + 1500)) ]; do kill -0 "$pid"; done
kill -INT "$pid"
status=0
wait "$pid" || status=$?
exec 3>&-
wait "$writer" || true
[ "$status" = 130 ] || { cat err >&2; fail "exit status $status for 130"; }
lines=$(wc -l <out)
[ "$lines" -gt 0 ] && [ "$lines" -lt 5000 ] || fail "$lines differences"
head -n "$lines" wanted | expect_same out /dev/stdin
expect_text err "$lines rows: 0 matched"
