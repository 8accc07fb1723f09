# g3-sandbox's submission service and graph queries: programs, projects, records, the dictionary, and faults.
. "$E2E/lib.sh"

start_sandbox
api=$SANDBOX/api/v0/submission
call() { curl -s -u admin:secret "$@"; }
json() { call -H 'Content-Type: application/json' "$@"; }
tsv() { call -H 'Content-Type: text/tab-separated-values' "$@"; }
code() { "$@" -o /dev/null -w '%{http_code}\n'; }
# A graph query; more words are its variables.
graph() { jq -n --arg query "$1" --argjson variables "${2:-null}" '$ARGS.named' | json "$api/graphql" -d @-; }
expect() { expect_same <(printf '%s\n' "$1") -; } # LINES on standard input

# Programs and projects.
json "$api/" -d '{"type":"program","name":"P","dbgap_accession_number":"phs1"}' | jq -r .name | expect P
json -X PUT "$api/P" -d '{"type":"project","code":"Q","dbgap_accession_number":"phs1"}' |
  jq -c '[.code, .entities[0].type, .created_entity_count]' | expect '[200,"project",1]'
call "$api/P" | jq -c .links | expect '["/v0/submission/P/Q"]'

# Records link to each other in any order.
json -X PUT "$api/P/Q" -d '[
  {"type":"sample","submitter_id":"A1","sample_type":"blood","subjects":{"submitter_id":"S1"}},
  {"type":"subject","submitter_id":"S1","sex":"male","projects":{"code":"Q"}}]' |
  jq -c '[.code, .message, (.entities[] | [.action, .type, .valid, .unique_keys[0].submitter_id])]' |
  expect '[200,"Transaction successful.",["create","sample",true,"A1"],["create","subject",true,"S1"]]'
graph '{ subject { submitter_id samples { sample_type } } }' | jq -c .data |
  expect '{"subject":[{"submitter_id":"S1","samples":[{"sample_type":"blood"}]}]}'
