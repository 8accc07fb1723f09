/* The tables of the data dictionary. Called by the submission service and by graph queries. */
#include "dictionary.h"
#include "g3/base/options.h"

#define PROPERTIES(table) (table), G3_COUNT(table)

static const char *const STATES[] = {"open", "closed", "validated", "submitted", "released", NULL};
static const char *const SEXES[] = {"male", "female", "unknown", NULL};
static const char *const TISSUES[] = {"blood", "saliva", "skin", "unknown", NULL};
static const char *const FORMATS[] = {"BAM", "CRAM", "SAM", NULL};

/* What every type has; a record's submitter_id is in the table of records. */
static const struct dictionary_property COMMON[] = {
    {.name = "type", .kind = PROPERTY_TEXT, .required = true, .system = true},
    {.name = "id", .kind = PROPERTY_TEXT, .system = true},
};

/* What a record has besides. */
static const struct dictionary_property RECORD[] = {
    {.name = "type", .kind = PROPERTY_TEXT, .required = true, .system = true},
    {.name = "id", .kind = PROPERTY_TEXT, .system = true},
    {.name = "project_id", .kind = PROPERTY_TEXT, .system = true},
    {.name = "submitter_id", .kind = PROPERTY_TEXT, .required = true, .system = true},
    {.name = "state", .kind = PROPERTY_CHOICE, .system = true, .choices = STATES},
    {.name = "created_datetime", .kind = PROPERTY_TEXT, .system = true},
    {.name = "updated_datetime", .kind = PROPERTY_TEXT, .system = true},
};

static const struct dictionary_property PROGRAM[] = {
    {.name = "name", .kind = PROPERTY_TEXT, .required = true},
    {.name = "dbgap_accession_number", .kind = PROPERTY_TEXT, .required = true},
};

static const struct dictionary_property PROJECT[] = {
    {.name = "project_id", .kind = PROPERTY_TEXT, .system = true},
    {.name = "state", .kind = PROPERTY_CHOICE, .system = true, .choices = STATES},
    {.name = "code", .kind = PROPERTY_TEXT, .required = true},
    {.name = "name", .kind = PROPERTY_TEXT},
    {.name = "dbgap_accession_number", .kind = PROPERTY_TEXT, .required = true},
};

static const struct dictionary_property SUBJECT[] = {
    {.name = "sex", .kind = PROPERTY_CHOICE, .choices = SEXES},
    {.name = "age", .kind = PROPERTY_INTEGER},
    {.name = "consented", .kind = PROPERTY_BOOLEAN},
};

static const struct dictionary_property SAMPLE[] = {
    {.name = "sample_type", .kind = PROPERTY_TEXT, .required = true},
    {.name = "tissue", .kind = PROPERTY_CHOICE, .choices = TISSUES},
    {.name = "volume", .kind = PROPERTY_NUMBER},
};

static const struct dictionary_property ALIGNED_READS_FILE[] = {
    {.name = "file_name", .kind = PROPERTY_TEXT, .required = true},
    {.name = "md5sum", .kind = PROPERTY_MD5, .required = true},
    {.name = "file_size", .kind = PROPERTY_INTEGER, .required = true},
    {.name = "object_id", .kind = PROPERTY_TEXT},
    {.name = "data_format", .kind = PROPERTY_CHOICE, .choices = FORMATS},
    {.name = "tags", .kind = PROPERTY_LIST},
};

static const struct dictionary_link TO_PROGRAM = {
    .name = "programs", .target = "program", .backref = "projects", .label = "member_of"};
static const struct dictionary_link TO_PROJECT = {
    .name = "projects", .target = "project", .backref = "subjects", .label = "member_of"};
static const struct dictionary_link TO_SUBJECT = {.name = "subjects",
                                                  .target = "subject",
                                                  .backref = "samples",
                                                  .label = "derived_from",
                                                  .required = true};
static const struct dictionary_link TO_SAMPLE = {.name = "samples",
                                                 .target = "sample",
                                                 .backref = "aligned_reads_files",
                                                 .label = "derived_from",
                                                 .required = true};

static const struct dictionary_node NODES[] = {
    {"program", "Program", "administrative", "name", PROPERTIES(PROGRAM), NULL},
    {"project", "Project", "administrative", "code", PROPERTIES(PROJECT), &TO_PROGRAM},
    {"subject", "Subject", "administrative", "submitter_id", PROPERTIES(SUBJECT), &TO_PROJECT},
    {"sample", "Sample", "biospecimen", "submitter_id", PROPERTIES(SAMPLE), &TO_SUBJECT},
    {"aligned_reads_file", "Aligned Reads File", "data_file", "submitter_id",
     PROPERTIES(ALIGNED_READS_FILE), &TO_SAMPLE},
};

const struct dictionary_node *dictionary_node_at(size_t i)
{
    return i < G3_COUNT(NODES) ? &NODES[i] : NULL;
}

const struct dictionary_node *dictionary_find(g3_view name)
{
    for (size_t i = 0; i < G3_COUNT(NODES); i++)
        if (g3_view_equal(name, g3_view_of(NODES[i].name)))
            return &NODES[i];
    return NULL;
}

bool dictionary_is_record(const struct dictionary_node *node)
{
    return node > &NODES[1];
}

const struct dictionary_property *dictionary_property_at(const struct dictionary_node *node,
                                                         size_t i)
{
    bool record = dictionary_is_record(node);
    size_t shared = record ? G3_COUNT(RECORD) : G3_COUNT(COMMON);
    if (i < shared)
        return record ? &RECORD[i] : &COMMON[i];
    return i - shared < node->property_count ? &node->properties[i - shared] : NULL;
}

const struct dictionary_property *dictionary_find_property(const struct dictionary_node *node,
                                                           g3_view name)
{
    const struct dictionary_property *property;
    for (size_t i = 0; (property = dictionary_property_at(node, i)); i++)
        if (g3_view_equal(name, g3_view_of(property->name)))
            return property;
    return NULL;
}

const struct dictionary_node *dictionary_find_child(const struct dictionary_node *node,
                                                    g3_view backref)
{
    for (size_t i = 0; i < G3_COUNT(NODES); i++)
        if (NODES[i].link && strcmp(NODES[i].link->target, node->name) == 0 &&
            g3_view_equal(backref, g3_view_of(NODES[i].link->backref)))
            return &NODES[i];
    return NULL;
}
