/* The style sheet of the HTML report: system fonts, light and dark, narrow
 * screens, paper. */
#ifndef REPORT_HTML_STYLE_H
#define REPORT_HTML_STYLE_H

extern const char html_style[];

#endif
