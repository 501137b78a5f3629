import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { Pool, request, fetch as undiciFetch } from 'undici';
import { main, status } from './calls.cjs';
import { ownFetch } from './own-fetch.cjs';

await main({ OpenAI, Anthropic, undici: { fetch: undiciFetch, Pool, request }, ownFetch, status });
