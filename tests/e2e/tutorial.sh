# Each block of docs/tutorial.md, in order, in one shell and folder; it starts its sandbox itself.
. "$E2E/lib.sh"

mkdir work && cd work
ln -s "$TESTDATA" testdata
run_document "$TOP/docs/tutorial.md" 15
