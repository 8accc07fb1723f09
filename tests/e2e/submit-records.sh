# g3-submit records: chunks with bad rows, chunks that are too large, odd cells, kills and journals.
. "$E2E/lib.sh"

write_login
subjects() { # FIRST LAST
  printf 'type\tsubmitter_id\tprojects.code\tage\n'
  seq "$1" "$2" | sed 's/.*/subject\tS&\tQ\t&/'
}
count() { submit query '{_subject_count}' | jq ._subject_count; }

# One bad row in a chunk: it is rejected with the service's words, the others are written.
start_sandbox --log log
make_project
subjects 1 100 | sed 's/\t40$/\tforty/; s/^subject\tS77/nothing\tS77/' >subjects.tsv
expect_status 1 submit records P-Q subjects.tsv --reject rejects
expect_text err '98 created, 0 updated, 2 rejected'
jq -c '[.line, (.reason | test("age")), .row]' <(head -1 rejects) | expect_same <(printf '[41,true,"subject\\tS40\\tQ\\tforty"]\n') -
jq -c .line rejects | expect_same <(printf '41\n78\n') -
jq .line out | expect_same <(seq 2 101 | grep -vx -e 41 -e 78) -
[ "$(count)" = 98 ]
[ "$(grep -c 'PUT .*/P/Q ' log)" = 6 ] || fail 'each chunk once, those with a bad row twice'

# Once more: everything is there. Several requests at once: the same.
subjects 1 100 | submit records P-Q --parallel 4 --chunk 7 >again
jq -r '[.line, .action] | join(" ")' again | sort -n | sed 's/^[0-9]* //' | uniq -c | sed 's/^ *//' |
  expect_same <(printf '39 updated\n1 created\n36 updated\n1 created\n23 updated\n') -
jq .line again | expect_same <(seq 2 101) -
[ "$(count)" = 100 ]

# A dry run writes nothing.
subjects 101 110 | submit records P-Q --dry-run | jq -r .action | sort -u | expect_same <(echo created) -
[ "$(count)" = 100 ]

# JSON lines; rows that come twice; rows that are no rows.
printf '%s\n' '{"type":"subject","submitter_id":"J1","projects":{"code":"Q"},"age":3}' \
  '{"type":"subject","submitter_id":"J2","projects":[{"code":"Q"}],"consented":true}' \
  '{"type":"subject","submitter_id":"J1","projects":{"code":"Q"},"age":4}' 'no json' >more.ndjson
expect_status 1 submit records P-Q more.ndjson --reject rejects
jq -r '[.line, .reason] | join(" ")' rejects | sort | cut -c 1-60 |
  expect_same <(printf '%s\n' '3 submitter_id "J1" is that of line 1 too, and must be uniqu' "$(jq -r 'select(.line == 4) | "4 \(.reason)"' rejects | cut -c 1-60)") -
submit query '{subject(submitter_id: ["J1","J2"], order_by_asc: "submitter_id"){age consented}}' 2>/dev/null | jq -c . |
  expect_same <(printf '{"age":3,"consented":null}\n{"age":null,"consented":true}\n') -

# Cells with tabs, quotes, line ends, and what Python takes for a line end.
printf 'type,submitter_id,projects.code\nsubject,"a\tb",Q\nsubject,"c""d",Q\nsubject,"e\nf",Q\nsubject,g\xe2\x80\xa8h,Q\n' |
  submit records P-Q --from csv | jq -r .action | sort | uniq -c | sed 's/^ *//' | expect_same <(echo '4 created') -

# What can't be submitted at all.
printf 'type\tname\nsubject\tx\n' >names.tsv
expect_status 3 submit records P-Q names.tsv
expect_text err 'neither a column submitter_id nor id'
expect_text err 'type, name'
expect_status 1 submit records P-X subjects.tsv
expect_text err '404'
expect_status 3 submit records P-Q nothing.tsv
touch book.xlsx
expect_status 3 submit records P-Q book.xlsx
expect_text err 'save the worksheet as CSV'
printf 'type\tsubmitter_id\n' | submit records P-Q | expect_same /dev/null -
expect_status 2 submit records P-Q --dry-run --journal j subjects.tsv
subjects 1 100 | sed 's/^subject/nothing/' >nothings.tsv
expect_status 3 submit records P-Q nothings.tsv --max-rejects 3
stop_sandboxes

# Chunks that are too large are halved until they are not: 413, and no answer in time.
for limit in --submission-limit --submission-patience; do
  start_sandbox $limit 4
  make_project
  subjects 1 50 | submit records P-Q >out 2>err
  expect_text err '30 rows are too much for a request'
  [ "$(count)" = 50 ]
  jq .line out | expect_same <(seq 2 51) -
  stop_sandboxes
done

# Killed, and run again with its journal: goes on, tells of all rows, and sends none of those again that are noted.
start_sandbox --log log --latency 5ms
make_project
subjects 1 200 | sed 's/\t150$/\tmany/' >subjects.tsv
: >log
g3-submit -e "$SANDBOX" --basic-auth-file login records P-Q --chunk 10 --journal journal -o results subjects.tsv 2>/dev/null &
wait_for_lines log 8 $!
kill -9 $!
wait $! 2>/dev/null || true
[ ! -e results ]
: >log
expect_status 1 submit records P-Q --chunk 10 --journal journal --reject rejects -o results subjects.tsv
expect_text err '1 rejected'
expect_text err 'says the journal'
jq .line results | expect_same <(seq 2 201 | grep -vx 151) -
jq .line rejects | expect_same <(echo 151) -
[ "$(grep -c PUT log)" -lt 16 ] || fail 'all was sent again'
: >log
expect_status 1 submit records P-Q --chunk 10 --journal journal subjects.tsv # it is done: nothing is sent
expect_same log /dev/null
jq -c . out | expect_same results -
sed 's/\t7$/\t8/' subjects.tsv >changed.tsv
expect_status 2 submit records P-Q --journal journal changed.tsv
expect_text err 'line 8 is not the one'
sed '1s/age/consented/' subjects.tsv >renamed.tsv # other columns: other rows
expect_status 2 submit records P-Q --journal journal renamed.tsv
expect_status 2 submit records P-R --journal journal subjects.tsv
printf 'type\tsubmitter_id\t*submitter_id\nsubject\ta\tb\n' >twice.tsv
expect_status 3 submit records P-Q twice.tsv
expect_text err 'columns 2 and 3 are both called "submitter_id" without asterisks'
expect_status 2 submit records P-Q --chunk 4294967296 --parallel 4294967296 subjects.tsv

# Told to stop, it ends what is under way, and tells of that.
subjects 201 1200 >more.tsv
g3-submit -e "$SANDBOX" --basic-auth-file login records P-Q --chunk 10 --journal second more.tsv >told 2>/dev/null &
wait_for_lines log 10 $!
kill -INT $!
status=0; wait $! || status=$?
[ $status = 130 ]
[ "$(count)" -ge 200 ]
lines=$(wc -l <told)
[ "$lines" -gt 10 ] && [ "$lines" -lt 1000 ]
submit records P-Q --chunk 50 --journal second more.tsv | jq .line | expect_same <(seq 2 1001) -
[ "$(count)" = 1199 ]
