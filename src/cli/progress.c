// SPDX-License-Identifier: MIT
#include "cli/progress.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void snq_progress_init(snq_progress *p, FILE *to, int quiet, uint32_t files)
{
    *p = (snq_progress) {
        .to = to, .terminal = isatty(fileno(to)), .quiet = quiet, .files = files, .start_s = now_s()
    };
}

/* The name's last part, fit for a line; longer than 40 bytes it keeps its end. */
static void put_name(FILE *to, const char *name)
{
    snq_str text;
    const char *slash = strrchr(name, '/');
    snq_str_init(&text, SNQ_ERROR_MAX);
    snq_str_put_printable(&text, slash && slash[1] ? slash + 1 : name);
    fprintf(to, "%.40s", snq_str_text(&text));
    snq_str_clear(&text);
}

void snq_progress_begin(snq_progress *p, const char *name)
{
    p->name = name;
    p->now_sound_s = 0.0;
    const double t = now_s();
    if (p->quiet || p->terminal || p->files < 2 || (p->done && t - p->last_s < 1.0))
        return;
    p->last_s = t;
    fprintf(p->to, "[%u/%u] ", p->done + 1, p->files);
    put_name(p->to, name);
    fputc('\n', p->to);
}

void snq_progress_part(void *user, double part, double sound_s)
{
    snq_progress *p = user;
    p->now_sound_s = sound_s;
    if (p->quiet || !p->terminal)
        return;
    const double t = now_s();
    if (t - p->last_s < 0.1 || t - p->start_s < 0.3)
        return;
    p->last_s = t;
    const double all = (p->done + (part > 1.0 ? 1.0 : part)) / p->files;
    const double spent = t - p->start_s;
    const int filled = (int)(all * 30.0 + 0.5);
    fprintf(p->to, "\r\033[K[");
    for (int i = 0; i < 30; i++)
        fputc(i < filled ? '#' : '.', p->to);
    fprintf(p->to, "] %3.0f %%  %u/%u  %.0fx real time", 100.0 * all, p->done + 1, p->files,
            (p->sound_s + sound_s) / spent);
    if (all > 0.02)
        fprintf(p->to, "  %.0f s left", spent * (1.0 - all) / all);
    fputs("  ", p->to);
    put_name(p->to, p->name);
    fflush(p->to);
    p->drawn = 1;
}

void snq_progress_end(snq_progress *p)
{
    p->done++;
    p->sound_s += p->now_sound_s;
    snq_progress_wipe(p);
}

void snq_progress_wipe(snq_progress *p)
{
    if (!p->drawn)
        return;
    fputs("\r\033[K", p->to);
    fflush(p->to);
    p->drawn = 0;
}
