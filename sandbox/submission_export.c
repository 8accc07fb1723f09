/* Records of a project, many at once: export as JSON or TSV, and the manifest of files. Called by
 * submission_service.c. */
#include "document.h"
#include "g3/base/options.h"
#include "record_text.h"
#include "submission_service.h"
#include <strings.h>

/* One export. */
struct export
{
    struct exchange *exchange;
    struct nodes nodes;
    struct node project;
    g3_arena arena; /* of the record at hand */
    bool json;
};

static void begin_text(struct exchange *exchange, const char *type)
{
    exchange->status = 200;
    exchange->answer_type = type;
    g3_buffer_clear(&exchange->answer);
}

/* Appends a record in the format that is asked for; `first` tells that none is before it. */
static void append_record(struct export *export, const struct node *record, bool first)
{
    g3_buffer *answer = &export->exchange->answer;
    if (!export->json) {
        record_append_row(answer, &export->nodes, &export->arena, record);
        return;
    }
    json_object *document = record_make_document(&export->nodes, &export->arena, record, false);
    if (!first)
        g3_buffer_append_char(answer, ',');
    document_append_json(answer, document);
    json_object_put(document);
}

/* Appends all records of a type, in the order of their creation. */
static void append_type(struct export *export, const struct dictionary_node *type)
{
    sqlite3_stmt *rows = store_prepare(export->nodes.connection,
                                       "SELECT " NODE_COLUMNS " FROM node"
                                       " WHERE type = ?1 AND project_id = ?2 ORDER BY number");
    bool first = true;
    struct node record;
    if (rows) {
        store_bind_text(rows, 1, g3_view_of(type->name));
        store_bind_text(rows, 2, export->project.project_id);
    }
    for (; sqlite3_step(rows) == SQLITE_ROW; first = false) {
        g3_arena_clear(&export->arena);
        nodes_read_row(rows, &export->arena, &record);
        append_record(export, &record, first);
    }
    sqlite3_finalize(rows);
}

static void export_type(struct export *export, g3_view label)
{
    struct exchange *exchange = export->exchange;
    const struct dictionary_node *type = dictionary_find(label);
    if (!type) {
        submission_answer_message(exchange, 400, "node_label %s is not a type of the dictionary",
                                  label.data);
    } else if (export->json) {
        g3_buffer_append_text(exchange_begin_json(exchange, 200), "{\"data\":[");
        append_type(export, type);
        g3_buffer_append_text(&exchange->answer, "]}\n");
    } else {
        begin_text(exchange, "text/tab-separated-values");
        record_append_header(&exchange->answer, type);
        append_type(export, type);
    }
}

/* Finds the records of the project that a list names, each once; others are left out.
 * @return them, living in the exchange's arena */
static struct node *find_records(struct export *export, g3_view ids, size_t *count)
{
    g3_arena *arena = &export->exchange->arena;
    size_t wanted, found = 0;
    g3_view *id = target_split(ids, ',', &wanted, arena);
    struct node *records = g3_arena_take(arena, wanted * sizeof *records);
    json_object *met = json_object_new_object();
    for (size_t i = 0; i < wanted; i++) {
        struct node *record = &records[found];
        const char *text = g3_arena_copy(arena, id[i]).data;
        if (json_object_object_get_ex(met, text, NULL) ||
            !nodes_find_id(&export->nodes, id[i], arena, record) ||
            !g3_view_equal(record->project_id, export->project.project_id))
            continue;
        json_object_object_add(met, text, NULL);
        found++;
    }
    json_object_put(met);
    *count = found;
    return records;
}

/* Appends those of the records that are of a type, as a list in JSON. */
static void append_some(struct export *export, g3_view type, const struct node *records,
                        size_t count)
{
    g3_buffer *answer = &export->exchange->answer;
    bool first = true;
    if (export->json)
        g3_buffer_append_char(answer, '[');
    for (size_t i = 0; i < count; i++)
        if (g3_view_equal(records[i].type, type)) {
            append_record(export, &records[i], first);
            first = false;
        }
    if (export->json)
        g3_buffer_append_char(answer, ']');
}

/* Answers {"type": [records], ...}. */
static void answer_several_types(struct export *export, const struct node *records, size_t count)
{
    g3_buffer *answer = exchange_begin_json(export->exchange, 200);
    const struct dictionary_node *type;
    bool first = true;
    g3_buffer_append_char(answer, '{');
    for (size_t i = 0; (type = dictionary_node_at(i)); i++) {
        g3_view name = g3_view_of(type->name);
        bool some = false;
        for (size_t k = 0; k < count; k++)
            some |= g3_view_equal(records[k].type, name);
        if (!some)
            continue;
        g3_buffer_append_format(answer, "%s\"%s\":", first ? "" : ",", type->name);
        append_some(export, name, records, count);
        first = false;
    }
    g3_buffer_append_text(answer, "}\n");
}

static void export_ids(struct export *export, g3_view ids)
{
    struct exchange *exchange = export->exchange;
    size_t count, same = 0;
    struct node *records = find_records(export, ids, &count);
    if (!count) {
        submission_answer_message(exchange, 404, "None of the ids is in the project");
        return;
    }
    while (same < count && g3_view_equal(records[same].type, records[0].type))
        same++;
    if (same < count && export->json) {
        answer_several_types(export, records, count);
    } else if (same < count) {
        submission_answer_message(exchange, 400,
                                  "Records of several types can't be in one TSV: ask for json");
    } else {
        if (export->json)
            exchange_begin_json(exchange, 200);
        else
            begin_text(exchange, "text/tab-separated-values");
        if (!export->json)
            record_append_header(&exchange->answer, dictionary_find(records[0].type));
        append_some(export, records[0].type, records, count);
        if (export->json)
            g3_buffer_append_char(&exchange->answer, '\n');
    }
}

void submission_export(struct exchange *exchange, const struct submission_path *path)
{
    struct export export = {.exchange = exchange};
    const g3_view *ids = target_get(&exchange->target, "ids");
    const g3_view *label = target_get(&exchange->target, "node_label");
    const g3_view *format = target_get(&exchange->target, "format");
    export.json = format && g3_view_equal_ignoring_case(*format, G3_VIEW("json"));
    if (format && !export.json && !g3_view_equal_ignoring_case(*format, G3_VIEW("tsv"))) {
        submission_answer_message(exchange, 400, "format must be json or tsv");
        return;
    }
    if (!ids == !label) {
        submission_answer_message(exchange, 400, "Either ids or node_label must be given");
        return;
    }
    submission_begin_reading(exchange, &export.nodes);
    if (submission_find_project(exchange, &export.nodes, path, &export.project)) {
        if (label)
            export_type(&export, *label);
        else
            export_ids(&export, *ids);
        submission_is_broken(exchange, &export.nodes);
    }
    submission_end_reading(exchange, &export.nodes);
    g3_arena_free(&export.arena);
}

/* True for texts that YAML reads as such without quotes: those with a letter that no number has,
 * but for its words. */
static bool is_plain(const char *text)
{
    static const char LETTERS[] = "abcdfghijklmnopqrstuvwxyzABCDFGHIJKLMNOPQRSTUVWXYZ";
    static const char PLAIN[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-";
    static const char *const WORDS[] = {"null", "true", "false", "yes", "no",
                                        "on",   "off",  "y",     "n"};
    for (size_t i = 0; i < G3_COUNT(WORDS); i++)
        if (strcasecmp(text, WORDS[i]) == 0)
            return false;
    return strspn(text, PLAIN) == strlen(text) && strpbrk(text, LETTERS) && text[0] != '-' &&
           text[0] != '.' && strncasecmp(text, "0x", 2) != 0;
}

/* Appends "  name: value" of a file's document. */
static void append_member(g3_buffer *yaml, json_object *record, const char *name)
{
    json_object *value = NULL;
    json_object_object_get_ex(record, name, &value);
    g3_buffer_append_format(yaml, "  %s: ", name);
    if (json_object_is_type(value, json_type_string) && is_plain(json_object_get_string(value)))
        g3_buffer_append_text(yaml, json_object_get_string(value));
    else
        document_append_json(yaml, value);
    g3_buffer_append_char(yaml, '\n');
}

static void append_file(struct export *export, const struct node *file)
{
    g3_buffer *yaml = &export->exchange->answer;
    json_object *record = record_make_document(&export->nodes, &export->arena, file, false);
    g3_buffer_append_format(yaml, "- id: %s\n", file->id.data);
    append_member(yaml, record, "file_name");
    g3_buffer_append_text(yaml, "  local_file_path: null\n");
    append_member(yaml, record, "md5sum");
    append_member(yaml, record, "file_size");
    json_object_put(record);
}

/* Appends the files of the project that a list names; records of other types are left out. */
static void append_files(struct export *export, g3_view ids)
{
    size_t count;
    struct node *records = find_records(export, ids, &count);
    begin_text(export->exchange, "text/plain; charset=utf-8");
    g3_buffer_append_text(&export->exchange->answer, "files:\n");
    for (size_t i = 0; i < count; i++) {
        const struct dictionary_node *type = dictionary_find(records[i].type);
        if (type && strcmp(type->category, "data_file") == 0)
            append_file(export, &records[i]);
    }
}

void submission_manifest(struct exchange *exchange, const struct submission_path *path)
{
    struct export export = {.exchange = exchange};
    const g3_view *ids = target_get(&exchange->target, "ids");
    if (!ids) {
        submission_answer_message(exchange, 400, "No ids are given");
        return;
    }
    submission_begin_reading(exchange, &export.nodes);
    if (submission_find_project(exchange, &export.nodes, path, &export.project)) {
        append_files(&export, *ids);
        submission_is_broken(exchange, &export.nodes);
    }
    submission_end_reading(exchange, &export.nodes);
    g3_arena_free(&export.arena);
}
