import Anthropic from '@anthropic-ai/sdk';
import { type Bridge, createBridge } from '@crossbridge/core';
import OpenAI from 'openai';
import type { OperationInput } from './bridges.ts';
import { RecordingObserver } from './recording-observer.ts';
import { type Answer, startUpstream, type Upstream } from './upstream.ts';

/** Three attempts that follow each other at once. */
export const quickRetry = { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 5, jitter: 'none' } as const;

export interface AiSetup extends AsyncDisposable {
  readonly upstream: Upstream;
  readonly bridge: Bridge;
  readonly observer: RecordingObserver;
  /** Clients of the upstream as applications make them, with the retries of the SDKs left as they are (two). */
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
}

/** An upstream, clients of it, and a bridge with operations `ai_generate`, `embed` and whatever else is given. */
export async function setUpAi(
  answer: Answer,
  generate: OperationInput = { retry: quickRetry },
  others: Readonly<Record<string, OperationInput>> = {},
): Promise<AiSetup> {
  const upstream = await startUpstream(answer);
  const observer = new RecordingObserver();
  const operations = { ai_generate: generate, embed: { retry: quickRetry }, ...others };
  const bridge = createBridge({ operations }, { observers: [observer] });
  return {
    upstream,
    bridge,
    observer,
    openai: new OpenAI({ apiKey: 'sk-test', baseURL: `${upstream.url}/v1` }),
    anthropic: new Anthropic({ apiKey: 'sk-ant-test', baseURL: upstream.url }),
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  };
}
