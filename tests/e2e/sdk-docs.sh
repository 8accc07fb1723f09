# Each block of docs/coming-from-the-sdk.md, in order and in one folder, against a commons of the documents' own.
. "$E2E/lib.sh"

start_documents_commons
cd work
run_document "$TOP/docs/coming-from-the-sdk.md" 20
