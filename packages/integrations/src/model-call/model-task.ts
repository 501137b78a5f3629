import type { ModelTask } from './model-call.ts';

const TASKS: readonly (readonly [RegExp, ModelTask])[] = [
  [/\/(?:chat\/completions|responses|messages|converse(?:-stream)?)\/?$|:(?:streamR|r)awPredict$/, 'chat'],
  [/\/embeddings\/?$|:(?:batchE|e)mbedContents?$/, 'embeddings'],
  [/:(?:streamG|g)enerateContent$/, 'generate_content'],
  [/\/(?:completions|invoke(?:-with-response-stream)?)\/?$/, 'text_completion'],
];

/** What a request asks a model for; undefined where it asks for what takes no tokens, or for nothing of a model. */
export function modelTask({ method, url }: { readonly method: string; readonly url: URL }): ModelTask | undefined {
  return method === 'POST' ? TASKS.find(([path]) => path.test(url.pathname))?.[1] : undefined;
}
