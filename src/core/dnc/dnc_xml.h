/*
 * The XML full list of the US and Canadian registers, inside a dnc_text:
 *   <list type='full' level='ac' val='416'> <ac val='416'> <ph val='1234567'/>
 * Read tag by tag and leniently, as what is published is: quotes of either
 * kind or none, missing leading zeros, tags that close early. A tag longer
 * than DNC_TEXT_LINE_MAX is rejected.
 */
#ifndef CORE_DNC_DNC_XML_H
#define CORE_DNC_DNC_XML_H

#include "core/dnc/dnc_text.h"

void dnc_xml_feed(struct dnc_text *t, struct slice bytes);

#endif
