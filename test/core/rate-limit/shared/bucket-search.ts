import type { BucketRequest, StoreAnswer } from '../../../../packages/core/src/rate-limit/shared/bucket-request.ts';
import { Stash, type StashPart } from '../../../../packages/core/src/rate-limit/shared/stash.ts';
import { type ModelBucket, StoreModel } from '../../../../packages/core/src/simulate/shared/store-model.ts';
import { type Flaw, FlawedStore } from './flawed-store.ts';

const KEY = 'bucket';

/** A question on its way, or its answer. */
interface Message {
  readonly holder: number;
  /** Which question of its holder it is; an answer that comes after the next question was asked is dropped. */
  readonly turn: number;
  readonly sentUs: number;
  readonly request: BucketRequest;
  readonly count: number;
  readonly answer: StoreAnswer | undefined;
}

interface Holder {
  readonly parts: readonly StashPart[];
  readonly turn: number;
  readonly waits: boolean;
}

interface World {
  readonly nowUs: number;
  readonly bucket: ModelBucket | undefined;
  readonly holders: readonly Holder[];
  readonly messages: readonly Message[];
  /** Times that a question may still arrive a second time. */
  readonly repeats: number;
  /** Tokens of a bucket that sees every admission at its true time: below 0, some window has admitted too much. */
  readonly meter: number;
  readonly path: Path | undefined;
}

/** How a world came about, told only when somebody wants to know. */
interface Path {
  readonly before: Path | undefined;
  readonly what: () => string;
}

function told(path: Path | undefined): string {
  return path === undefined ? '' : `${told(path.before)}\n  ${path.what()}`;
}

export interface SearchOptions {
  readonly capacity: number;
  readonly tokensPerUs: number;
  readonly leaseUs: number;
  readonly holders: number;
  readonly untilUs: number;
  readonly repeats: number;
  /** Questions and answers under way at once. */
  readonly messages: number;
  /** Questions that are asked in all. */
  readonly questions: number;
  readonly flaw?: Flaw;
}

export interface SearchResult {
  readonly states: number;
  /** The steps to the first admission too many, if there is any. */
  readonly violation: string | undefined;
}

/**
 * Takes every way in which holders, the network and time can interleave: questions arrive late, twice or never, answers too, holders give
 * up waiting, spend at any moment of their lease, or die.
 */
export function search(options: SearchOptions): SearchResult {
  const idle: Holder = { parts: [], turn: 0, waits: false };
  const start: World = {
    nowUs: 1,
    bucket: undefined,
    holders: Array.from({ length: options.holders }, () => idle),
    messages: [],
    repeats: options.repeats,
    meter: options.capacity,
    path: undefined,
  };
  // A world with more in the meter can do nothing that the same with less cannot.
  const seen = new Map<string, number>();
  const open: World[] = [start];
  for (let world = open.pop(); world !== undefined; world = open.pop()) {
    for (const next of steps(world, options)) {
      if (next.meter < -1e-6) return { states: seen.size, violation: told(next.path) };
      const name = nameOf(next);
      if ((seen.get(name) ?? Number.POSITIVE_INFINITY) <= next.meter) continue;
      seen.set(name, next.meter);
      open.push(next);
    }
  }
  return { states: seen.size, violation: undefined };
}

function* steps(world: World, options: SearchOptions): Generator<World> {
  const { nowUs, meter, holders, messages } = world;
  const asked = holders.reduce((sum, { turn }) => sum + turn, 0);
  if (nowUs < options.untilUs) {
    const refilled = Math.min(options.capacity, meter + options.tokensPerUs);
    yield { ...world, nowUs: nowUs + 1, meter: refilled, path: { before: world.path, what: () => 'a tick passes' } };
  }
  yield taken(world, options);
  for (const [at, holder] of holders.entries()) {
    const stash = new Stash(holder.parts);
    if (stash.take(1, nowUs)) {
      const spent = { ...holder, parts: stash.parts };
      yield { ...withHolder(world, at, spent, 'spends'), meter: meter - 1 };
    }
    if (holder.waits) yield withHolder(world, at, { ...holder, waits: false }, 'gives up waiting');
    else if (messages.length < options.messages && asked < options.questions)
      yield* questions(world, at, holder, options);
  }
  for (const message of messages) {
    const others = messages.filter((other) => other !== message);
    if (message.answer !== undefined) yield answered(world, message, others);
    else {
      yield executed(world, message, others, options);
      if (world.repeats > 0 && messages.length < options.messages) {
        const again = { ...executed(world, message, [...others, message], options), repeats: world.repeats - 1 };
        yield { ...again, path: { before: again.path, what: () => 'and the question will come again' } };
      }
    }
  }
}

function* questions(world: World, at: number, holder: Holder, options: SearchOptions): Generator<World> {
  const { capacity, tokensPerUs, leaseUs } = options;
  for (const [count, extra, giveBack] of [
    [1, 0, false],
    [1, 2, false],
    [0, 0, true],
  ] as const) {
    const stash = new Stash(holder.parts);
    const done = stash.report(giveBack);
    if (count === 0 && done === undefined) continue;
    const turn = holder.turn + 1;
    const report = done === undefined ? undefined : { ...done, sentUs: world.nowUs };
    const request = {
      storeKey: KEY,
      capacity,
      tokensPerUs,
      need: 1,
      charge: 1,
      extra,
      leaseUs,
      report,
      hint: undefined,
    };
    const message = { holder: at, turn, sentUs: world.nowUs, request, count, answer: undefined };
    const what = (): string => `asks for ${count} and ${extra}, reports ${JSON.stringify(report)}`;
    const asked = withHolder(world, at, { ...holder, parts: stash.parts, turn, waits: true }, what);
    yield { ...asked, messages: [...world.messages, message] };
  }
}

/** The store executes a question, and its answer sets out. */
function executed(world: World, message: Message, others: readonly Message[], options: SearchOptions): World {
  const store = storeWith(world.bucket, options);
  const answer = store.run([message.request], message.count, world.nowUs);
  const what = (): string => `the store answers ${message.holder}: ${JSON.stringify(answer.buckets[0])}`;
  const heard = isHeard(world, message);
  return {
    ...world,
    bucket: store.buckets.get(KEY),
    messages: heard ? [...others, { ...message, answer }] : others,
    path: { before: world.path, what },
  };
}

function storeWith(bucket: ModelBucket | undefined, { flaw }: SearchOptions): StoreModel {
  const store = flaw === undefined ? new StoreModel() : new FlawedStore(flaw);
  if (bucket !== undefined) store.buckets.set(KEY, { ...bucket });
  return store;
}

/** Somebody who leases nothing spends all that is free, at once. */
function taken(world: World, options: SearchOptions): World {
  const { capacity, tokensPerUs } = options;
  const request = {
    storeKey: KEY,
    capacity,
    tokensPerUs,
    need: 1,
    charge: 1,
    extra: 0,
    leaseUs: 0,
    report: undefined,
    hint: undefined,
  };
  const store = storeWith(world.bucket, options);
  const { passed } = store.run([request], capacity, world.nowUs);
  const path = { before: world.path, what: () => `somebody takes ${passed} at once` };
  return { ...world, bucket: store.buckets.get(KEY), meter: world.meter - passed, path };
}

function answered(world: World, message: Message, others: readonly Message[]): World {
  const holder = world.holders[message.holder] as Holder;
  const { answer } = message;
  const bucket = answer?.buckets[0];
  if (!isHeard(world, message) || answer === undefined || bucket === undefined) {
    return { ...world, messages: others };
  }
  const stash = new Stash(holder.parts);
  stash.add(answer.passed + bucket.extra, answer.atUs + bucket.leaseUs, message.sentUs + bucket.leaseUs);
  const next = { ...holder, parts: stash.parts, waits: false };
  return { ...withHolder(world, message.holder, next, 'hears the answer'), messages: others };
}

/** Whether the holder still waits for the answer to this question. */
function isHeard({ holders }: World, { holder, turn }: Message): boolean {
  return holders[holder]?.waits === true && holders[holder].turn === turn;
}

function withHolder(world: World, at: number, holder: Holder, what: string | (() => string)): World {
  const path = { before: world.path, what: () => `${at} ${typeof what === 'string' ? what : what()}` };
  return { ...world, holders: world.holders.with(at, holder), path };
}

/**
 * What tells a world from others: not how it came about, nor which holder is which. What a holder has asked before matters only by how many
 * questions are left to all.
 */
function nameOf({ nowUs, bucket, holders, messages, repeats }: World): string {
  let turns = 0;
  const each = holders.map(({ parts, waits, turn }, at) => {
    turns += turn;
    const sent = messages.filter(({ holder }) => holder === at).map((message) => nameOfMessage(message, turn, waits));
    const held = parts.map(({ endUs, tokens, spent, deadlineMs }) => `${endUs},${tokens},${spent},${deadlineMs}`);
    return `${waits ? 1 : 0}:${held.join(';')}:${sent.sort().join(';')}`;
  });
  return `${nowUs} ${repeats} ${turns} ${nameOfBucket(bucket)} ${each.sort().join(' ')}`;
}

function nameOfBucket(bucket: ModelBucket | undefined): string {
  if (bucket === undefined) return '';
  const { atUs, free, left, current, leftBefore, before, lanes } = bucket;
  return `${atUs},${free},${left},${current},${leftBefore},${before},${lanes[0]},${lanes[1]}`;
}

function nameOfMessage({ turn, sentUs, request, count, answer }: Message, latest: number, waits: boolean): string {
  const { extra, report } = request;
  const heard = waits && turn === latest ? 1 : 0;
  const told = report && `${report.endUs},${report.sentUs},${report.spent},${report.back}`;
  const bucket = answer?.buckets[0];
  // What an answer says to a holder: the rest it does not look at.
  const said = answer && `${answer.atUs},${answer.passed + (bucket?.extra ?? 0)},${bucket?.leaseUs}`;
  return `${heard},${sentUs},${extra},${count},${told},${said}`;
}
