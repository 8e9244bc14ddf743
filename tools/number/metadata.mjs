// Reads libphonenumber-js' metadata.max.json into plain regions, and makes
// the automaton of all valid numbers from them.

import { addLanguage, Automaton } from './automaton.mjs';
import { compilePattern } from './pattern.mjs';

// A telephone number has at most 15 digits with its country code (ITU-T
// E.164, 6.2.1); plans with longer ones use them inside the country only.
export const DIGITS_MAX = 15;

// Places of the fields in a region's array, and of the types in field 11.
const FIELD = {
  code: 0, idd: 1, pattern: 2, lengths: 3, prefix: 5, prefixParsing: 7,
  transform: 8, leading: 10, types: 11,
};
const TYPES = ['FIXED', 'MOBILE', 'TOLL_FREE', 'PREMIUM', 'PERSONAL',
  'VOICEMAIL', 'UAN', 'PAGER', 'VOIP', 'SHARED_COST'];
// The order in which libphonenumber asks, the first hit counts.
const ORDER = ['PREMIUM', 'TOLL_FREE', 'SHARED_COST', 'VOIP', 'PERSONAL',
  'PAGER', 'UAN', 'VOICEMAIL', 'FIXED', 'MOBILE'];

function region(name, fields) {
  if (fields[FIELD.types] === 0 && name !== '') {
    throw new Error(`${name} has no number types`);
  }
  const types = new Map();
  (fields[FIELD.types] || []).forEach((t, i) => {
    if (t) types.set(TYPES[i], { pattern: t[0], lengths: t[1] || null });
  });
  return {
    name,
    code: fields[FIELD.code],
    idd: fields[FIELD.idd] || '',
    pattern: fields[FIELD.pattern],
    lengths: fields[FIELD.lengths],
    prefix: fields[FIELD.prefixParsing] || fields[FIELD.prefix] || '',
    transform: fields[FIELD.transform] || '',
    leading: fields[FIELD.leading] || '',
    types,
  };
}

// Regions in the order of their names, each calling code's list with the
// main one first, as the source has it.
export function readRegions(source) {
  const regions = [];
  const byCode = new Map();
  for (const name of Object.keys(source.countries).sort()) {
    regions.push(region(name, source.countries[name]));
  }
  for (const [code, names] of Object.entries(source.country_calling_codes)) {
    byCode.set(code, names.map((n) => regions.find((r) => r.name === n)));
  }
  for (const code of Object.keys(source.nonGeographic).sort()) {
    const r = region('', source.nonGeographic[code]);
    regions.push(r);
    byCode.set(code, [r]);
  }
  return { regions, byCode };
}

// The type of a number that matched the named patterns of one region.
function typeOf(r, matched, length) {
  if (!matched.has('general') || !r.lengths.includes(length)) return null;
  const is = (type) => matched.has(type)
    && (r.types.get(type).lengths ?? r.lengths).includes(length);
  const type = ORDER.find(is);
  if (type !== 'FIXED') return type ?? null;
  // An empty mobile pattern means: the same as that of fixed lines.
  const mobile = r.types.get('MOBILE');
  return mobile && (mobile.pattern === '' || is('MOBILE'))
    ? 'FIXED_OR_MOBILE' : 'FIXED';
}

function programsOf(regions) {
  const programs = [];
  regions.forEach((r, index) => {
    const add = (what, text, open) => programs.push(
      { words: compilePattern(text).words, open, index, what });
    add('general', r.pattern, false);
    if (r.leading) add('leading', r.leading, true);
    for (const [type, t] of r.types) {
      if (t.pattern) add(type, t.pattern, false);
    }
  });
  return programs;
}

// Which of the regions of one calling code a number is of, and its type:
// the first whose leading digits are met, or that knows the number.
function classify(regions, matched, length) {
  for (let i = 0; i < regions.length; i++) {
    const type = typeOf(regions[i], matched[i], length);
    const met = regions.length === 1 || matched[i].has('leading')
      || (!regions[i].leading && type);
    if (met) return type ? { region: regions[i], type } : null;
  }
  return null;
}

// Returns { nodes, classes }: class 0 is "no number".
export function numberAutomaton({ byCode }) {
  const automaton = new Automaton();
  const classes = [null];
  const classIds = new Map();
  const idOf = (found) => {
    const key = `${found.region.code} ${found.region.name} ${found.type}`;
    if (!classIds.has(key)) {
      classIds.set(key, classes.length);
      classes.push(found);
    }
    return classIds.get(key);
  };
  const tails = [];
  for (const [code, regions] of byCode) {
    const programs = programsOf(regions);
    const decide = (hits, length) => {
      const matched = regions.map(() => new Set());
      hits.forEach((h) => matched[programs[h].index].add(programs[h].what));
      const found = classify(regions, matched, length);
      return found ? idOf(found) : 0;
    };
    tails.push([code, addLanguage(automaton, programs,
      DIGITS_MAX - code.length, decide)]);
  }
  return { nodes: automaton.table(automaton.joined(tails)), classes };
}
