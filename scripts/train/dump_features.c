// SPDX-License-Identifier: MIT
/* dump_features -- what the networks of the ears are trained on: the shared features of a recording, as
 * the listener makes them.
 *
 *     dump_features IN OUT [IN OUT]…
 *
 * OUT (little-endian): u32 hops, u32 pitch frames; mel (hops, 41), pitch bands (frames, 216) and tone rows
 * (5 frames, 64) as i16, hundredths of a decibel, floor -120 dB; then the peaks (frames, 32, 2) as f32: Hz and
 * power, 0 where there is none. */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "listen/feature_store.h"
#include "media/reader.h"

typedef struct rows {
    int16_t *mel, *pitch, *tone;
    float *peak;
    size_t hops, frames, hop_room, frame_room;
} rows;

static void *grow(void *p, size_t *room, size_t need, size_t size)
{
    if (need <= *room)
        return p;
    *room = 2 * need;
    p = realloc(p, *room * size);
    if (!p)
        abort();
    return p;
}

static int16_t centibel(float power)
{
    return (int16_t)lrintf(1000.0f * log10f(power > 1e-12f ? power : 1e-12f));
}

static void keep(rows *r, const snq_hop_block *b)
{
    r->mel = grow(r->mel, &r->hop_room, r->hops + b->hops, SNQ_MEL_BANDS * sizeof *r->mel);
    for (uint32_t i = 0; i < b->hops * SNQ_MEL_BANDS; i++)
        r->mel[r->hops * SNQ_MEL_BANDS + i] = centibel(b->mel[i]);
    r->hops += b->hops;
    size_t peak_room = r->frame_room, tone_room = r->frame_room;
    r->pitch = grow(r->pitch, &r->frame_room, r->frames + b->pitch_frames,
                    SNQ_PITCH_BANDS * sizeof *r->pitch);
    r->peak = grow(r->peak, &peak_room, r->frames + b->pitch_frames,
                   2 * SNQ_PITCH_PEAKS_MAX * sizeof *r->peak);
    r->tone = grow(r->tone, &tone_room, r->frames + b->pitch_frames,
                   SNQ_TONE_ROWS * SNQ_TONE_BANDS * sizeof *r->tone);
    for (uint32_t i = 0; i < b->pitch_frames; i++, r->frames++) {
        const snq_pitch_frame *f = b->pitch[i];
        for (uint32_t k = 0; k < SNQ_PITCH_BANDS; k++)
            r->pitch[r->frames * SNQ_PITCH_BANDS + k] = centibel(f->band[k]);
        for (uint32_t k = 0; k < SNQ_TONE_ROWS * SNQ_TONE_BANDS; k++)
            r->tone[r->frames * SNQ_TONE_ROWS * SNQ_TONE_BANDS + k] =
                centibel(f->tone[k / SNQ_TONE_BANDS][k % SNQ_TONE_BANDS]);
        for (uint32_t k = 0; k < SNQ_PITCH_PEAKS_MAX; k++) {
            float *to = r->peak + (r->frames * SNQ_PITCH_PEAKS_MAX + k) * 2;
            to[0] = k < f->peaks ? f->peak[k].hz : 0.0f;
            to[1] = k < f->peaks ? f->peak[k].power : 0.0f;
        }
    }
}

static void drain(snq_features *f, rows *r, int64_t *done)
{
    while (*done < snq_features_ready(f)) {
        snq_hop_block b;
        snq_features_view(f, *done, snq_features_ready(f), &b);
        keep(r, &b);
        *done += b.hops;
    }
    snq_features_drop(f, *done);
}

static snq_status gather(snq_reader *reader, rows *r)
{
    const snq_media_info *info = snq_reader_info(reader);
    snq_features *f;
    SNQ_TRY(snq_features_new(&(snq_features_cfg) { .rate_hz = info->rate_hz,
                                                   .channels = info->channels,
                                                   .needs = SNQ_NEED_MEL | SNQ_NEED_PITCH },
                             &f));
    int64_t done = 0;
    snq_audio block;
    snq_status st;
    while ((st = snq_reader_pull(reader, &block)) == SNQ_OK) {
        st = snq_features_push(f, &block);
        if (st < 0)
            break;
        drain(f, r, &done);
    }
    if (st >= 0)
        st = snq_features_finish(f);
    if (st >= 0)
        drain(f, r, &done);
    snq_features_free(f);
    return st;
}

static void put(FILE *out, const void *p, size_t n)
{
    if (n && fwrite(p, n, 1, out) != 1) {
        fprintf(stderr, "dump_features: can't write\n");
        exit(1);
    }
}

static void write_rows(const rows *r, const char *path)
{
    FILE *out = fopen(path, "wb");
    if (!out) {
        perror(path);
        exit(1);
    }
    const uint32_t head[2] = { (uint32_t)r->hops, (uint32_t)r->frames };
    put(out, head, sizeof head);
    put(out, r->mel, r->hops * SNQ_MEL_BANDS * sizeof *r->mel);
    put(out, r->pitch, r->frames * SNQ_PITCH_BANDS * sizeof *r->pitch);
    put(out, r->tone, r->frames * SNQ_TONE_ROWS * SNQ_TONE_BANDS * sizeof *r->tone);
    put(out, r->peak, r->frames * 2 * SNQ_PITCH_PEAKS_MAX * sizeof *r->peak);
    if (fclose(out))
        exit(1);
}

int main(int argc, char **argv)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        rows r = { 0 };
        snq_reader *reader = NULL;
        const int fd = open(argv[i], O_RDONLY | O_CLOEXEC);
        snq_status st = snq_reader_open(fd, argv[i], NULL, &reader);
        if (st >= 0)
            st = gather(reader, &r);
        if (st < 0) {
            fprintf(stderr, "dump_features: %s: %s\n", argv[i], snq_last_error());
            return 1;
        }
        snq_reader_free(reader);
        close(fd);
        write_rows(&r, argv[i + 1]);
        free(r.mel);
        free(r.pitch);
        free(r.tone);
        free(r.peak);
    }
    return argc < 3;
}
