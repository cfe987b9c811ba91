// SPDX-License-Identifier: MIT
/* av_loader -- the decoders and the encoder that need libav, loaded when the first file asks for them
 * (private to media). Where the module is looked for: media/libraries.h. */
#ifndef SNQ_MEDIA_AV_LOADER_IMPL_H
#define SNQ_MEDIA_AV_LOADER_IMPL_H

#include "media/av_module_impl.h"

/* Opening the first decoder loads the module: ERR_UNSUPPORTED when it can't be. */
extern const snq__decoder_kind snq__av_decoder;
extern const snq__video_decoder_kind snq__av_video;
/* Its check loads the module. */
extern const snq__encoder_kind snq__av_encoder;

/* The module, loaded now when it was not; static. [any] ERR_UNSUPPORTED: missing or of another
 * build; asked again, it is looked for again. */
SNQ_MUST_USE snq_status snq__av_load(const snq__av_module **out);
/* A status that a call of it gave: its words become ours. */
SNQ_MUST_USE snq_status snq__av_retell(const snq__av_module *m, snq_status st);
/* Whether a call of it would find the module loaded. */
int snq__av_loaded(void);
/* ERR_FORMAT with a text when the source's first bytes are known to be no recording of sound (pictures:
 * of pictures), else ERR_UNSUPPORTED without one. */
snq_status snq__not_for_av(snq__source *source, int pictures);

#endif
