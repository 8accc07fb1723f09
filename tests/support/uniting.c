/* Uniting small manifests. Called by the tests of uniting. */
#include "uniting.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/g3-unite-XXXXXX";

void uniting_make_folder(void)
{
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
}

void uniting_remove_folder(void)
{
    static const char *const NAMES[] = {"a.csv", "b.csv", "c.tsv", "d.ndjson", "output", "rejects"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        unlink(NAMES[i]);
    cr_assert_eq(chdir("/"), 0);
    cr_assert_eq(rmdir(folder), 0, "a file is left in %s", folder);
}

void uniting_write(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    cr_assert_eq(fclose(file), 0);
}

void uniting_read(const char *name, g3_buffer *text)
{
    FILE *file = fopen(name, "r");
    g3_buffer_clear(text);
    for (int c; file && (c = getc(file)) != EOF;)
        g3_buffer_append_char(text, (char)c);
    if (file)
        fclose(file);
}

bool uniting_run(g3_unite_options options, int64_t limit, g3_unite_result *result, g3_error *error)
{
    g3_reporter quiet = {.tool = "test", .quiet = true};
    const g3_manifest_options manifest = {.kind = G3_KIND_OBJECT};
    g3_error ignored;
    options.manifest = &manifest;
    options.memory = options.memory ? options.memory : 300;
    options.format = options.format ? options.format : G3_FORMAT_CSV;
    options.reporter = options.reporter ? options.reporter : &quiet;
    options.output = g3_sink_open("output", error);
    options.rejects = g3_rejects_open("rejects", limit, true, &quiet, error);
    cr_assert(options.output && options.rejects);
    bool done = g3_unite_run(&options, result, error);
    if (done)
        cr_assert(g3_sink_finish(options.output, error));
    else
        g3_sink_discard(options.output, false);
    cr_assert(g3_rejects_finish(options.rejects, &ignored));
    return done;
}

size_t uniting_count_rejects(void)
{
    g3_buffer text = {0};
    size_t count = 0;
    uniting_read("rejects", &text);
    for (size_t i = 0; i < text.length; i++)
        count += text.data[i] == '\n';
    g3_buffer_free(&text);
    return count;
}
