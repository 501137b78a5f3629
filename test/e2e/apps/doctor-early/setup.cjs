// A preload of the application that comes before the agent.
const { request } = require('undici');

globalThis.keptRequest = request;
