// SPDX-License-Identifier: MIT
/* The whole reader on any bytes behind "fLaC", in a file in memory: it ends, and whatever comes out
 * are samples. */
#include "fuzz_input.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "media/reader.h"

static void read_all(int fd)
{
    const snq_reader_cfg cfg = { .block_frames = 4096, .max_frames = 500000 };
    snq_reader *r;
    snq_audio block;
    snq_status st = snq_reader_open(fd, "x.flac", &cfg, &r);
    if (st < 0) {
        must(*snq_last_error() != '\0' && r == NULL);
        return;
    }
    while ((st = snq_reader_pull(r, &block)) == SNQ_OK)
        for (uint32_t c = 0; c < block.channels; c++)
            for (size_t i = 0; i < block.frames; i++)
                must(block.channel[c][i] >= -SNQ_SAMPLE_MAX &&
                     block.channel[c][i] <= SNQ_SAMPLE_MAX);
    must(snq_reader_frames(r) <= 500000);
    char hex[65];
    if (st == SNQ_END)
        must(snq_reader_sha256(r, hex) == SNQ_OK && strlen(hex) == 64);
    else
        must(*snq_last_error() != '\0');
    snq_reader_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const int fd = memfd_create("fuzz", 0);
    must(fd >= 0);
    const int has_magic = n >= 4 && memcmp(p, "fLaC", 4) == 0;
    must(has_magic || write(fd, "fLaC", 4) == 4);
    must(write(fd, p, n) == (ssize_t)n);
    read_all(fd);
    close(fd);
    return 0;
}
