# g3-submit query: pages, several lists, errors beside data, time-outs.
. "$E2E/lib.sh"

write_login
fill() {
  make_project
  { printf 'type\tsubmitter_id\tprojects.code\tage\n'; seq 1 250 | sed 's/.*/subject\tS&\tQ\t&/'; } | submit -q records P-Q --chunk 250 >/dev/null
  { printf 'type\tsubmitter_id\tsubjects.submitter_id\tsample_type\n'; seq 1 40 | sed 's/.*/sample\tT&\tS1\tblood/'; } | submit -q records P-Q --chunk 250 >/dev/null
}
start_sandbox --log log --graph-failure 'sample:the samples are being counted'
fill

# One list: its items, all pages, each item once.
submit query '{ subject { submitter_id } }' --page 100 | jq -r .submitter_id | sort -V | expect_same <(seq -f S%g 250) -
[ "$(grep -c 'POST .*graphql' log)" = 3 ] || fail 'three pages, three requests'
submit query '{ subject(first: 0) { submitter_id } }' --page 60 | wc -l | expect_same <(echo 250) -
submit query '{ subject(first: 3) { submitter_id } }' | wc -l | expect_same <(echo 3) -
submit query '{ subject { submitter_id } }' --page 0 | wc -l | expect_same <(echo 10) -
echo 'query A($who: [String]) { subject(submitter_id: $who) { age } }' >query.graphql
submit query @query.graphql --variables '{"who": ["S3", "S4"]}' | jq .age | sort | expect_same <(printf '3\n4\n') -
echo '{"who": ["S5"]}' | submit query @query.graphql --variables @- | jq .age | expect_same <(echo 5) -

# Several fields: lines say which they are of; what is no list comes once.
submit query '{ all: subject { id } project { code } _subject_count }' --page 100 | jq -r 'keys[0]' | sort | uniq -c | sed 's/^ *//' |
  expect_same <(printf '1 _subject_count\n250 all\n1 project\n') -

# Lists inside are the service's to cut; that is said where it may have been done.
submit query '{ subject { submitter_id samples { id } } }' 2>err | jq -c 'select(.submitter_id == "S1").samples | length' | expect_same <(echo 10) -
expect_text err '1 lists inside have 10 items'
submit query '{ subject { submitter_id samples(first: 0) { id } } }' 2>err | jq -c 'select(.submitter_id == "S1").samples | length' | expect_same <(echo 40) -
expect_same err /dev/null
submit query '{ subject(order_by_asc: "age") { age } }' --page 100 2>err | jq .age | expect_same <(seq 250) -
expect_text err 'own order'

# An error beside data: the data is written, the error ends it.
expect_status 1 submit query '{ sample { id } project { code } }'
expect_text err 'the service answers: the samples are being counted'
jq -c . out | expect_same <(echo '{"project":{"code":"Q"}}') -
expect_status 1 submit query '{ subject { nothing } }'
expect_text err 'nothing'
expect_same out /dev/null
expect_status 2 submit query '{ subject { id }'
expect_text err 'a bracket that is not closed'
expect_status 2 submit query '{subject{id}}' --variables '{'
expect_status 3 submit query @nothing.graphql
stop_sandboxes

# A service that has not the time for many: pages shrink.
start_sandbox --graph-patience 70
fill
submit query '{ subject { submitter_id } }' 2>err | jq -r .submitter_id | sort -V | expect_same <(seq -f S%g 250) -
expect_text err 'pages of 62 items from now'
stop_sandboxes

# Faults on the way change nothing.
start_sandbox --fault 503:0.2 --fault reset:0.1 --seed 4
fill
submit query '{ subject { submitter_id } }' --page 20 | jq -r .submitter_id | sort -V | expect_same <(seq -f S%g 250) -
