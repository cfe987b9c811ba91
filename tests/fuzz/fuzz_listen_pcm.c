// SPDX-License-Identifier: MIT
/* From the file to the document without libav: WAV and its kin, AIFF, FLAC. All of the code but
 * libFLAC is ours, so the fuzzer sees what each input reaches. */
#include "fuzz_input.h"

#include "listen_bytes.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);

/* No module: what would go to libav is refused (fuzz_listen_av has it linked). */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    return setenv("SNQ_MODULES", "/nonexistent", 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    listen_bytes(p, n, 1);
    return 0;
}
