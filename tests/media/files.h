// SPDX-License-Identifier: MIT
/* files -- a temporary folder and files in it, bytes in any order, audio files by the definition of
 * their formats; written without a look at src/media, so that they can serve as its oracle. */
#ifndef SNQ_TESTS_MEDIA_FILES_H
#define SNQ_TESTS_MEDIA_FILES_H

#include <stddef.h>
#include <stdint.h>

/* A folder for this test program: made on first use, emptied and removed by files_remove. */
const char *files_folder(void);
/* "<folder>/<name>"; returns borrowed until four further calls. */
const char *files_path(const char *name);
void files_write(const char *name, const void *bytes, size_t n);
/* The whole file, owned by the caller (free); NULL when it is not there. */
uint8_t *files_read(const char *name, size_t *n);
int files_exists(const char *name);
/* Entries of the folder, "." and ".." left out. */
int files_count(void);
int files_remove(void **state);
/* Whether a command can be run. */
int files_have(const char *command);
/* Run a shell command in the folder; its exit status. */
int files_run(const char *command);

typedef struct bytes {
    uint8_t *p;
    size_t n, room;
    int big; /* byte order of put_uint */
} bytes;
void put(bytes *b, const void *p, size_t n);
void put_id(bytes *b, const char *id);
void put_uint(bytes *b, uint64_t v, int size);
void set_uint(bytes *b, size_t at, uint64_t v, int size);

typedef enum wav_form {
    WAV_RIFF,
    WAV_RIFX,
    WAV_RF64,
    WAV_BW64,
    WAV_W64,
    WAV_AIFF,
    WAV_AIFC
} wav_form;

typedef struct wav_spec {
    wav_form form;
    const char *aifc; /* compression type, NULL: NONE */
    uint32_t rate, channels, frames;
    uint32_t bits;      /* of a sample */
    uint32_t container; /* bytes; 0: from the bits */
    int is_float;
    int extensible;
    uint32_t mask;
} wav_spec;

/* The test signal, in [-1, 1): different in every channel. */
double wav_signal(uint32_t frame, uint32_t channel);
/* What a sample of that signal must be read as. */
double wav_expected(const wav_spec *s, uint32_t frame, uint32_t channel);
/* A whole file; *data_at gets the offset of its first sample where not NULL. Caller frees b.p. */
bytes wav_build(const wav_spec *s, size_t *data_at);

#endif
