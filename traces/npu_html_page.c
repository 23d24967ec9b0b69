/* traces/npu_html_page.c - the page around a report: head, policy, sections.
 * SPDX-License-Identifier: Apache-2.0 */
#include "traces/npu_html_internal.h"
#include <nettle/base64.h>
#include <nettle/sha2.h>
#include <string.h>

/* Only our own script may run, and nothing may be fetched, whatever a name
 * holds and whatever we overlook. */
static void add_policy(struct npu_text *out)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	char text[BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE) + 1] = { 0 };
	struct sha256_ctx sha;

	sha256_init(&sha);
	sha256_update(&sha, strlen(npu__asset_js),
		      (const uint8_t *)npu__asset_js);
	sha256_digest(&sha, sizeof digest, digest);
	base64_encode_raw(text, sizeof digest, digest);
	npu_text_add(out,
		     "<meta http-equiv=Content-Security-Policy content=\""
		     "default-src 'none'; style-src 'unsafe-inline'; img-src "
		     "data:; script-src 'sha256-%s'; base-uri 'none'; "
		     "form-action 'none'\">\n",
		     text);
}

void npu__html_begin_title(struct npu_text *out)
{
	npu_text_add(out, "<!doctype html>\n<html lang=en>\n<head>\n<meta "
			  "charset=utf-8>\n");
	add_policy(out);
	npu_text_add(out, "<meta name=viewport content=\"width=device-width, "
			  "initial-scale=1\">\n<link rel=icon href=\"data:,\">"
			  "\n<title>");
}

void npu__html_begin_body(struct npu_text *out, const char *kind)
{
	npu_text_add(out,
		     " - Systole</title>\n<style>\n%s</style>\n</head>\n"
		     "<body class=\"%s\">\n%s<header>\n<p class=brand>Systole "
		     "<button type=button id=theme hidden>Theme: system"
		     "</button></p>\n",
		     npu__asset_css, kind, npu__asset_patterns);
}

void npu__html_end_body(struct npu_text *out)
{
	npu_text_add(out, "</main>\n<script>%s</script>\n</body>\n</html>\n",
		     npu__asset_js);
}

void npu__html_contents(struct npu_text *out, const struct npu__entry *entries,
			size_t count)
{
	npu_text_add(out, "<nav aria-label=Sections>");
	for (size_t i = 0; i < count; i++)
		npu_text_add(out, "<a href=\"#%s\">%s</a>", entries[i].id,
			     entries[i].title);
	npu_text_add(out, "</nav>\n<main>\n");
}

void npu__html_begin_section(struct npu_text *out, const char *id,
			     const char *title, const char *note)
{
	npu_text_add(out,
		     "<section id=%s aria-labelledby=%s-h>\n<h2 id=%s-h>%s"
		     "</h2>\n<p class=note>%s</p>\n",
		     id, id, id, title, note);
}
