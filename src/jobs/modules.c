// SPDX-License-Identifier: MIT
#include "jobs/modules.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "jobs/nursery.h"
#include "media/libraries.h"
#include "plot/sheet.h"

/* The largest fonts of all scripts are 20 MB. */
enum { FONT_BYTES_MAX = 32 << 20 };

static snq_status read_whole(const char *path, snq_font_file *out)
{
    struct stat info;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "%s: %s", path, strerror(errno));
    snq_status st = SNQ_OK;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size < 1 ||
        info.st_size > FONT_BYTES_MAX)
        st = SNQ_FAIL(SNQ_ERR_FORMAT, "%s is no font file", path);
    const size_t length = st < 0 ? 0 : (size_t)info.st_size;
    if (st >= 0 && !(out->bytes = snq_calloc(length, 1)))
        st = SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for the font %s", path);
    while (st >= 0 && out->length < length) {
        const ssize_t n = read(fd, (char *)out->bytes + out->length, length - out->length);
        if (n > 0)
            out->length += (size_t)n;
        else if (n == 0 || errno != EINTR)
            st = SNQ_FAIL(SNQ_ERR_IO, "reading %s: %s", path, n ? strerror(errno) : "it shrank");
    }
    close(fd);
    if (st < 0) {
        snq_free(out->bytes);
        *out = (snq_font_file) { 0 };
    }
    return st;
}

/* The first font of the list that is there. */
static snq_status find_font(int bold, snq_font_file *out)
{
    const char *path;
    for (unsigned i = 0; (path = snq_sheet_font_path(i, bold)) != NULL; i++)
        if (read_whole(path, out) >= 0)
            return SNQ_OK;
    return SNQ_FAIL(SNQ_ERR_NOT_FOUND,
                    "no font to write on pictures with, %s for one "
                    "(Debian: fonts-dejavu-core)",
                    snq_sheet_font_path(0, bold));
}

static snq_status load_plot(snq_modules *m)
{
    SNQ_TRY(snq_sheet_preload());
    SNQ_TRY(find_font(0, &m->font[0]));
    if (find_font(1, &m->font[1]) < 0)
        snq_error_clear(); /* the regular one serves */
    return SNQ_OK;
}

snq_status snq_modules_load(snq_modules *m, uint32_t wanted)
{
    snq_status st = SNQ_OK;
    wanted &= ~m->tried;
    m->tried |= wanted;
    if (wanted & SNQ_MODULE_AV)
        st = snq_media_preload();
    if (wanted & SNQ_MODULE_PLOT) {
        const snq_status plot = load_plot(m);
        st = st < 0 ? st : plot;
    }
    return st;
}

void snq_modules_clear(snq_modules *m)
{
    for (int i = 0; i < SNQ_FONTS; i++)
        snq_free(m->font[i].bytes);
    *m = (snq_modules) { 0 };
}
