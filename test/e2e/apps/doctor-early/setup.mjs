import OpenAI from 'openai';

// Kept for later, as a library would that is set up before the application.
globalThis.keptOpenAI = OpenAI;
