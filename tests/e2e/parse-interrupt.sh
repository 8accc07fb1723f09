# SIGTERM ends g3-parse with 130 and leaves no file, while it reads a pipe and while it reads a file.
. "$E2E/lib.sh"

# From a pipe that stays open: it has read what there was once the row is out.
mkfifo in out
g3-parse --kind raw <in >out &
parser=$!
exec 3>in 4<out
for _ in $(seq 40000); do echo 'abcdefghij'; done >&3
read -r _ <&4
kill -TERM "$parser"
status=0
cat <&4 >rest &
wait "$parser" || status=$?
[ "$status" = 130 ] || fail "status $status"
exec 3>&- 4<&-

# From a file, its output held up by a full pipe.
seq 2000000 | sed '1i n' >numbers.csv
mkfifo held
g3-parse --kind raw numbers.csv >held 2>err &
parser=$!
exec 4<held
read -r _ <&4
kill -TERM "$parser"
cat <&4 >/dev/null &
status=0
wait "$parser" || status=$?
[ "$status" = 130 ] || fail "status $status"
expect_text err interrupted
exec 4<&-
