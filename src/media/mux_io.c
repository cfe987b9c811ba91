// SPDX-License-Identifier: MIT
#include "media/mux_io_impl.h"

#include <errno.h>
#include <unistd.h>

#include "media/encoder_impl.h"

enum { IO_BYTES = 65536 };

static void note(snq__mux_io *io)
{
    io->error = io->error ? io->error : errno;
}

static int io_write(void *opaque, uint8_t *bytes, int n)
{
    snq__mux_io *io = opaque;
    if (fwrite(bytes, 1, (size_t)n, io->to) == (size_t)n)
        return n;
    note(io);
    return AVERROR(EIO);
}

static int64_t io_seek(void *opaque, int64_t offset, int whence)
{
    snq__mux_io *io = opaque;
    if (whence & AVSEEK_SIZE)
        return AVERROR(ENOSYS);
    if (fseeko(io->to, (off_t)offset, whence & ~AVSEEK_FORCE) != 0) {
        note(io);
        return AVERROR(EIO);
    }
    return (int64_t)ftello(io->to);
}

/* What has been written; the place is the second pass's own. */
static int io_read_again(void *opaque, uint8_t *to, int n)
{
    snq__mux_io *io = opaque;
    if (fflush(io->to) != 0) {
        note(io);
        return AVERROR(EIO);
    }
    const ssize_t got = pread(fileno(io->to), to, (size_t)n, (off_t)io->again_at);
    if (got < 0)
        note(io);
    io->again_at += got > 0 ? got : 0;
    return got > 0 ? (int)got : got < 0 ? AVERROR(EIO) : AVERROR_EOF;
}

static int64_t io_seek_again(void *opaque, int64_t offset, int whence)
{
    snq__mux_io *io = opaque;
    if (whence & AVSEEK_SIZE)
        return AVERROR(ENOSYS);
    io->again_at = offset + (whence == SEEK_CUR ? io->again_at : 0);
    return io->again_at;
}

static AVIOContext *make_io(snq__mux_io *io, int writing)
{
    uint8_t *buffer = av_malloc(IO_BYTES);
    AVIOContext *made =
        buffer ? avio_alloc_context(buffer, IO_BYTES, writing, io, writing ? NULL : io_read_again,
                                    writing ? io_write : NULL, writing ? io_seek : io_seek_again)
               : NULL;
    if (!made)
        av_free(buffer);
    return made;
}

static void free_io(AVIOContext *io)
{
    if (io)
        av_freep(&io->buffer);
    avio_context_free(&io);
}

static int open_again(AVFormatContext *format, AVIOContext **to, const char *url, int flags,
                      AVDictionary **options)
{
    snq__mux_io *io = format->opaque;
    if (flags != AVIO_FLAG_READ)
        return AVERROR(EPERM);
    io->again_at = 0;
    *to = make_io(io, 0);
    return *to ? 0 : AVERROR(ENOMEM);
}

static int close_again(AVFormatContext *format, AVIOContext *io)
{
    free_io(io);
    return 0;
}

snq_status snq__mux_io_attach(snq__mux_io *io, AVFormatContext *format)
{
    format->pb = make_io(io, 1);
    format->opaque = io;
    format->io_open = open_again;
    format->io_close2 = close_again;
    return format->pb ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a file");
}

void snq__mux_io_detach(AVFormatContext *format)
{
    free_io(format->pb);
    format->pb = NULL;
}

snq_status snq__mux_io_failed(const snq__mux_io *io, int code, const char *what, const char *doing)
{
    char text[AV_ERROR_MAX_STRING_SIZE] = "";
    if (io->error)
        return snq__encode_io_failed(io->error);
    if (code == AVERROR(ENOMEM))
        return SNQ_FAIL(SNQ_ERR_NOMEM, "no memory %s", doing);
    av_strerror(code, text, sizeof text);
    return SNQ_FAIL(SNQ_ERR_INTERNAL, "%s: %s failed (%s)", what, doing, text);
}

snq_status snq__mux_io_finish(snq__mux_io *io, AVFormatContext *format, const char *what)
{
    const int code = av_write_trailer(format);
    if (code < 0)
        return snq__mux_io_failed(io, code, what, "writing the end");
    avio_flush(format->pb);
    return io->error || format->pb->error < 0
               ? snq__mux_io_failed(io, format->pb->error, what, "writing the end")
               : SNQ_OK;
}
