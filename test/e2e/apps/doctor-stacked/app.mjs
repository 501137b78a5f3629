import 'ai';
import { handleAll, retry } from 'cockatiel';
import { Agent, RetryAgent, request } from 'undici';

export const policy = retry(handleAll, { maxAttempts: 3 });

const { body } = await request(process.env.UPSTREAM_URL, { dispatcher: new RetryAgent(new Agent()) });
await body.dump();
