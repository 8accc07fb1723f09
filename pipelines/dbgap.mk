# dbGaP's metadata of samples, linked with the files that are indexed: the flow of the Python SDK's documentation.
#
#   make -f .../pipelines/dbgap.mk
#
# The extract is a local file (EXTRACT), or comes from the commons' job get-dbgap-metadata (JOB_INPUT, a JSON file);
# the index is downloaded; a sample belongs to the files whose URL holds its id. In RESULTS: dbgap.tsv (the metadata
# with GUIDs), unmatched.tsv, dbgap.done.ndjson, dbgap.verified.

include $(dir $(lastword $(MAKEFILE_LIST)))common.mk

RESULTS   ?= results
SAMPLE_ID ?= submitted_sample_id
extract   := $(if $(JOB_INPUT),$(RESULTS)/extract.tsv,$(EXTRACT))

all: $(RESULTS)/dbgap.verified

$(RESULTS)/job.json: $(JOB_INPUT)
	@mkdir -p $(@D)
	g3-job $(SERVICE) run get-dbgap-metadata --input $< --wait -o $@

# The job's output is a text that holds a URL, by itself or as a member of an object.
$(RESULTS)/extract.tsv: $(RESULTS)/job.json
	curl -sSf -o $@ "$$(jq -r '.output | (fromjson? | .URL // .url) // .' $<)"

$(RESULTS)/index.csv.zst:
	@mkdir -p $(@D)
	g3-fetch-index $(SERVICE) --resume $@.journal -o $@
	@rm -f $@.journal*

$(RESULTS)/dbgap.tsv: $(extract) $(RESULTS)/index.csv.zst
	g3-merge --partial --boundary --key $(SAMPLE_ID)=urls --index $(RESULTS)/index.csv.zst \
	    --unmatched $(RESULTS)/unmatched.tsv -o $@ $(extract)

$(RESULTS)/dbgap.done.ndjson: $(RESULTS)/dbgap.tsv
	g3-ingest $(SERVICE) --kind metadata --source dbgap --journal $(RESULTS)/dbgap.journal -o $@ $< $(results)

$(RESULTS)/dbgap.verified: $(RESULTS)/dbgap.done.ndjson
	g3-verify $(SERVICE) --kind metadata --source dbgap -o $(RESULTS)/dbgap.differences.ndjson $(RESULTS)/dbgap.tsv
	@touch $@

.PHONY: all
.SECONDARY:
