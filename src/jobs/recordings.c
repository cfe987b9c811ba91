// SPDX-License-Identifier: MIT
#include "jobs/recordings.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "jobs/data_folders.h"

enum { CYCLE = 2048, CYCLE_MAX = 8192, HEAD_BYTES = 4096, CHUNK_HEAD = 8, RIFF_HEAD = 12 };

static uint32_t u32(const unsigned char *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The rate that a WAV's head says: a table must not be resampled. */
static snq_status wav_rate(const char *path, uint32_t *rate_hz)
{
    unsigned char head[HEAD_BYTES];
    FILE *f = fopen(path, "rbe");
    if (!f)
        return SNQ_FAIL(SNQ_ERR_IO, "%s: %s", path, strerror(errno));
    const size_t n = fread(head, 1, sizeof head, f);
    fclose(f);
    if (n < RIFF_HEAD || memcmp(head, "RIFF", 4) != 0 || memcmp(head + 8, "WAVE", 4) != 0)
        return SNQ_FAIL(SNQ_ERR_FORMAT, "%s: a wave table is a WAV file", path);
    for (size_t at = RIFF_HEAD; at + CHUNK_HEAD + 8 <= n;) {
        const uint32_t size = u32(head + at + 4);
        if (memcmp(head + at, "fmt ", 4) == 0) {
            *rate_hz = u32(head + at + CHUNK_HEAD + 4);
            return SNQ_OK;
        }
        if (size > n - at - CHUNK_HEAD)
            break;
        at += CHUNK_HEAD + size + (size & 1);
    }
    return SNQ_FAIL(SNQ_ERR_FORMAT, "%s: a WAV file without a format", path);
}

static snq_status add_table(snq_bank *bank, const char *name, const char *path,
                            const snq_samples *s)
{
    const uint32_t whole = s->frames % CYCLE == 0;
    if (!whole && s->frames > CYCLE_MAX)
        return SNQ_FAIL(SNQ_ERR_RANGE,
                        "%s: %zu samples are neither cycles of %d nor one cycle of at most %d",
                        path, s->frames, CYCLE, CYCLE_MAX);
    return snq_bank_add_table(bank, name, s->channel[0], whole ? (uint32_t)(s->frames / CYCLE) : 1,
                              whole ? CYCLE : (uint32_t)s->frames);
}

snq_status snq_recordings_add(snq_bank *bank, const char *name, const snq_samples *s)
{
    const snq_recording r = { .name = name,
                              .channels = s->channels,
                              .rate_hz = s->rate_hz,
                              .frames = s->frames,
                              .channel = { s->channel[0], s->channel[1] },
                              .root_note = s->key < 0 ? NAN : s->key + s->cents / 100.0,
                              .loop_start = (size_t)llround(s->loop_start),
                              .loop_end = (size_t)llround(s->loop_end) };
    return snq_bank_add(bank, &r);
}

static snq_status load(const char *name, const char *path, int table, snq_samples_cfg *cfg,
                       snq_bank *bank)
{
    snq_samples_list list;
    if (table) {
        SNQ_TRY(wav_rate(path, &cfg->rate_hz));
        cfg->channels = 1;
    }
    SNQ_TRY(snq_samples_load_path(path, cfg, &list));
    snq_status st;
    if (list.count != 1 || list.refused)
        st = SNQ_FAIL(SNQ_ERR_FORMAT, "%s: %s", path,
                      list.count ? list.item[0].error : "there is nothing in it");
    else
        st = table ? add_table(bank, name, path, &list.item[0])
                   : snq_recordings_add(bank, name, &list.item[0]);
    snq_samples_clear(&list);
    return st == SNQ_ERR_EXISTS ? SNQ_OK : st; /* another patch named it, too */
}

snq_status snq_recordings_load(const snq_patch *p, uint32_t rate_hz, uint32_t threads,
                               const volatile int *cancel, snq_bank *bank)
{
    char path[SNQ_PATH_MAX];
    for (int i = 0; i < SNQ_PATCH_SOURCES; i++) {
        const char *name = p->recording[i];
        snq_samples_cfg cfg = snq_samples_cfg_default();
        cfg.rate_hz = rate_hz;
        cfg.threads = threads;
        cfg.hooks.cancel = cancel;
        if (!*name || snq_bank_find(bank, name))
            continue;
        const snq_status found = snq_data_folders_find("recordings", name, path, sizeof path);
        if (found == SNQ_ERR_NOT_FOUND)
            continue;
        SNQ_TRY(found);
        SNQ_TRY(load(name, path, strcmp(p->source[i], "wave") == 0, &cfg, bank));
    }
    return SNQ_OK;
}
