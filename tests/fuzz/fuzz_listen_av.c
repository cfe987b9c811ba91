// SPDX-License-Identifier: MIT
/* From the file to the document by libavformat and libavcodec: every other container. They are not
 * instrumented, the fuzzer sees our side of them; the corpus and mutate.c make up for it. */
#include "fuzz_input.h"

#include <libavutil/mem.h>

#include "listen_bytes.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);

/* A tag of a few bytes may make libavformat ask for 2 GiB, which it never touches (apetag.c does not
 * look at the size of the file). A worker's limits end that; here it would look like a lack of
 * memory. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    av_max_alloc((size_t)256 << 20);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    listen_bytes(p, n, 0);
    return 0;
}
