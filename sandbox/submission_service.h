/* The submission service (sheepdog): programs, projects and the records in them; also the way to
 * graph queries (peregrine). submission_serve() is called by the router, the rest by it.
 *
 * A handler gets the pieces of the path behind "api/v0/submission/": the program, the code of the
 * project, and what follows. It sets the answer. Errors are {"message": words}.
 */
#ifndef SANDBOX_SUBMISSION_SERVICE_H
#define SANDBOX_SUBMISSION_SERVICE_H

#include "dictionary.h"
#include "exchange.h"
#include "nodes.h"

/* Pieces of the longest path: P/Q/entities/_dry_run/ID. */
#define SUBMISSION_PIECES 5

struct submission_path {
    g3_view pieces[SUBMISSION_PIECES]; /* unescaped, without slashes */
    size_t count;
};

/* exchange->path is behind the gateway's segment, "api". */
void submission_serve(struct exchange *exchange);

/* Answers {"message": words}, as printf. */
void submission_answer_message(struct exchange *exchange, unsigned status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Reads the body as JSON, whatever its content type says.
 * @return false, with the answer set (400), if it is none; else the document is owned by the
 * caller: json_object_put() */
bool submission_read_json(struct exchange *exchange, json_object **document);

/* Finds the program, and the project. @return false, with the answer set (404), if there is none */
bool submission_find_program(struct exchange *exchange, struct nodes *nodes, g3_view name,
                             struct node *program);
bool submission_find_project(struct exchange *exchange, struct nodes *nodes,
                             const struct submission_path *path, struct node *project);

/* Answers 500 if the nodes are broken. @return true if they are */
bool submission_is_broken(struct exchange *exchange, const struct nodes *nodes);

/* Ends writing: keeps the work if `keep` says so and nothing is broken.
 * @return false, with the answer set (500), if it was to be kept but can't be */
bool submission_end_writing(struct exchange *exchange, struct nodes *nodes, bool keep);

/* Begins writing. @return false, with the answer set (500), if that can't be */
bool submission_begin_writing(struct exchange *exchange, struct nodes *nodes);

/* Begins and ends reading. */
void submission_begin_reading(struct exchange *exchange, struct nodes *nodes);
void submission_end_reading(struct exchange *exchange, struct nodes *nodes);

/* Programs and projects: submission_project.c. */
void submission_list_programs(struct exchange *exchange, const struct submission_path *path);
void submission_create_program(struct exchange *exchange, const struct submission_path *path);
void submission_delete_program(struct exchange *exchange, const struct submission_path *path);
void submission_list_projects(struct exchange *exchange, const struct submission_path *path);
void submission_put_project(struct exchange *exchange, const struct submission_path *path);
void submission_delete_project(struct exchange *exchange, const struct submission_path *path);
void submission_open_project(struct exchange *exchange, const struct submission_path *path);

/* Records: submission_upload.c; single ones: submission_entities.c; many: submission_export.c. */
void submission_upload(struct exchange *exchange, const struct submission_path *path);
void submission_get_entities(struct exchange *exchange, const struct submission_path *path);
void submission_delete_entities(struct exchange *exchange, const struct submission_path *path);
void submission_export(struct exchange *exchange, const struct submission_path *path);
void submission_manifest(struct exchange *exchange, const struct submission_path *path);

/* Graph queries: graph_service.c. */
void submission_graph(struct exchange *exchange, const struct submission_path *path);

#endif
