// SPDX-License-Identifier: MIT
/* plot_file -- the picture of one recording, and what making it cost; for work on src/plot.
 *
 *     plot_file IN OUT.png [WIDTH_PX [TARGET_LUFS]]
 *
 * Decodes, listens, gathers and draws in one process, one after the other, and prints the CPU time of
 * each step. The command `sonique listen --plot` does the same in confined workers. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "listen/listener.h"
#include "media/reader.h"
#include "plot/portrait.h"
#include "plot/sheet.h"

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static snq_status put_file(void *user, const char *bytes, size_t n)
{
    return fwrite(bytes, 1, n, user) == n ? SNQ_OK : SNQ_ERR_IO;
}

static snq_sheet_font read_font(int bold)
{
    const char *path;
    for (unsigned i = 0; (path = snq_sheet_font_path(i, bold)); i++) {
        FILE *f = fopen(path, "rb");
        if (!f)
            continue;
        static char bytes[2][4 << 20];
        const size_t n = fread(bytes[bold], 1, sizeof bytes[bold], f);
        fclose(f);
        return (snq_sheet_font) { bytes[bold], n };
    }
    return (snq_sheet_font) { NULL, 0 };
}

static void fall(snq_status st)
{
    if (st < 0) {
        fprintf(stderr, "plot_file: %s\n", snq_last_error());
        exit(1);
    }
}

static void hear(const char *path, snq_hearing *h, snq_portrait *p, double ms[3])
{
    snq_reader *r;
    snq_listener *l;
    snq_portraitist *q;
    snq_audio block;
    const int fd = open(path, O_RDONLY);
    fall(snq_reader_open(fd, path, NULL, &r));
    const snq_media_info *info = snq_reader_info(r);
    const snq_listener_cfg cfg = { .rate_hz = info->rate_hz,
                                   .channels = info->channels,
                                   .position = info->position };
    fall(snq_listener_new(&cfg, h, &l));
    fall(snq_portraitist_new(info->rate_hz, info->channels, info->position, &q));
    for (;;) {
        const double t0 = now_ms();
        const snq_status st = snq_reader_pull(r, &block);
        fall(st);
        const double t1 = now_ms();
        if (st == SNQ_END)
            break;
        fall(snq_listener_push(l, &block));
        const double t2 = now_ms();
        fall(snq_portraitist_push(q, &block));
        ms[0] += t1 - t0;
        ms[1] += t2 - t1;
        ms[2] += now_ms() - t2;
    }
    fall(snq_listener_finish(l));
    fall(snq_portraitist_pull(q, p));
    h->file.path = path;
    snprintf(h->file.container, sizeof h->file.container, "%s", info->container);
    snprintf(h->file.codec, sizeof h->file.codec, "%s", info->codec);
    h->file.rate_hz = info->rate_hz;
    h->file.channels = info->channels;
    h->file.duration_s = (double)snq_reader_frames(r) / info->rate_hz;
    h->file.truncated = snq_reader_truncated(r);
    snq_portraitist_free(q);
    snq_listener_free(l);
    snq_reader_free(r);
    close(fd);
}

int main(int argc, char **argv)
{
    static snq_hearing h;
    snq_portrait p = { 0 };
    double ms[3] = { 0 };
    if (argc < 3) {
        fprintf(stderr, "usage: plot_file IN OUT.png [WIDTH_PX [TARGET_LUFS]]\n");
        return 2;
    }
    snq_sheet_cfg cfg = snq_sheet_cfg_default();
    if (argc > 3)
        cfg.width_px = (uint32_t)strtoul(argv[3], NULL, 10);
    if (argc > 4)
        cfg.target_lufs = strtod(argv[4], NULL);
    cfg.regular = read_font(0);
    cfg.bold = read_font(1);
    snq_hearing_init(&h);
    hear(argv[1], &h, &p, ms);
    FILE *out = fopen(argv[2], "wb");
    if (!out)
        return 1;
    const double t0 = now_ms();
    fall(snq_sheet_preload());
    const double t1 = now_ms();
    fall(snq_sheet_draw(&p, &h, &cfg, put_file, out));
    printf("decode %.1f ms, listen %.1f ms, portrait %.1f ms, load %.1f ms, draw %.1f ms, "
           "%ld bytes, %u points, %u columns, %u ticks, %u regions\n",
           ms[0], ms[1], ms[2], t1 - t0, now_ms() - t1, ftell(out), p.points, p.columns, p.ticks,
           h.regions);
    fclose(out);
    snq_portrait_clear(&p);
    snq_hearing_clear(&h);
    return 0;
}
