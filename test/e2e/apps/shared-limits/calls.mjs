// Calls its upstream as often as it is told, by plain fetch, and prints how each call ended. Then it waits to be stopped, or ends.
const { UPSTREAM, CALLS = '20', THEN = 'wait', PAUSE = '0' } = process.env;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function call() {
  try {
    const response = await fetch(UPSTREAM);
    await response.text();
    return String(response.status);
  } catch (error) {
    return error.code ?? error.name;
  }
}

const calls = [];
for (let made = 0; made < Number(CALLS); made += 1) {
  calls.push(call());
  if (Number(PAUSE) > 0) await sleep(Number(PAUSE));
}
const ends = {};
for (const end of await Promise.all(calls)) ends[end] = (ends[end] ?? 0) + 1;
console.log(JSON.stringify(ends));
if (THEN === 'wait') setInterval(() => {}, 1000);
