// SPDX-License-Identifier: MIT
#include "cli/progress.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/status.h"
#include "base/str.h"

/* seconds */
#define BAR_FIRST_S 0.3
#define BAR_EACH_S  0.1
#define LINE_EACH_S 2.0
enum { BAR_CELLS = 24, NAME_BYTES = 40 };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void snq_progress_init(snq_progress *p, FILE *to, int quiet)
{
    const double now = now_s();
    *p = (snq_progress) {
        .to = to, .terminal = isatty(fileno(to)), .quiet = quiet, .start_s = now, .last_s = now
    };
}

/* The name's last part, fit for a line; longer than NAME_BYTES it keeps its beginning. */
static void put_name(FILE *to, const char *name)
{
    snq_str text;
    const char *slash = strrchr(name, '/');
    snq_str_init(&text, SNQ_ERROR_MAX);
    snq_str_put_printable(&text, slash && slash[1] ? slash + 1 : name);
    const char *shown = snq_str_text(&text);
    size_t n = strlen(shown) < NAME_BYTES ? strlen(shown) : NAME_BYTES;
    while (n && ((unsigned char)shown[n] & 0xC0) == 0x80) /* not within a character */
        n--;
    fprintf(to, "  %.*s", (int)n, shown);
    snq_str_clear(&text);
}

/* "1:02:03" or "4:05" */
static void put_left(FILE *to, double s)
{
    const long left = s > 359999.0 ? 359999 : (long)(s + 0.5);
    if (left >= 3600)
        fprintf(to, "  %ld:%02ld:%02ld left", left / 3600, left / 60 % 60, left % 60);
    else
        fprintf(to, "  %ld:%02ld left", left / 60, left % 60);
}

void snq_progress_show(snq_progress *p, const snq_progress_state *s)
{
    const double now = now_s(), spent = now - p->start_s;
    if (p->quiet || now - p->last_s < (p->terminal ? BAR_EACH_S : LINE_EACH_S) ||
        (p->terminal && spent < BAR_FIRST_S))
        return;
    p->last_s = now;
    const double part = s->part < 0.0 ? 0.0 : s->part > 1.0 ? 1.0 : s->part;
    if (p->terminal) {
        fputs("\r\033[K[", p->to);
        for (int i = 0; i < BAR_CELLS; i++)
            fputc(i < (int)(part * BAR_CELLS + 0.5) ? '#' : '.', p->to);
        fputs("] ", p->to);
    }
    fprintf(p->to, "%3.0f %%  %u/%u", 100.0 * part, s->done, s->files);
    if (s->pictures)
        fprintf(p->to, "  %.0f frames/s", (double)s->pictures / spent);
    else
        fprintf(p->to, "  %.0fx real time", s->media_s / spent);
    if (part > 0.01)
        put_left(p->to, spent * (1.0 - part) / part);
    if (s->name)
        put_name(p->to, s->name);
    if (!p->terminal)
        fputc('\n', p->to);
    fflush(p->to);
    p->drawn = p->terminal;
}

void snq_progress_wipe(snq_progress *p)
{
    if (!p->drawn)
        return;
    fputs("\r\033[K", p->to);
    fflush(p->to);
    p->drawn = 0;
}
