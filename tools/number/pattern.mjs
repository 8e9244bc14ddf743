// Patterns of the number metadata (digits, \d, classes, groups, |, ?, {n,m}
// and a final $) compiled to loop-free programs of 16-bit words. The same
// words are interpreted by src/core/number/number_pattern.c, so the numbers
// of the operations must agree with it:
//   0 END of the digits   1 SET of digits   2 SPLIT skip   3 JUMP skip
//   4 SAVE slot                      5 MATCH
// SPLIT tries the next word first, then the word `skip` further on.

export const OP = { END: 0, SET: 1, SPLIT: 2, JUMP: 3, SAVE: 4, MATCH: 5 };

export const word = (op, arg = 0) => {
  if (arg < 0 || arg > 0xfff) throw new Error(`argument ${arg} too large`);
  return (op << 12) | arg;
};
export const opOf = (w) => w >> 12;
export const argOf = (w) => w & 0xfff;

class Parser {
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.groups = 0;
  }

  fail(why) {
    throw new Error(`pattern ${this.text}, column ${this.at}: ${why}`);
  }

  peek() {
    return this.text[this.at];
  }

  eat(c) {
    if (this.peek() !== c) this.fail(`expected ${c}`);
    this.at++;
  }

  // Each of these returns a list of words that falls through at its end.
  alternatives() {
    const branches = [this.sequence()];
    while (this.peek() === '|') {
      this.at++;
      branches.push(this.sequence());
    }
    let code = branches.pop();
    while (branches.length > 0) {
      const first = branches.pop();
      code = [word(OP.SPLIT, first.length + 2), ...first,
        word(OP.JUMP, code.length + 1), ...code];
    }
    return code;
  }

  sequence() {
    const code = [];
    while (this.at < this.text.length && !'|)'.includes(this.peek())) {
      code.push(...this.repeated());
    }
    return code;
  }

  repeated() {
    const code = this.single();
    let min = 1;
    let max = 1;
    if (this.peek() === '?') {
      this.at++;
      min = 0;
    } else if (this.peek() === '{') {
      const m = /^\{(\d+)(?:,(\d+))?\}/.exec(this.text.slice(this.at));
      if (!m) this.fail('unknown repetition');
      this.at += m[0].length;
      min = Number(m[1]);
      max = m[2] === undefined ? min : Number(m[2]);
    }
    if ('*+?{'.includes(this.peek() ?? ' ')) this.fail('unknown repetition');
    let optional = [];
    for (let i = min; i < max; i++) {
      optional = [...code, ...optional];
      optional = [word(OP.SPLIT, optional.length + 1), ...optional];
    }
    return [...Array(min).fill(code).flat(), ...optional];
  }

  single() {
    const c = this.peek();
    if (c === '(') return this.group();
    if (c === '[') return [word(OP.SET, this.class())];
    this.at++;
    if (c === '$') return [word(OP.END)];
    if (c === '\\') {
      this.eat('d');
      return [word(OP.SET, 0x3ff)];
    }
    if (c < '0' || c > '9') this.fail(`unexpected ${c}`);
    return [word(OP.SET, 1 << Number(c))];
  }

  group() {
    this.eat('(');
    let slot = null;
    if (this.text.startsWith('?:', this.at)) {
      this.at += 2;
    } else {
      slot = this.groups++;
    }
    const code = this.alternatives();
    this.eat(')');
    if (slot === null) return code;
    return [word(OP.SAVE, 2 * slot), ...code, word(OP.SAVE, 2 * slot + 1)];
  }

  class() {
    this.eat('[');
    let mask = 0;
    while (this.peek() !== ']') {
      const m = /^(\d)(?:-(\d))?/.exec(this.text.slice(this.at));
      if (!m) this.fail('unknown class');
      this.at += m[0].length;
      for (let d = Number(m[1]); d <= Number(m[2] ?? m[1]); d++) {
        mask |= 1 << d;
      }
    }
    this.eat(']');
    return mask;
  }
}

// Returns { words, groups }: a program that ends in MATCH.
export function compilePattern(text) {
  const parser = new Parser(text);
  const words = parser.alternatives();
  if (parser.at !== text.length) parser.fail('unexpected )');
  return { words: [...words, word(OP.MATCH)], groups: parser.groups };
}

// The digits (bit mask) with which a match may begin; all if it may be empty.
export function firstDigits(words) {
  let mask = 0;
  const stack = [0];
  while (stack.length > 0) {
    const at = stack.pop();
    const arg = argOf(words[at]);
    switch (opOf(words[at])) {
      case OP.SET: mask |= arg; break;
      case OP.SPLIT: stack.push(at + 1, at + arg); break;
      case OP.JUMP: stack.push(at + arg); break;
      case OP.SAVE: stack.push(at + 1); break;
      default: return 0x3ff;
    }
  }
  return mask;
}
