// SPDX-License-Identifier: MIT
/* jobs/film_out.h as a program, for tests/e2e/test_film_out.py: VIDEO MUSIC OUT keep|duck|replace [LUFS [CEILING
 * [TITLE]]]. Prints the report as JSON; on error one line, exit status 1. Replaces OUT. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "jobs/film_out.h"

static int fail(void)
{
    fprintf(stderr, "%s\n", snq_last_error());
    return 1;
}

static void number(const char *key, double v)
{
    if (isfinite(v))
        printf("\"%s\": %.9g, ", key, v);
    else
        printf("\"%s\": null, ", key);
}

int main(int argc, char **argv)
{
    snq_film_out_cfg cfg = snq_film_out_cfg_default();
    snq_film_out_report r;
    if (argc < 5)
        return 2;
    cfg.video = argv[1];
    cfg.music = argv[2];
    cfg.out = argv[3];
    cfg.force = 1;
    if (snq_original_parse(argv[4], &cfg.original) < 0)
        return fail();
    if (argc > 5)
        cfg.lufs = strtof(argv[5], NULL);
    if (argc > 6)
        cfg.ceiling_dbtp = strtof(argv[6], NULL);
    if (argc > 7)
        cfg.title = argv[7];
    if (snq_film_out_run(&cfg, &r) < 0)
        return fail();
    printf("{\"video_codec\": \"%s\", \"audio_codec\": \"%s\", \"container\": \"%s\", "
           "\"original\": \"%s\", \"warnings\": [",
           r.video_codec, r.audio_codec, r.container, snq_original_name(r.original));
    for (uint32_t i = 0; i < r.warnings.count; i++)
        printf("%s\"%s\"", i ? ", " : "", r.warnings.item[i].code);
    printf("], ");
    number("pictures", (double)r.pictures);
    number("length_s", r.length_s);
    number("sound_s", r.sound_s);
    number("original_lufs", r.original_lufs);
    number("original_db", r.original_db);
    number("music_db", r.music_db);
    number("duck_deepest_db", r.duck_deepest_db);
    number("duck_share", r.duck_share);
    number("speech_share", r.speech_share);
    number("lufs", r.lufs);
    number("true_peak_dbtp", r.true_peak_dbtp);
    printf("\"tries\": %u, \"had_sound\": %d}\n", r.tries, r.original_had_sound);
    return 0;
}
