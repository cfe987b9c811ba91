// SPDX-License-Identifier: MIT
/* films -- a temporary folder with films that ffmpeg makes; tests skip where there is none. */
#ifndef SNQ_TESTS_JOBS_FILMS_H
#define SNQ_TESTS_JOBS_FILMS_H

/* For cmocka's group setup and teardown. */
int films_begin(void **state);
int films_end(void **state);
/* "<folder>/<name>" into to[256]. */
void films_path(char to[256], const char *name);
/* ffmpeg -f lavfi -i `source` `options` <name>; skips the test when that fails. */
void films_make(const char *name, const char *source, const char *options);
/* A file of this text. */
void films_write(const char *name, const char *text);

#endif
