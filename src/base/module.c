// SPDX-License-Identifier: MIT
/* IDEA   A program that reads WAV and FLAC should not wait for libraries that it does not use. What
 *        needs them is a module; it comes with the first thing that asks for it.
 * STEPS  folders     SNQ_MODULES when set, and only that; else beside the executable, where the build
 *                    leaves the module; else where `meson install` puts it
 *        tag         what the module says of itself must be what this build says, or it is not used
 *        keep        what hangs on the table must never be unloaded: there is no way to
 * COST   libav: 30 ms of CPU and 17 MB (docs/decisions/0003-flac-and-lazy-libav.md); cairo: 2 ms.
 * LIMITS /proc must be there. */
#include "base/module.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

/* The executable's own folder; 0 when it can't be told. */
static int own_folder(char to[PATH_BYTES])
{
    const ssize_t n = readlink("/proc/self/exe", to, PATH_BYTES - 1);
    if (n <= 0)
        return 0;
    to[n] = '\0';
    char *slash = strrchr(to, '/');
    if (slash)
        *slash = '\0';
    return slash != NULL;
}

/* The module in one folder. Not there is ERR_NOT_FOUND, anything else that is wrong ERR_UNSUPPORTED. */
static snq_status load_from(const snq_module *m, const char *folder, const void **table)
{
    char path[PATH_BYTES + 64];
    const int n = snprintf(path, sizeof path, "%s/%s", folder, m->file);
    if (n < 0 || (size_t)n >= sizeof path || access(path, F_OK) != 0)
        return SNQ_FAIL(SNQ_ERR_NOT_FOUND, "there is none in %s", folder);
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const char *why = handle ? NULL : dlerror();
    if (!handle)
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "%s", why ? why : path);
    const void *found = dlsym(handle, m->symbol);
    if (!found || !m->same_build(found)) {
        dlclose(handle);
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED, "%s is of another build", path);
    }
    *table = found;
    return SNQ_OK;
}

static snq_status find(const snq_module *m, const void **table)
{
    char folder[PATH_BYTES];
    const char *asked = secure_getenv("SNQ_MODULES");
    if (asked && *asked)
        return load_from(m, asked, table);
    snq_status st = SNQ_ERR_NOT_FOUND;
    if (own_folder(folder))
        st = load_from(m, folder, table);
    return st == SNQ_ERR_NOT_FOUND ? load_from(m, SNQ_MODULE_DIR, table) : st;
}

snq_status snq_module_load(const snq_module *m, const void **table)
{
    *table = NULL;
    if (find(m, table) < 0)
        return SNQ_FAIL(SNQ_ERR_UNSUPPORTED,
                        "%s needs the module %s (%.300s): install it beside the program, and %s",
                        m->what, m->file, snq_last_error(), m->packages);
    return SNQ_OK;
}
