# Reports in a real browser, headless Chromium: sections in their order, the numbers of the terminal's summary, as many
# bars as there is to compare, the search, and text that would be script elsewhere.
. "$E2E/lib.sh"
for browser in chromium-headless-shell chromium ''; do ! command -v "$browser" >/dev/null || break; done
[ -n "$browser" ] || { echo 'there is no Chromium: not tested here'; exit 0; }

# The page as it stands after its script has run; what the browser asked for is in net.json.
browse() { # PAGE HASH
  timeout -k 10 120 "$browser" --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
    --disable-background-networking --user-data-dir="$PWD/profile" --log-net-log="$PWD/net.json" \
    --dump-dom "file://$PWD/$1$2" >dom.html 2>browser.log || { tail browser.log >&2; fail "the browser does not open $1"; }
}
asked() { grep -oE '"url":"(https?|wss?):[^"]*"' net.json; }

# The same, an element a line, of a page that neither names nor asks for anything from elsewhere.
open_page() { # PAGE [HASH]
  browse "$1" "${2:-}"
  sed 's/></>\n</g' dom.html >dom
  tail -n +2 dom | sed '/<script type="application\/json"/,$d' >visible
  if grep -nE '(src|href|srcset|action|data)="?(https?:)?//' visible; then fail "$1 names something from elsewhere"; fi
  if asked; then fail "$1 asks for something"; fi
}

# A section of the page.
section() { sed -n "/<section id=\"$1\"/,/<\\/section>/p" dom; }

has() { # SECTION [-E] PATTERN: all of it is read, for a pipe that ends early fails
  section "$1" >part
  shift
  grep -q "$@" part
}

# The numbers of a section, in order.
numbers() { section "$1" | grep -oE '<data value="[^"]*"' | cut -d '"' -f 2; }

# The numbers of what a tool says last, in order: words that begin with a digit.
said() { grep -E "$1" err | tr ' (' '\n\n' | grep -oE '^[0-9]+(\.[0-9]+)?' || true; }

rows() { section findings | sed -n '/<tbody/,/<\/tbody>/p' | grep -c '<tr' || true; }
bars() { section "$1" | grep -c '<rect class="bar' || true; }
shown() { ! has "$1" '<section [^>]* hidden'; }
data() { sed -n '/<script type="application\/json" id="data">/,/<\/script>/p' "$1" | sed -e 's/^<script[^>]*>//' -e 's,</script>,,'; }

# What holds for every page.
check_page() { # PAGE SUMMARY-PATTERN
  open_page "$1"
  section_names=$(grep -oE '<section id="[a-z]+"' dom | cut -d '"' -f 2 | tr '\n' ' ')
  [ "$section_names" = 'summary parts categories rate latency repeats findings ' ] || fail "sections: $section_names"
  said "$2" >terminal
  [ -s terminal ] || fail "$1: no summary on the terminal"
  expect_same terminal <(numbers summary)
  found=$(data "$1" | jq '.rows | length')
  [ "$(rows)" = $((found < 500 ? found : 500)) ] || fail "$1: $(rows) rows for $found"
  data "$1" | jq -e '.latency == null or (.latency | (.bounds | length) == (.counts | length) + 1)' >/dev/null
  # Every table has headings that say what they are of; the charts have words.
  [ "$(grep -c '<table' visible)" -le "$(grep -c '<thead' visible)" ]
  if grep -E '<th[ >]' visible | grep -v 'scope='; then fail "$1: a heading of nothing"; fi
  if grep -E '<svg' visible | grep -vE 'aria-(hidden="true"|label="[^"]+")'; then fail "$1: a chart without words"; fi
  grep -q "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-[^']*'; style-src 'sha256-" dom.html
}

make_manifest 3000 >manifest.csv
start_sandbox --load manifest.csv --latency 3ms --fault 503:0.04 --fault reset:0.02 --fault 429:0.02 --seed 5
write_login

# Rows that differ, are missing, can't be used; and text that is hostile to a page.
awk -F , 'BEGIN { OFS = FS }
  NR > 1 && NR % 7 == 0 { $6 = $6 + 1 }
  NR > 1 && NR % 29 == 0 { $7 = "<img src=x onerror=\"document.title=1\">" }
  NR > 1 && NR % 31 == 0 { $7 = "</script><script>document.title=2</script><!--" }
  NR > 1 && NR % 37 == 0 { $7 = "\xe2\x80\xa8<svg onload=document.title=3>&lt;" }
  NR > 1 && NR % 53 == 0 { $1 = substr($1, 1, length($1) - 4) "ffff" }
  NR > 1 && NR % 97 == 0 { $6 = "<script>document.title=4</script>" }
  { gsub(/"/, "\"\"", $7); if ($7 ~ /"/) $7 = "\"" $7 "\""; print }' manifest.csv >changed.csv

# g3-verify.
status=0
g3-verify -e "$SANDBOX" -j 4 --batch 40 --lookup ids changed.csv -o differences.ndjson --report verify.html 2>err || status=$?
[ $status = 1 ]
check_page verify.html 'g3-verify: [0-9]+ rows'
grep -qx '<title>g3-verify: Differences between a manifest and the index</title>' dom
[ "$(section categories | grep -oE '<th scope="row">[a-z_]+' | sed 's/.*>//' | sort)" = \
  "$({ jq -r .field differences.ndjson; echo rejected; } | sort -u)" ]
[ "$(bars categories)" = "$({ jq -r .field differences.ndjson; echo rejected; } | sort -u | wc -l)" ]
[ "$(numbers categories | sort -n)" = \
  "$({ jq -r .field differences.ndjson; jq -r '.rows[] | .[0] | select(. == "rejected")' <(data verify.html); } | sort | uniq -c | awk '{ print $1 }' | sort -n)" ]
[ "$(bars parts)" = 4 ]
has rate '<path class="curve"'
has rate '<title>[0-9,]* rows/s at '
[ "$(section latency | grep -c '<line class="mark"')" = 4 ]
[ "$(bars latency)" = "$(data verify.html | jq '.latency.counts | length')" ]
requests=$(section summary | grep -A 2 '>requests<' | grep -oE 'value="[0-9]+' | cut -d '"' -f 2)
data verify.html | jq -e "(.latency.counts | add) == $requests and (.latency.marks | map(.[0])) == [\"p50\", \"p90\", \"p99\", \"max\"]
  and (.latency.marks | map(.[1]) | . == sort) and .latency.marks[0][1] >= 0.003" >/dev/null
# As many repeats as their reasons come to, 503 and 429 among them.
numbers repeats >repeats
[ "$(head -n -2 repeats | awk '{ sum += $1 } END { print sum }')" = "$(tail -n 2 repeats | head -n 1)" ]
has repeats '503 Service Unavailable'
has repeats '429 Too Many Requests'
# No text has become an element, and none has run.
for word in img script svg; do
  has findings "&lt;$word" || fail "$word is not shown as text"
done
if section findings | grep -E '<(img|script|svg)'; then fail 'text has become an element'; fi
# In the order of the output.
expect_same <(jq -r .guid differences.ndjson) <(data verify.html | jq -r '.rows[] | select(.[0] != "rejected")[1]')

# And if it had: the policy lets it neither run nor ask for anything, which it would do without one.
sed 's|</main>|<img src="http://127.0.0.1:9/x" onerror="document.title=5"><script>document.title=6</script>&|' verify.html >taken.html
sed 's|<meta http-equiv[^>]*>||' taken.html >open.html
browse taken.html ''
if grep -E '<title>[0-9]</title>' dom.html; then fail 'the policy lets scripts run'; fi
if asked; then fail 'the policy lets the page ask for something'; fi
browse open.html ''
grep -q '<title>[0-9]</title>' dom.html
asked >/dev/null

# The search: all words, in any case, as the hash has them.
some=$(jq -r 'select(.field == "no_record").guid' differences.ndjson | sed -n 2p)
open_page verify.html "#q=NO_record%20${some#dg.TEST/}"
[ "$(rows)" = 1 ]
has findings "$some"
has findings -E '>1 of [0-9,]+ rows match<'
open_page verify.html '#q=no_record'
[ "$(rows)" = "$(grep -c '"no_record"' differences.ndjson)" ]
open_page verify.html '#q=%3Cscript%3Ealert(1)%3C/script%3E'
[ "$(rows)" = 0 ]
has findings '>0 of '
open_page verify.html '#q=%E0%A4'
[ "$(rows)" = 0 ]

# Nothing found: a page all the same.
g3-verify -e "$SANDBOX" -j 4 --lookup ids manifest.csv -o none.ndjson --report none.html 2>err
check_page none.html 'g3-verify: [0-9]+ rows'
grep -q '<p class="outcome good"><strong>Done, nothing to report</strong> (exit status 0)</p>' dom.html
[ "$(rows)" = 0 ]
has findings 'There are no findings.'
if shown categories; then fail 'a chart of nothing'; fi

# g3-diff: more findings than there is room for.
make_manifest 12000 >old.csv
awk -F , 'BEGIN { OFS = FS } NR > 1 { $6 += 1 } { print }' old.csv >new.csv
status=0
g3-diff old.csv new.csv -o changes.ndjson --report diff.html 2>err || status=$?
[ $status = 1 ]
check_page diff.html 'g3-diff: '
[ "$(data diff.html | jq '.rows | length')" = 10000 ]
has findings '>12,000 findings, the first 10,000 are here, the first 500 are shown<'
has findings 'And <data value="2000">2,000</data> more: see changes.ndjson'
if shown latency; then fail 'latencies without a service'; fi
[ "$(bars categories)" = 1 ]
[ "$(numbers categories)" = 12000 ]
last=$(sed -n 10000p changes.ndjson | jq -r .guid)
open_page diff.html "#q=$last"
[ "$(rows)" = 1 ]

# g3-merge.
awk -F , 'BEGIN { print "sample\tsex" } NR > 1 { print substr($7, 4, 6) (NR % 9 ? "" : "x") "\tf<b>" }' manifest.csv >metadata.tsv
g3-merge --extract '[0-9]{6}' --key sample=urls --index manifest.csv metadata.tsv --unmatched unmatched.tsv -o merged.tsv --report merge.html 2>err
check_page merge.html 'g3-merge: [0-9]+ metadata'
[ "$(bars parts)" = 4 ]
[ "$(bars categories)" = 1 ]
[ "$(numbers categories)" = $(($(wc -l <unmatched.tsv) - 1)) ]
if section findings | grep '<b>'; then fail 'text has become an element'; fi

# g3-fetch-index: all, and by a list.
g3-fetch-index -e "$SANDBOX" -j 4 --batch 50 -o fetched.csv --report fetch.html 2>err
check_page fetch.html 'g3-fetch-index: [0-9]+ records'
[ "$(tail -n 2 <(numbers repeats) | head -n 1)" = "$(sed -nE 's/.*\(([0-9]+) repeated\).*/\1/p' err)" ]
[ "$(data fetch.html | jq '.series.counts | add')" = 3000 ]
{ cut -d , -f 1 manifest.csv | sed -n 2,20p; guid 1; echo; guid 2; echo; } >wanted
status=0
g3-fetch-index -e "$SANDBOX" --guids wanted -o fetched.csv --report list.html 2>err || status=$?
[ $status = 1 ]
check_page list.html 'g3-fetch-index: [0-9]+ (records|of the list)'
[ "$(rows)" = 2 ]
has findings "$(guid 2)"

# g3-ingest: conflicts with their errors; a plan with what would change.
status=0
g3-ingest -e "$SANDBOX" --basic-auth-file login changed.csv -o results.ndjson --report ingest.html 2>err || status=$?
[ $status = 1 ]
check_page ingest.html 'g3-ingest: [0-9]+ rows:'
[ "$(data ingest.html | jq '[.rows[] | select(.[0] == "conflict" and (.[3] | length) > 0)] | length')" = "$(grep -c '"conflict"' results.ndjson)" ]
g3-ingest -e "$SANDBOX" --basic-auth-file login --plan manifest.csv -o plan.ndjson --report plan.html 2>err
check_page plan.html 'g3-ingest: planned'
[ "$(rows)" = "$(grep -c '"updated"' plan.ndjson)" ]

# Done with it, nothing is left running.
if pgrep -r D,I,R,S,T -f "user-data-dir=$PWD/profile"; then fail 'a browser is left'; fi
