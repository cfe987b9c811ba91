// SPDX-License-Identifier: MIT
#include "sounds.h"

#include "support/check.h"

#include <dirent.h>

#include "base/alloc.h"
#include "media/wav_writer.h"
#include "support/make_audio.h"
#include "support/misbehave.h"

static char folder[] = "/tmp/sonique-jobs-XXXXXX";

int sounds_begin(void **state)
{
    return mkdtemp(folder) == NULL;
}

int sounds_end(void **state)
{
    char command[64];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

void sounds_path(char to[256], const char *name)
{
    snprintf(to, 256, "%s/%s", folder, name);
}

int sounds_count(void)
{
    DIR *d = opendir(folder);
    int n = 0;
    while (readdir(d))
        n++;
    closedir(d);
    return n - 2;
}

static void write_wav(const char *name, float *x, uint32_t rate, uint32_t n)
{
    char path[256];
    const snq_audio a = { { x }, 1, rate, n };
    snq_wav_writer_cfg cfg = snq_wav_writer_cfg_default();
    cfg.rate_hz = rate;
    cfg.channels = 1;
    snq_wav_writer *w;
    sounds_path(path, name);
    check_ok(snq_wav_writer_open(path, &cfg, 1, &w));
    check_ok(snq_wav_writer_push(w, &a));
    check_ok(snq_wav_writer_close(w));
    snq_free(x);
}

void sounds_write(const char *name, int deed, double seconds)
{
    const uint32_t rate = (uint32_t)(MISBEHAVE_RATE_HZ + deed), n = (uint32_t)(seconds * rate);
    float *x = make_silence(n);
    add_sine(x, n / 4, n / 2, rate, 440, 0.25, 0);
    write_wav(name, x, rate, n);
}

void sounds_write_beat(const char *name, int deed, double seconds)
{
    const uint32_t rate = (uint32_t)(MISBEHAVE_RATE_HZ + deed), n = (uint32_t)(seconds * rate);
    float *x = make_silence(n);
    for (uint32_t k = 0; (k + 1) * rate / 2 <= n; k++)
        for (uint32_t i = 0; i < rate / 8; i++) {
            const double t = (double)i / rate;
            x[k * rate / 2 + i] =
                (float)(0.7 * sin(2 * M_PI * (k % 4 ? 900 : 90) * t) * exp(-t / 0.03));
        }
    write_wav(name, x, rate, n);
}
