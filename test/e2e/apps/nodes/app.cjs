const Anthropic = require('@anthropic-ai/sdk');
const OpenAI = require('openai');
const undici = require('undici');
const { main, status } = require('./calls.cjs');
const { ownFetch } = require('./own-fetch.cjs');

void main({ OpenAI, Anthropic, undici, ownFetch, status });
