// SPDX-License-Identifier: MIT
/* commands -- one function a command: its arguments from its own name on, its exit status back.
 *
 * Exit status: 0 all done; 1 some inputs refused; 2 wrong usage; 3 the environment lacks something.
 * Results go to stdout, everything else to stderr. */
#ifndef SNQ_CLI_COMMANDS_H
#define SNQ_CLI_COMMANDS_H

enum { SNQ_EXIT_OK = 0, SNQ_EXIT_REFUSED = 1, SNQ_EXIT_USAGE = 2, SNQ_EXIT_ENVIRONMENT = 3 };

int snq_cmd_listen(int argc, char **argv);
int snq_cmd_watch(int argc, char **argv);
int snq_cmd_sonify(int argc, char **argv);
int snq_cmd_compose(int argc, char **argv);
int snq_cmd_regenerate(int argc, char **argv);
int snq_cmd_lock(int argc, char **argv);
int snq_cmd_unlock(int argc, char **argv);
int snq_cmd_undo(int argc, char **argv);
int snq_cmd_history(int argc, char **argv);
int snq_cmd_render(int argc, char **argv);
int snq_cmd_patches(int argc, char **argv);
int snq_cmd_styles(int argc, char **argv);
int snq_cmd_map(int argc, char **argv);
int snq_cmd_map_plot(int argc, char **argv); /* of map: from "sonique map" on */
int snq_cmd_doctor(int argc, char **argv);

#endif
