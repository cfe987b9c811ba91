// SPDX-License-Identifier: MIT
#include "jobs/kit_folder.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "jobs/recordings.h"
#include "jobs/samples.h"
#include "synth/kit.h"

/* Two files of one name in different folders: the later gets a number. */
static void unlike_others(const snq_bank *bank, const char *name, char to[SNQ_BANK_NAME_MAX])
{
    snprintf(to, SNQ_BANK_NAME_MAX, "%.*s", SNQ_BANK_NAME_MAX - 8, name);
    for (int i = 2; snq_bank_find(bank, to) && i < SNQ_BANK_RECORDINGS_MAX; i++)
        snprintf(to, SNQ_BANK_NAME_MAX, "%.*s_%d", SNQ_BANK_NAME_MAX - 8, name, i);
}

static snq_status add(snq_bank *bank, const snq_samples *s, const char **name)
{
    char unlike[SNQ_BANK_NAME_MAX];
    unlike_others(bank, s->name, unlike);
    SNQ_TRY(snq_recordings_add(bank, unlike, s));
    *name = snq_bank_find(bank, unlike)->name;
    return SNQ_OK;
}

static snq_status fill(snq_bank *bank, const snq_samples_list *list, snq_warnings *warnings)
{
    const char **name = snq_calloc(list->count, sizeof *name);
    snq_kit *kit = NULL;
    size_t n = 0;
    snq_status st = name ? SNQ_OK : SNQ_FAIL(SNQ_ERR_NOMEM, "out of memory for a kit");
    for (uint32_t i = 0; i < list->count && st >= 0; i++) {
        const snq_samples *s = &list->item[i];
        if (s->st >= 0)
            st = add(bank, s, &name[n++]);
        else
            snq_warnings_add(warnings, "kit_file", -1, "%s: %s", s->path, s->error);
    }
    if (st >= 0)
        st = snq_kit_make(bank, name, n, &kit);
    snq_kit_free(kit);
    snq_free(name);
    return st;
}

snq_status snq_kit_folder_load(const char *path, uint32_t rate_hz, uint32_t threads,
                               const volatile int *cancel, snq_bank *bank, snq_warnings *warnings)
{
    snq_samples_list list;
    snq_samples_cfg cfg = snq_samples_cfg_default();
    cfg.rate_hz = rate_hz;
    cfg.threads = threads;
    cfg.hooks.cancel = cancel;
    SNQ_TRY(snq_samples_load_path(path, &cfg, &list));
    snq_status st;
    if (list.refused == list.count)
        st = SNQ_FAIL(SNQ_ERR_NOT_FOUND, "--kit: %s: %s", path,
                      list.count ? list.item[0].error : "there is nothing in it");
    else
        st = fill(bank, &list, warnings);
    snq_samples_clear(&list);
    return st;
}
