/* The style sheet of the HTML report: system fonts, light and dark, narrow
 * screens, paper. Pieces in order, ended by NULL. */
#ifndef REPORT_HTML_STYLE_H
#define REPORT_HTML_STYLE_H

extern const char *const html_style[];

#endif
