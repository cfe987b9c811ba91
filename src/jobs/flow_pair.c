// SPDX-License-Identifier: MIT
#include "jobs/flow_pair.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "jobs/outputs.h"
#include "media/video_reader.h"
#include "watch/flo_file.h"
#include "watch/flow.h"

/* A second picture of another size. */
static snq_status differ(const snq_video_info *info, uint32_t width, uint32_t height)
{
    return SNQ_FAIL(SNQ_ERR_RANGE, "%u x %u px, but the first picture has %u x %u",
                    info->working_width, info->working_height, width, height);
}

/* The first picture in request->name[i], pushed into *flow, which the first one makes. */
static snq_status push(const snq_flow_pair_cfg *cfg, int i, snq_flow_cfg *fc, snq_flow **flow)
{
    snq_video_cfg vc = snq_video_cfg_default();
    snq_video_reader *reader;
    snq_video_picture picture;
    vc.long_side_px = 0;
    vc.chroma_side_px = 0;
    vc.no_loading = cfg->no_loading;
    SNQ_TRY(snq_video_reader_open(cfg->fd[i], cfg->request->name[i], &vc, &reader));
    const snq_video_info *info = snq_video_reader_info(reader);
    snq_status st = snq_video_reader_pull(reader, &picture);
    if (st == SNQ_END)
        st = SNQ_FAIL(SNQ_ERR_FORMAT, "there is no picture in it");
    if (st >= 0 && !*flow) {
        *fc = snq_flow_cfg_default(info->working_width, info->working_height);
        fc->preset = (snq_flow_preset)cfg->request->preset;
        fc->threads = cfg->request->threads;
        st = snq_flow_new(fc, flow);
    }
    if (st >= 0 && (picture.luma.width != fc->width || picture.luma.height != fc->height))
        st = differ(info, fc->width, fc->height);
    if (st >= 0)
        st = snq_flow_push(*flow, &picture.luma);
    snq_video_reader_free(reader);
    return st;
}

/* Which picture is to blame. */
static snq_status blame(const char *name, snq_status st)
{
    char what[SNQ_ERROR_MAX];
    if (st == SNQ_ERR_STATE || st == SNQ_ERR_NOMEM)
        return st;
    snprintf(what, sizeof what, "%s", snq_last_error());
    return SNQ_FAIL(st, "%s: %s", name, what);
}

static snq_status write_flow(const snq_flow_pair_cfg *cfg, const snq_flow_cfg *fc, snq_flow *flow)
{
    const size_t bytes = snq_flo_file_bytes(fc->width, fc->height);
    float *dense = snq_calloc((size_t)fc->width * fc->height, 2 * sizeof *dense);
    uint8_t *file = dense ? snq_calloc(bytes, 1) : NULL;
    snq_status st =
        file ? snq_flow_get_dense(flow, dense)
             : SNQ_FAIL(SNQ_ERR_NOMEM, "no memory for a flow of %u x %u px", fc->width, fc->height);
    if (st >= 0) {
        snq_flo_file_write(file, dense, fc->width, fc->height);
        st = snq_output_write(cfg->out_fd, file, bytes);
    }
    snq_free(file);
    snq_free(dense);
    return st;
}

snq_status snq_flow_pair_run(const snq_flow_pair_cfg *cfg)
{
    snq_flow_cfg fc = { 0 };
    snq_flow *flow = NULL;
    snq_status st = SNQ_OK;
    for (int i = 0; i < 2 && st >= 0; i++) {
        st = push(cfg, i, &fc, &flow);
        snq_pulse_set(cfg->pulse, 0, 0, 0);
        if (st < 0)
            st = i ? blame(cfg->request->name[i], st) : st;
    }
    if (st >= 0)
        st = write_flow(cfg, &fc, flow);
    snq_flow_free(flow);
    return st;
}
