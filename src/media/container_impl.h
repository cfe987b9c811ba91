// SPDX-License-Identifier: MIT
/* container -- what files we open, what they are called, and what is clearly not audio (private). */
#ifndef SNQ_MEDIA_CONTAINER_IMPL_H
#define SNQ_MEDIA_CONTAINER_IMPL_H

#include <stddef.h>
#include <stdint.h>

enum { SNQ__CONTAINS_SOUND, SNQ__CONTAINS_BOTH, SNQ__CONTAINS_PICTURES };

typedef struct snq__container {
    const char *demuxer;    /* libavformat's name; "": read by our own scanner */
    const char *name;       /* ours */
    const char *extensions; /* usual ones, lower case, separated by spaces */
    int contains;           /* SNQ__CONTAINS_* */
} snq__container;

/* The row of a demuxer that may be used for sound, NULL when it may not. Static. */
const snq__container *snq__container_of_demuxer(const char *demuxer);
/* The same for moving (or still) pictures. */
const snq__container *snq__video_container(const char *demuxer);
/* The row with our name, NULL when there is none. Static. */
const snq__container *snq__container_named(const char *name);
/* Comma-separated decoders that libavformat and we may open. */
extern const char snq__decoders[];
/* The same of pictures. */
extern const char snq__video_decoders[];

/* The extension of a path in lower case ("" when none, or none that fits); room >= 2. */
void snq__extension(const char *path, char *to, size_t room);
/* Whether the extension is a usual one of a container other than this. */
int snq__extension_lies(const snq__container *c, const char *extension);
/* What a file that is no audio looks like, in words, by its first n bytes; NULL: can't tell. */
const char *snq__not_audio(const uint8_t *p, size_t n);
/* The same where pictures are wanted: one that is a picture is not refused. */
const char *snq__not_video(const uint8_t *p, size_t n);

#endif
