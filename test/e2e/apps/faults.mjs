// A service that calls one upstream at an even pace and takes whatever comes.
const { UPSTREAM_URL, EVERY_MS, WRAP } = process.env;

if (WRAP) {
  // What some libraries do to fetch after the agent has.
  const original = globalThis.fetch;
  globalThis.fetch = (...args) => original(...args);
}

setInterval(async () => {
  try {
    const answer = await fetch(`${UPSTREAM_URL}/call`);
    await answer.arrayBuffer();
  } catch {
    // The metrics tell.
  }
}, Number(EVERY_MS));
