// SPDX-License-Identifier: MIT
#include "films.h"

#include "support/check.h"

static char folder[] = "/tmp/sonique-films-XXXXXX";

int films_begin(void **state)
{
    return mkdtemp(folder) ? 0 : 1;
}

int films_end(void **state)
{
    char command[300];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

void films_path(char to[256], const char *name)
{
    snprintf(to, 256, "%s/%s", folder, name);
}

void films_make(const char *name, const char *source, const char *options)
{
    char command[1000];
    snprintf(command, sizeof command, "ffmpeg -v error -y -f lavfi -i '%s' %s '%s/%s' </dev/null",
             source, options, folder, name);
    if (system(command) != 0)
        skip();
}

void films_write(const char *name, const char *text)
{
    char path[256];
    films_path(path, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}
