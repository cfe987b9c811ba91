// SPDX-License-Identifier: MIT
#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "cli/commands.h"

static const struct {
    const char *name, *title;
    int (*run)(int argc, char **argv);
} command_tab[] = {
    { "listen", "everything the ears know about recordings", snq_cmd_listen },
    { "watch", "everything the eyes know about videos", snq_cmd_watch },
    { "compose", "a sentence to a piece", snq_cmd_compose },
    { "sonify", "a film to a film with music that follows it", snq_cmd_sonify },
    { "regenerate", "a track of a piece anew", snq_cmd_regenerate },
    { "lock", "tracks of a piece stay as they are", snq_cmd_lock },
    { "unlock", "they may change again", snq_cmd_unlock },
    { "undo", "the last step taken back", snq_cmd_undo },
    { "history", "what was done to a piece", snq_cmd_history },
    { "render", "a score or a MIDI file to stems and their sum", snq_cmd_render },
    { "patches", "the instruments", snq_cmd_patches },
    { "styles", "the genres that can be composed", snq_cmd_styles },
    { "map", "what of a picture can move what of a sound", snq_cmd_map },
    { "doctor", "what is installed, picked, confined, missing", snq_cmd_doctor },
};

static void usage(FILE *to)
{
    fputs("usage: sonique COMMAND [OPTION...] ...\n\ncommands:\n", to);
    for (size_t i = 0; i < SNQ_COUNT(command_tab); i++)
        fprintf(to, "  %-10s %s\n", command_tab[i].name, command_tab[i].title);
    fputs("\nsonique COMMAND --help tells more; sonique --version the version.\n", to);
}

int main(int argc, char **argv)
{
    argp_err_exit_status = SNQ_EXIT_USAGE;
    argp_program_version = "sonique " SNQ_VERSION;
    if (argc < 2) {
        usage(stderr);
        return SNQ_EXIT_USAGE;
    }
    for (size_t i = 0; i < SNQ_COUNT(command_tab); i++)
        if (strcmp(argv[1], command_tab[i].name) == 0) {
            /* argp names the program from argv[0] */
            char name[64];
            snprintf(name, sizeof name, "sonique %s", command_tab[i].name);
            argv[1] = name;
            return command_tab[i].run(argc - 1, argv + 1);
        }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        puts(argp_program_version);
        return SNQ_EXIT_OK;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        usage(stdout);
        return SNQ_EXIT_OK;
    }
    fprintf(stderr, "sonique: \"%s\" is not a command\n", argv[1]);
    usage(stderr);
    return SNQ_EXIT_USAGE;
}
