import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Question, Reply } from '../../../../packages/agent/src/admin/messages.ts';
import { Questions } from '../../../../packages/agent/src/admin/worker/questions.ts';

const REPLY: Reply = { status: 200, contentType: 'text/plain', body: 'x 1\n' };
const METRICS: Question = { kind: 'metrics', accept: '' };

function asked() {
  const sent: [number, Question][] = [];
  return { sent, questions: new Questions((...question) => sent.push(question)) };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('Questions', () => {
  it('asks once for all who ask the same at a time', async () => {
    const { sent, questions } = asked();
    const asking = Array.from({ length: 50 }, () => questions.ask(METRICS, 1_000));
    expect(sent).toHaveLength(1);
    questions.answer(sent[0]?.[0] as number, REPLY);
    expect(await Promise.all(asking)).toEqual(Array.from({ length: 50 }, () => REPLY));
  });

  it('asks again once there was an answer', async () => {
    const { sent, questions } = asked();
    for (const times of [1, 2]) {
      const asking = questions.ask(METRICS, 1_000);
      expect(sent).toHaveLength(times);
      questions.answer(sent.at(-1)?.[0] as number, REPLY);
      await asking;
    }
  });

  it('tells questions apart by kind and Accept header', async () => {
    const { sent, questions } = asked();
    const asking = [
      questions.ask(METRICS, 1_000),
      questions.ask({ kind: 'metrics', accept: 'text/plain' }, 1_000),
      questions.ask({ kind: 'operations' }, 1_000),
    ];
    expect(sent).toHaveLength(3);
    for (const [id] of sent) questions.answer(id, { ...REPLY, body: String(id) });
    expect((await Promise.all(asking)).map((reply) => reply?.body)).toEqual(['1', '2', '3']);
  });

  it('gives up waiting, and leaves one question to a main thread that is stuck, not a pile of them', async () => {
    vi.useFakeTimers();
    const { sent, questions } = asked();
    const first = questions.ask(METRICS, 1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await first).toBeUndefined();
    const second = questions.ask(METRICS, 1_000);
    expect(sent).toHaveLength(1);
    questions.answer(sent[0]?.[0] as number, REPLY);
    expect(await second).toBe(REPLY);
  });

  it('asks no more than sixteen things at a time, however many Accept headers there are', async () => {
    const { sent, questions } = asked();
    const asking = Array.from({ length: 40 }, (_, index) =>
      questions.ask({ kind: 'metrics', accept: `text/x${index}` }, 1_000),
    );
    expect(sent).toHaveLength(16);
    for (const [id] of sent) questions.answer(id, REPLY);
    expect((await Promise.all(asking)).filter((reply) => reply === undefined)).toHaveLength(24);
  });

  it('hears no answer to what it did not ask, or a second one', () => {
    const { questions } = asked();
    expect(() => questions.answer(7, REPLY)).not.toThrow();
  });
});
