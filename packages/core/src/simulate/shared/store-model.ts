import type { BucketAnswer, BucketRequest, StoreAnswer } from '../../rate-limit/shared/bucket-request.ts';
import { MOST_LEASED, SETTLED_MS } from '../../rate-limit/shared/bucket-script.ts';

/** Times are kept in three bytes. */
const FAR = 16_777_215;

/** A bucket as the script keeps it; undefined is one that has expired or was never used. */
export interface ModelBucket {
  atUs: number;
  free: number;
  rate: number;
  left: number;
  current: number;
  leftBefore: number;
  before: number;
  lanes: readonly [number, number];
  /** Numbers of the last two settlements, the latest first; none before the first. */
  settled: readonly number[];
  /** Until it is forgotten. */
  expiresUs: number;
}

/** What the script does, in another language and from its description: the two are held against each other on a real server. */
export class StoreModel {
  readonly buckets: Map<string, ModelBucket> = new Map();

  run(requests: readonly BucketRequest[], count: number, nowUs: number): StoreAnswer {
    const states = requests.map((request) => this.#advanced(request, nowUs));
    let passed = Number.POSITIVE_INFINITY;
    for (const [at, request] of requests.entries()) {
      const state = states[at] as Advanced;
      report(request, state, nowUs);
      passed = Math.min(passed, settles(request, state, nowUs) ? fitting(request, state, count) : 0);
    }
    passed = Math.max(0, passed);
    if (count < 0) for (const [at, { capacity }] of requests.entries()) fill(states[at] as Advanced, capacity);
    const buckets = requests.map((request, at) => {
      const state = states[at] as Advanced;
      const answer = take(request, state, passed, count === 0);
      if (state.changed) this.#write(request, state, count, nowUs);
      return answer;
    });
    return { passed, atUs: nowUs, buckets };
  }

  #advanced({ storeKey, capacity, tokensPerUs, hint }: BucketRequest, nowUs: number): Advanced {
    const kept = this.buckets.get(storeKey);
    const known = kept !== undefined && kept.expiresUs > nowUs;
    const state: Advanced = {
      free: capacity,
      left: 0,
      current: 0,
      leftBefore: 0,
      before: 0,
      lanes: [FAR, FAR],
      settled: [],
      changed: false,
    };
    if (!known) {
      if (hint === undefined) return state;
      state.free = hint.free;
      if (hint.leasedUs > 0) Object.assign(state, { current: hint.leased, left: Math.min(FAR, hint.leasedUs) });
      refill(state, capacity, 0);
      state.changed = state.free < capacity;
      return state;
    }
    const rate = Math.abs(kept.rate - tokensPerUs) <= tokensPerUs * 1e-6 ? tokensPerUs : kept.rate;
    const elapsed = Math.max(0, nowUs - kept.atUs);
    const { free, left, current, leftBefore, before, settled } = kept;
    Object.assign(state, { free, left, current, leftBefore, before, settled });
    let done = 0;
    const ends = [before > 0 ? leftBefore : undefined, current > 0 ? left : undefined];
    for (const [generation, end] of ends.entries()) {
      if (end === undefined) continue;
      const until = Math.max(done, Math.min(elapsed, end));
      refill(state, capacity, (until - done) * rate);
      done = until;
      if (elapsed >= end) state[generation === 0 ? 'before' : 'current'] = 0;
    }
    refill(state, capacity, (elapsed - done) * rate);
    state.left = Math.max(0, left - elapsed);
    state.leftBefore = Math.max(0, leftBefore - elapsed);
    state.lanes = [Math.min(FAR, kept.lanes[0] + elapsed), Math.min(FAR, kept.lanes[1] + elapsed)];
    return state;
  }

  #write({ storeKey, capacity, tokensPerUs }: BucketRequest, state: Advanced, count: number, nowUs: number): void {
    const { free, left, current, leftBefore, before, lanes, settled } = state;
    const leases = left > 0 || leftBefore > 0;
    const filledMs = ((capacity - free) / tokensPerUs + (leases ? Math.max(left, leftBefore) : 0)) / 1000;
    let expiresUs = nowUs + Math.min(Math.max(Math.ceil(filledMs), settled.length > 0 ? SETTLED_MS : 1), 1e14) * 1000;
    const old = this.buckets.get(storeKey);
    if (count < 0 && old !== undefined) expiresUs = Math.max(expiresUs, old.expiresUs);
    this.buckets.set(storeKey, {
      atUs: nowUs,
      free,
      rate: Math.fround(tokensPerUs),
      ...(leases ? { left, current, leftBefore, before } : { left: 0, current: 0, leftBefore: 0, before: 0 }),
      lanes: leases ? lanes : [FAR, FAR],
      settled,
      expiresUs,
    });
  }
}

interface Advanced {
  free: number;
  left: number;
  current: number;
  leftBefore: number;
  before: number;
  lanes: [number, number];
  settled: readonly number[];
  changed: boolean;
}

function refill(state: Advanced, capacity: number, tokens: number): void {
  state.free = Math.min(state.free + tokens, Math.max(0, capacity - state.current - state.before));
}

function fill(state: Advanced, capacity: number): void {
  refill(state, capacity, Number.POSITIVE_INFINITY);
  state.changed = true;
}

function report({ report, capacity }: BucketRequest, state: Advanced, nowUs: number): void {
  if (report === undefined) return;
  const { endUs, sentUs, spent, back } = report;
  const lane = sentUs % 2 === 0 ? 0 : 1;
  if (sentUs <= nowUs - state.lanes[lane] || sentUs > nowUs) return;
  const generation =
    state.current > 0 && endUs === nowUs + state.left
      ? 'current'
      : state.before > 0 && endUs === nowUs + state.leftBefore
        ? 'before'
        : undefined;
  if (generation === undefined) return;
  const taken = Math.min(state[generation], spent + back);
  if (taken === 0) return;
  state[generation] -= taken;
  refill(state, capacity, Math.max(0, taken - spent));
  state.lanes[lane] = nowUs - sentUs;
  state.changed = true;
}

/** Whether this is no settlement that came before, or comes too late. */
function settles({ settlement }: BucketRequest, state: Advanced, nowUs: number): boolean {
  if (settlement === undefined) return true;
  const { number, deadlineUs } = settlement;
  if (nowUs > deadlineUs || state.settled.includes(number)) return false;
  state.settled = [number, ...state.settled.slice(0, 1)];
  return true;
}

function leaseOf({ capacity, leaseUs }: BucketRequest): number {
  return capacity > MOST_LEASED ? 0 : Math.min(leaseUs, FAR);
}

function fitting(request: BucketRequest, { free }: Advanced, count: number): number {
  const { need, capacity } = request;
  if (count < 0 || need === 0) return count;
  const all = Math.max(0, Math.floor((free + 1e-6) / need));
  if (leaseOf(request) === 0 || all < 2) return Math.min(count, all);
  return Math.min(count, Math.max(1, Math.floor(Math.max(free / 2, free - capacity / 4) / need)));
}

function take(request: BucketRequest, state: Advanced, passed: number, prefetch: boolean): BucketAnswer {
  const { capacity, tokensPerUs, need, charge, extra } = request;
  const leaseUs = leaseOf(request);
  const taken = passed * charge;
  const more =
    leaseUs > 0 && (passed > 0 || prefetch) ? Math.max(0, Math.min(extra, Math.floor((state.free - taken) / 4))) : 0;
  if (leaseUs > 0 && taken + more > 0) {
    if (state.left < leaseUs / 2) {
      if (state.left > 0) {
        state.before += state.current;
        state.leftBefore = Math.max(state.leftBefore, state.left);
      }
      state.current = 0;
      state.left = Math.max(leaseUs, state.leftBefore);
    }
    state.current += taken + more;
  }
  if (taken !== 0 || more > 0) {
    state.free -= taken + more;
    if (taken < 0) refill(state, capacity, 0);
    state.changed = true;
  }
  const { free, left, current, leftBefore, before } = state;
  let waitUs = 0;
  if (need > free + 1e-6) {
    waitUs = (need - free) / tokensPerUs;
    if (need > capacity - current - before) waitUs = Math.max(waitUs, need > capacity - current ? left : leftBefore);
    waitUs = Math.ceil(waitUs);
  }
  return { extra: more, free, leased: current + before, leaseUs: left, waitUs };
}
