// A minimal acyclic automaton over decimal digits. Nodes are shared by
// content, so equal tails (most numbering plans end alike) are stored once.

import { OP, opOf, argOf } from './pattern.mjs';

export class Automaton {
  constructor() {
    this.index = new Map();
    this.nodes = [];
    this.dead = this.node(0, Array(10).fill(0)); // number 0
  }

  // The node that accepts as `value` (0: not at all) and goes on to `next`.
  node(value, next) {
    const key = `${value}:${next.join()}`;
    let id = this.index.get(key);
    if (id === undefined) {
      id = this.nodes.length;
      this.index.set(key, id);
      this.nodes.push({ value, next });
    }
    return id;
  }

  // Joins tails by prefix: entries are [digits, node] and prefix-free.
  joined(entries) {
    const next = Array(10).fill(this.dead);
    for (let d = 0; d < 10; d++) {
      const below = entries.filter(([digits]) => digits[0] === String(d))
        .map(([digits, id]) => [digits.slice(1), id]);
      const end = below.find(([digits]) => digits === '');
      if (end && below.length > 1) throw new Error('prefix of another');
      if (below.length > 0) next[d] = end ? end[1] : this.joined(below);
    }
    return this.node(0, next);
  }

  // Numbers the nodes anew from the root down, dead first, root second;
  // unreachable ones are dropped.
  table(root) {
    const order = new Map([[this.dead, 0]]);
    const queue = [root];
    order.set(root, 1);
    while (queue.length > 0) {
      for (const id of this.nodes[queue.shift()].next) {
        if (!order.has(id)) {
          order.set(id, order.size);
          queue.push(id);
        }
      }
    }
    return [...order.keys()].map((id) => ({
      value: this.nodes[id].value,
      next: this.nodes[id].next.map((n) => order.get(n)),
    }));
  }
}

// Runs several programs in parallel over all digit strings at once.
// programs: [{ words, open }]; an open program stays matched once matched.
class Race {
  constructor(programs) {
    this.words = [];
    this.owner = [];
    this.starts = [];
    this.open = programs.map((p) => p.open);
    programs.forEach((p, i) => {
      this.starts.push(this.words.length);
      this.words.push(...p.words);
      p.words.forEach(() => this.owner.push(i));
    });
  }

  // All places reachable without a digit; only SET and MATCH are kept.
  closure(places) {
    const seen = new Set();
    const stack = [...places];
    const out = new Set();
    while (stack.length > 0) {
      const at = stack.pop();
      if (seen.has(at)) continue;
      seen.add(at);
      const w = this.words[at];
      const op = opOf(w);
      if (op === OP.SET || op === OP.MATCH) out.add(at);
      else if (op === OP.JUMP) stack.push(at + argOf(w));
      else if (op === OP.SAVE) stack.push(at + 1);
      else if (op === OP.SPLIT) stack.push(at + 1, at + argOf(w));
      else throw new Error('$ is not for numbers');
    }
    return [...out].sort((a, b) => a - b);
  }

  step(places, digit) {
    const out = [];
    for (const at of places) {
      const w = this.words[at];
      if (opOf(w) === OP.SET && argOf(w) & (1 << digit)) out.push(at + 1);
      if (opOf(w) === OP.MATCH && this.open[this.owner[at]]) out.push(at);
    }
    return this.closure(out);
  }

  matched(places) {
    return places.filter((at) => opOf(this.words[at]) === OP.MATCH)
      .map((at) => this.owner[at]);
  }
}

// Adds the numbers on which `decide(matched programs, length)` is not 0, up
// to maxLength digits; returns the node to start from.
export function addLanguage(automaton, programs, maxLength, decide) {
  const race = new Race(programs);
  const memo = new Map();
  const visit = (places, length) => {
    if (places.length === 0) return automaton.dead;
    const key = `${length}:${places.join()}`;
    if (memo.has(key)) return memo.get(key);
    const value = decide(new Set(race.matched(places)), length);
    const next = [];
    for (let d = 0; d < 10; d++) {
      next.push(length === maxLength ? automaton.dead
        : visit(race.step(places, d), length + 1));
    }
    const alive = value !== 0 || next.some((id) => id !== automaton.dead);
    const id = alive ? automaton.node(value, next) : automaton.dead;
    memo.set(key, id);
    return id;
  };
  return visit(race.closure(race.starts), 0);
}
