/* The completion for bash, made from the options table. */
#include "options_inside.h"

/* "    --output|-o) files=-f ;;": what is offered behind an option. */
static void print_value(const g3_option *option, FILE *out)
{
    g3_offer offer = g3_options_offer(option);
    if (offer == G3_OFFER_NO_VALUE)
        return;
    fprintf(out, "    --%s", option->name);
    if (option->letter)
        fprintf(out, "|-%c", option->letter);
    fputs(") ", out);
    if (offer == G3_OFFER_CHOICES) {
        fputs("words='", out);
        g3_options_print_choices(option, ' ', out);
        fputs("' ;;\n", out);
    } else {
        fputs(offer == G3_OFFER_FILES     ? "files=-f ;;\n"
              : offer == G3_OFFER_FOLDERS ? "files=-d ;;\n"
                                          : "return ;;\n",
              out);
    }
}

static void print_values(const g3_command *command, FILE *out)
{
    const g3_option_group *group;
    for (size_t g = 0; (group = g3_options_group(command, g)); g++)
        for (size_t i = 0; i < group->count; i++)
            print_value(&group->options[i], out);
}

static void print_option_names(const g3_command *command, FILE *out)
{
    const g3_option_group *group;
    const char *before = "";
    for (size_t g = 0; (group = g3_options_group(command, g)); g++)
        for (size_t i = 0; i < group->count; i++, before = " ")
            fprintf(out, "%s--%s", before, group->options[i].name);
}

/* The operations where there is no operand yet. Readline parts words at '=', so that the value of
 * --name=VALUE is the second word behind it. */
static void print_first_operand(const g3_command *command, FILE *out)
{
    fputs("      files=-f words=''\n      local i operand=''\n"
          "      for ((i = 1; i < COMP_CWORD; i++)); do\n        case ${COMP_WORDS[i]} in\n"
          "          ",
          out);
    g3_options_print_with_value(command, "|", out);
    fputs(") [[ ${COMP_WORDS[++i]} != = ]] || ((++i)) ;;\n          -*) ;;\n"
          "          *) operand=yes ;;\n        esac\n      done\n"
          "      [[ $operand ]] || files='' words='",
          out);
    for (size_t i = 0; i < command->operation_count; i++)
        fprintf(out, "%s%s", i ? " " : "", command->operations[i].name);
    fputs("' ;;\n", out);
}

void g3_options_print_bash(const g3_command *command, FILE *out)
{
    fprintf(out, "# bash completion for %s, made by %s --generate bash\n_", command->name,
            command->name);
    g3_options_print_function(command, out);
    fputs("() {\n  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} "
          "words='' files=''\n"
          "  [[ $before != = ]] || before=${COMP_WORDS[COMP_CWORD-2]}\n"
          "  [[ $word != = ]] || word=''\n  COMPREPLY=()\n  case $before in\n",
          out);
    print_values(command, out);
    fputs("    *) case $word in\n      -*) words='", out);
    print_option_names(command, out);
    fputs("' ;;\n      *)\n", out);
    if (command->operation_count)
        print_first_operand(command, out);
    else
        fprintf(out, "      files=%s ;;\n", g3_options_take_files(command) ? "-f" : "");
    fputs("    esac ;;\n  esac\n  if [[ $files ]]; then\n"
          "    compopt -o filenames 2>/dev/null\n"
          "    mapfile -t COMPREPLY < <(compgen $files -- \"$word\")\n"
          "  else\n    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n  fi\n}\n"
          "complete -F _",
          out);
    g3_options_print_function(command, out);
    fprintf(out, " %s\n", command->name);
}
