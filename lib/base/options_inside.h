/* What the texts made from the options table share: options_help.c, options_markdown.c, and the
 * completions, options_bash.c, options_zsh.c, options_fish.c. */
#ifndef BASE_OPTIONS_INSIDE_H
#define BASE_OPTIONS_INSIDE_H

#include "g3/base/options.h"

/* The command's groups in order, and behind them that of the options which every command has; NULL
 * at the end. */
const g3_option_group *g3_options_group(const g3_command *command, size_t number);

/* What a shell can offer as an option's value, or as an operand. */
typedef enum g3_offer {
    G3_OFFER_NO_VALUE, /* a flag */
    G3_OFFER_CHOICES,
    G3_OFFER_FILES,
    G3_OFFER_FOLDERS,
    G3_OFFER_NOTHING, /* something that only the user knows */
} g3_offer;

g3_offer g3_options_offer(const g3_option *option);

/* Whether the operands are files: none are where there are no operands. Behind an operation's name
 * they may be. */
bool g3_options_take_files(const g3_command *command);

/* Prints the choices of an option with `between` between them. */
void g3_options_print_choices(const g3_option *option, char between, FILE *out);

/* Prints a text inside of single quotes, for bash and zsh: a quote as '\''. Characters of `escaped`
 * get a backslash. */
void g3_options_print_quoted(const char *text, const char *escaped, FILE *out);

/* The name of a function for the command, as "g3_parse": no shell minds it. */
void g3_options_print_function(const g3_command *command, FILE *out);

/* Prints all spellings of the options that take a value, parted by `between`, for the loops that
 * look for the first operand. */
void g3_options_print_with_value(const g3_command *command, const char *between, FILE *out);

#endif
