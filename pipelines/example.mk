# Settings of the workflows: copy this file to settings.mk where you run make, and change it.

# Which commons, and the login for it (https://...; the API key of its profile page).
ENDPOINT    := https://commons.example.org
CREDENTIALS := $(HOME)/.gen3/credentials.json

# Most connections of each task. With make -j 4 the service sees 4 times as many.
CONNECTIONS := 4

# snapshot.mk: where the snapshots are kept.
SNAPSHOTS := snapshots

# verify.mk and ingest.mk: the manifests, and where what is found goes.
MANIFESTS := $(wildcard manifests/*.csv manifests/*.tsv)
RESULTS   := results

# ingest.mk: rules that make the fields (see g3-parse --help), limits of the check; metadata that goes with the
# files: a manifest, its column that is equal to one of the file manifests', and the name to store it under.
RULES           :=
CHECK           := --unique guid
METADATA        :=
METADATA_KEY    := sample=sample
METADATA_SOURCE := samples

# dbgap.mk: a local extract, or else the input of the job that makes one; the column of sample ids.
EXTRACT   := dbgap_extract.tsv
JOB_INPUT :=
SAMPLE_ID := submitted_sample_id
