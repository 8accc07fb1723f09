# Indexes the files of manifests, and stores the metadata that goes with them:
#
#   make -f .../pipelines/ingest.mk plan        what would be done, to be looked at
#   make -f .../pipelines/ingest.mk -j 4        does it: parse, check, plan, ingest, verify; merge, ingest, verify
#
# All is in RESULTS: NAME.records.ndjson, NAME.faults.ndjson (must be empty), NAME.plan.ndjson, NAME.done.ndjson,
# NAME.indexed.tsv (the manifest with its GUIDs), NAME.verified; NAME.metadata.tsv and so on. It can be stopped at any
# point and run again: what is done is not done again (NAME.journal).

include $(dir $(lastword $(MAKEFILE_LIST)))common.mk

RESULTS         ?= results
METADATA_KEY    ?= sample=sample
METADATA_SOURCE ?= samples
names    := $(foreach manifest,$(MANIFESTS),$(basename $(notdir $(manifest))))
ifneq ($(words $(names)),$(words $(sort $(names))))
$(error two manifests have one name: their results would go into one file)
endif

all: $(names:%=$(RESULTS)/%.verified) $(if $(METADATA),$(names:%=$(RESULTS)/%.metadata-verified))
plan: $(names:%=$(RESULTS)/%.plan.ndjson)
	@for file in $^; do printf '%s: ' $$file; jq -r .action $$file | sort | uniq -c | paste -sd' '; done

# The records of a manifest, made by the rules, if there are any.
define records
$(RESULTS)/$(basename $(notdir $(1))).records.ndjson: $(1) $(RULES)
	@mkdir -p $(RESULTS)
	g3-parse $(if $(RULES),--rules $(RULES)) -o $$@ $$<
endef
$(foreach manifest,$(MANIFESTS),$(eval $(call records,$(manifest))))

# A manifest with a fault goes no further: the faults are told, and stay in NAME.faults.ndjson.
$(RESULTS)/%.checked: $(RESULTS)/%.records.ndjson
	@g3-parse --check $(CHECK) -o $(RESULTS)/$*.faults.ndjson $< || { \
	    head $(RESULTS)/$*.faults.ndjson >&2; echo '$*: see $(RESULTS)/$*.faults.ndjson' >&2; exit 1; }
	@touch $@

$(RESULTS)/%.plan.ndjson: $(RESULTS)/%.records.ndjson $(RESULTS)/%.checked
	g3-ingest $(SERVICE) --plan -o $@ $<

# Rows that are in conflict are told in NAME.done.ndjson; verifying finds them as well.
$(RESULTS)/%.done.ndjson: $(RESULTS)/%.records.ndjson $(RESULTS)/%.checked
	g3-ingest $(SERVICE) --journal $(RESULTS)/$*.journal --manifest-out $(RESULTS)/$*.indexed.tsv -o $@ $< $(results)

$(RESULTS)/%.verified: $(RESULTS)/%.done.ndjson
	g3-verify $(SERVICE) -o $(RESULTS)/$*.differences.ndjson $(RESULTS)/$*.indexed.tsv
	@touch $@

# The metadata of the files: by equal columns, with the GUIDs that they have now.
$(RESULTS)/%.metadata.tsv: $(RESULTS)/%.done.ndjson $(METADATA)
	g3-merge --key $(METADATA_KEY) --index $(RESULTS)/$*.indexed.tsv --unmatched $(RESULTS)/$*.unmatched.tsv -o $@ $(METADATA)

$(RESULTS)/%.metadata-done.ndjson: $(RESULTS)/%.metadata.tsv
	g3-ingest $(SERVICE) --kind metadata --source $(METADATA_SOURCE) --journal $(RESULTS)/$*.metadata-journal -o $@ $< $(results)

$(RESULTS)/%.metadata-verified: $(RESULTS)/%.metadata-done.ndjson
	g3-verify $(SERVICE) --kind metadata --source $(METADATA_SOURCE) -o $(RESULTS)/$*.metadata-differences.ndjson \
	    $(RESULTS)/$*.metadata.tsv
	@touch $@

.PHONY: all plan
.SECONDARY:
