// What the agent puts in its place is a function of JavaScript that is longer.
console.log(`fetch: ${String(fetch).includes('hardened') ? 'patched' : 'as it was'}`);
