# How a merge ends when something goes wrong: the status, the message, and no half file.
. "$E2E/lib.sh"
awk 'BEGIN { print "k\tv"; for (i = 0; i < 60000; i++) print "key" i "\t" i * 7919 % 60013 }' >m.tsv
awk 'BEGIN { print "guid\tk\tother"; for (i = 0; i < 60000; i++) print "dg.1/" i * 104729 "\tkey" i "\t" i * i }' >i.tsv

# A reader that goes away.
g3-merge -q --key k=k --index i.tsv m.tsv | head -n 1 >first
[ "$(cat first)" = "$(printf 'guid\tk\tv')" ] || fail "wrong header"

# A full disk under the output.
expect_status 6 g3-merge --key k=k --index i.tsv m.tsv -o /dev/full
expect_text err 'No space left on device'

# A full disk under the temporary files (the signal that a file grew too large is ignored).
trap '' XFSZ
for way in --key '--partial --key'; do
  (ulimit -f 20; expect_status 6 g3-merge $way k=k --index i.tsv --memory 64k --tmpdir . m.tsv -o merged.tsv)
  expect_text err 'temporary file in .: File too large'
  expect_text err 'name a folder with more room with --tmpdir'
  [ ! -e merged.tsv ] || fail "a half file has the final name"
done
expect_status 6 g3-merge --key k=k --index i.tsv --memory 64k --tmpdir /nowhere m.tsv
expect_text err 'temporary file in /nowhere: No such file or directory: name a folder that can be written'

# Input that can't be read, or is damaged.
expect_status 3 g3-merge --key k=k --index nothing.tsv m.tsv
expect_text err 'nothing.tsv: No such file or directory'
zstd -q m.tsv -o whole.zst
head -c 50000 whole.zst >cut.tsv.zst
expect_status 3 g3-merge --key k=k --index i.tsv cut.tsv.zst -o merged.tsv
expect_text err 'cut.tsv.zst'
expect_status 3 g3-merge --partial --key k=k --index cut.tsv.zst --guid-column v m.tsv -o merged.tsv
[ ! -e merged.tsv ] || fail "a half file has the final name"

# Interrupted while it waits for the metadata, and while it waits for the index.
for waiting in metadata index; do
  mkfifo pipe
  if [ $waiting = metadata ]; then g3-merge --key k=k --index i.tsv pipe -o merged.tsv 2>err &
  else g3-merge --key k=k --index pipe m.tsv -o merged.tsv 2>err & fi
  merger=$!
  exec 3>pipe # opened for reading by now
  [ $waiting = index ] || head -n 2 m.tsv >&3
  [ $waiting = metadata ] || head -n 2 i.tsv >&3
  kill -TERM "$merger"
  status=0
  wait "$merger" || status=$?
  exec 3>&-
  [ "$status" = 130 ] || { cat err >&2; fail "status $status"; }
  expect_text err interrupted
  [ ! -e merged.tsv ] || fail "a half file has the final name"
  rm pipe
done

# More rejected rows than allowed.
sed '5s/^[^\t]*//; 9s/^[^\t]*//' i.tsv >bad.tsv
expect_status 3 g3-merge --key k=k --index bad.tsv --max-rejects 1 m.tsv
expect_text err 'more than --max-rejects 1 allows'
expect_status 1 g3-merge --key k=k --index bad.tsv --reject rejects m.tsv
[ "$(wc -l <rejects)" = 2 ] || fail "rejects are missing"
