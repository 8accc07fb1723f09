# An ingest that is killed again and again, while the service answers with 503s and resets, ends like one that
# was left alone: each row's record once, each row's result once.
#
# ROWS and KILLS: `make check` has them smaller where everything takes longer (G3_TEST_DIVISOR).
. "$E2E/lib.sh"

divisor=${G3_TEST_DIVISOR:-1}
rows=$((20000 / divisor)) kills=$((200 / divisor))

write_login
# Every other row has no GUID, every tenth is to be updated.
make_manifest $rows | awk -F, -v OFS=, 'NR > 1 && NR % 2 { $1 = "" } { print }' >manifest.csv
awk -F, -v OFS=, 'NR == 1 || (NR % 10 == 0 && $1 != "") { if (NR > 1) { $2 = "s3://old/" NR; $7 = "" } print }' manifest.csv >old.csv

# The index without the GUIDs that were minted, for those differ.
state() { # ENDPOINT
  g3-fetch-index -q -e "$1" | tail -n +2 |
    awk -F, -v OFS=, 'NR == FNR { given[$1]; next } !($1 in given) { $1 = "" } { print }' manifest.csv - | LC_ALL=C sort
}

start_sandbox --load old.csv
clean=$SANDBOX
g3-ingest -q -e "$clean" --basic-auth-file login --journal clean.journal manifest.csv >clean.out
state "$clean" >clean.state
[ "$(wc -l <clean.state)" = $rows ] || fail "a clean run made $(wc -l <clean.state) records of $rows rows"

start_sandbox --load old.csv --fault 503:0.03 --fault reset:0.02 --seed 7 --log access.log
ingest="g3-ingest -q -e $SANDBOX --basic-auth-file login --journal journal -o results manifest.csv"
# Kills at moments that the service's log tells, from the first requests on to the last.
RANDOM=7 killed=0
for ((i = 0; i < kills; i++)); do
  until_lines=$(($(wc -l <access.log) + 1 + RANDOM % (3 * rows / kills + 1)))
  $ingest 2>>err &
  pid=$!
  wait_for_lines access.log $until_lines $pid
  [ ! -e results ] || { wait $pid; break; } # it was quicker
  kill -9 $pid 2>/dev/null || true
  wait $pid || killed=$((killed + 1))
done
$ingest 2>>err
[ $killed -ge $((kills / 4)) ] || fail "only $killed of $kills kills hit"

state "$SANDBOX" >killed.state
expect_same clean.state killed.state
# Each row has one result, the same as in the clean run.
jq -r '[.line, .action] | join(" ")' clean.out >clean.actions
jq -r '[.line, .action] | join(" ")' results >killed.actions
expect_same clean.actions killed.actions
# No record was created twice, nor one that is gone again: the service's log of creates that went through.
created=$(grep -c ' created$' clean.actions)
posted=$(grep -cE '^POST /index/index/ 200$' access.log || true)
lost=$(grep -cE '^POST /index/index/ 000$' access.log || true)
[ "$posted" -le "$created" ] && [ $((posted + lost)) -ge "$created" ] ||
  fail "$posted creates answered and $lost lost for $created records"

# The journal is of this input and these options.
sed -i '2s/s3:/s4:/' manifest.csv
expect_status 2 $ingest
expect_text err 'another run'
sed -i '2s/s4:/s3:/' manifest.csv
expect_status 2 $ingest --replace-urls
# A pipe has no size to tell it by: there the first row that differs does.
piped="g3-ingest -q -e $SANDBOX --basic-auth-file login --journal piped -"
bash -c "head -50 manifest.csv | $piped" >/dev/null
expect_status 2 bash -c "head -50 manifest.csv | sed '3s/s3:/s4:/' | $piped"
expect_text err 'standard input:3: the row is not the one'
